"""Runs of named steps: work that survives a crash and never happens twice.

A workflow is entered from the top each time; steps whose results are stored are skipped. When an entry is not the
first, a step that has no result may still have happened, so it looks before it acts.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from storage import runs, timeline
from storage.models import Run as RunRow
from workflows.doing import doing
from workflows.ports import Post, Refused
from workflows.refusals import loss_line
from workflows.services import Services

Act = Callable[[], Awaitable[str]]
Look = Callable[[], Awaitable[str | None]]

REFUSED: Final = runs.REFUSED


class Run:
    """One entry into a run. `repeat` says that an earlier entry may have done more than was stored."""

    def __init__(self, row: RunRow, done: dict[str, str], services: Services) -> None:
        self.row = row
        self.args: dict[str, Any] = row.args
        self.repeat = row.attempts > 1
        self.stopped_at = ""  # the step that raised last
        self._done = done
        self._services = services

    @property
    def incident_id(self) -> int:
        if self.row.incident_id is None:
            raise LookupError(f"run {self.row.key} belongs to no incident")
        return self.row.incident_id

    @property
    def since(self) -> datetime:
        """Before this instant nothing of this run can have happened."""
        return self.row.created_at

    def step_key(self, name: str) -> str:
        """What a post of this step carries, so that it is recognised again."""
        return f"{self.row.key}/{name}"

    async def step(self, name: str, act: Act, look: Look | None = None) -> str:
        """Do `act` once and keep its result.

        `look` finds what an earlier entry did without storing it; without `look`, `act` must be harmless when repeated.
        Raises what `act` raises: nothing is stored then, and the run is entered again later.
        """
        if name in self._done:
            return self._done[name]
        with doing(step=name):
            try:
                found = await look() if look is not None and self.repeat else None
                result = found if found is not None else await act()
            except Exception:
                self.stopped_at = name
                raise
            await self.keep(name, result)
        return result

    async def attempt(self, name: str, act: Act, look: Look | None = None, *, loss: str) -> str | None:
        """Like `step`, but a refusal does not stop the run: the timeline says what is missing, and `None` comes back.

        `loss` completes the sentence "Slack refused: …", for example `the card could not be pinned`; it is empty when
        that has been told before.
        """
        try:
            result = await self.step(name, act, look)
        except Refused as refused:
            result = REFUSED + refused.error
            await self.keep(name, result, loss_line(loss, refused.error) if loss else "")
        return None if result.startswith(REFUSED) else result

    async def post(self, name: str, channel_id: str, post: Post, *, thread_ts: str = "") -> str:
        """A step that posts once; returns the `ts`."""
        key, slack = self.step_key(name), self._services.slack
        return await self.step(
            name,
            lambda: slack.posts.post(channel_id, post, key=key, thread_ts=thread_ts),
            lambda: slack.posts.find(channel_id, key, self.since, thread_ts=thread_ts),
        )

    async def keep(self, name: str, result: str, problem: str = "") -> None:
        now = self._services.clock.now()
        async with self._services.database.write() as session:
            await runs.add_result(session, run_id=self.row.id or 0, name=name, result=result, now=now)
            if problem and self.row.incident_id is not None:
                await timeline.add_problem(session, incident_id=self.row.incident_id, at=now, text=problem)
        self._done[name] = result


def packed(value: object) -> str:
    """A step's result as text."""
    return json.dumps(value, sort_keys=True)


async def together(*steps: Awaitable[object]) -> None:
    """Do independent steps at once. All of them end before the first failure, if any, is raised."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def done(call: Awaitable[object]) -> str:
    """The result of a step that gives nothing back."""
    await call
    return "done"
