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
from workflows.ports import Post, Refused, Unclear
from workflows.refusals import loss_line
from workflows.services import Services

Act = Callable[[], Awaitable[str]]
Look = Callable[[], Awaitable[str | None]]
# Given what counts, and what was done here beside it: nothing, if the answer was lost and it has to be looked for.
Undo = Callable[[str, str], Awaitable[None]]

REFUSED: Final = runs.REFUSED


class TakenOver(Exception):
    """Another process has this run now, and does what is left of it."""


class Run:
    """One entry into a run. `repeat` says that an earlier entry may have done more than was stored."""

    def __init__(self, row: RunRow, done: dict[str, str], services: Services) -> None:
        self.row = row
        self.args: dict[str, Any] = row.args
        self.repeat = row.attempts > 1
        self.stopped_at = ""  # the step that raised last
        self._done = done
        self._services = services
        self._taken_over = False

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

    def leave(self) -> None:
        """Begin no further step: another process has taken over. A call that is under way ends and is accounted for."""
        self._taken_over = True

    async def step(self, name: str, act: Act, look: Look | None = None, undo: Undo | None = None) -> str:
        """Do `act` once and keep its result.

        `look` finds what an earlier entry did without storing it; without `look`, `act` must be harmless when repeated.
        `undo` takes back what was done here when another process has done it meanwhile; the other one's result counts.
        Raises what `act` raises: nothing is stored then, and the run is entered again later.
        """
        if name in self._done:
            return self._done[name]
        if self._taken_over:
            raise TakenOver(name)
        with doing(step=name):
            try:
                found = await look() if look is not None and self.repeat else None
                result = found if found is not None else await act()
                await self.keep(name, result)
            except Exception as trouble:
                self.stopped_at = name
                if undo is None or not isinstance(trouble, Unclear) or not await self._done_by_another(name):
                    raise
                result = ""
            if undo is not None and self._done[name] != result:
                await undo(self._done[name], result)
        return self._done[name]

    async def _done_by_another(self, name: str) -> bool:
        """Whether another process has taken over and stored a result of this step meanwhile; then that one counts."""
        async with self._services.database.read() as session:
            self._done |= await runs.results(session, self.row.id or 0)
        return name in self._done

    async def attempt(
        self, name: str, act: Act, look: Look | None = None, undo: Undo | None = None, *, loss: str
    ) -> str | None:
        """Like `step`, but a refusal does not stop the run: the timeline says what is missing, and `None` comes back.

        `loss` completes the sentence "Slack refused: …", for example `the card could not be pinned`; it is empty when
        that has been told before.
        """
        try:
            result = await self.step(name, act, look, undo)
        except Refused as refused:
            result = await self.keep(name, REFUSED + refused.error, loss_line(loss, refused.error) if loss else "")
        return None if result.startswith(REFUSED) else result

    async def post(self, name: str, channel_id: str, post: Post, *, thread_ts: str = "") -> str:
        """A step that posts once; returns the `ts`."""
        return await self.step(name, *self._posting(self.step_key(name), channel_id, post, thread_ts))

    async def attempt_post(self, name: str, channel_id: str, post: Post, *, loss: str, key: str = "") -> str | None:
        """Like `post`, but a refusal does not stop the run: see `attempt`. `key` is what the post carries, if given."""
        return await self.attempt(name, *self._posting(key or self.step_key(name), channel_id, post), loss=loss)

    def _posting(self, key: str, channel_id: str, post: Post, thread_ts: str = "") -> tuple[Act, Look, Undo]:
        posts = self._services.slack.posts

        async def take_back(kept: str, ours: str) -> None:
            """A post of another process stands: ours goes."""
            late = ours or await posts.find(channel_id, key, self.since, thread_ts=thread_ts, besides=kept)
            if late:
                await posts.delete(channel_id, late)

        return (
            lambda: posts.post(channel_id, post, key=key, thread_ts=thread_ts),
            lambda: posts.find(channel_id, key, self.since, thread_ts=thread_ts),
            take_back,
        )

    async def keep(self, name: str, result: str, problem: str = "") -> str:
        """Store the result of a step, and `problem` on the timeline; returns what counts: who stored first is right."""
        now = self._services.clock.now()
        async with self._services.database.write() as session:
            kept = await runs.add_result(session, run_id=self.row.id or 0, name=name, result=result, now=now)
            if problem and kept == result and self.row.incident_id is not None:
                await timeline.add_problem(session, incident_id=self.row.incident_id, at=now, text=problem)
        self._done[name] = kept
        return kept


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
