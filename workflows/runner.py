"""Works off what is owed to Slack: claims due runs with a lease, enters their workflow, ends or postpones them.

Any number of processes may do this on one database. A process that dies loses its lease, and another one goes on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from storage import runs, timeline
from storage.database import Unavailable
from storage.models import Run as RunRow
from workflows import drills, outward, refusals
from workflows.doing import doing
from workflows.ids import new_id
from workflows.ports import Busy, Refused, Unclear
from workflows.services import Services
from workflows.steps import Run, TakenOver

log = logging.getLogger(__name__)

Workflow = Callable[[Run, Services], Awaitable[None]]

LEASE: Final = timedelta(seconds=30)
LOOKS: Final = 3  # a holder that is alive moves its lease on at every tick; one that stood still for so many is dead
MOST_LOOKS: Final = 30  # then it is dead whatever the clocks say: ours may have been set back
MOST_AT_ONCE: Final = 40
LONGEST_PAUSE: Final = timedelta(seconds=60)
PATIENCE_WITH_BUGS: Final = 5  # entries that end in an error of our own before the run is given up


class Runner:
    """One per process. `owner` names it in the leases."""

    def __init__(self, services: Services, workflows: Mapping[str, Workflow], owner: str = "") -> None:
        self._services = services
        self._workflows = workflows
        self._owner = owner or new_id("runner")
        self._running: dict[int, asyncio.Task[None]] = {}
        self._entries: dict[int, Run] = {}
        self._claiming = asyncio.Lock()
        self._unmoved: dict[runs.Lease, int] = {}  # at how many ticks each lease has been seen as it is
        self._stopping = False

    async def take_over(self) -> None:
        """Make what a dead predecessor was working on free at once. Only for a process that is alone."""
        async with self._services.database.write() as session:
            await runs.release(session)

    async def serve(self) -> None:
        """Claim work whenever the bell rings, until `stop`."""
        while not self._stopping:
            await self._services.bell.wait()
            await self._claim_patiently()

    async def tick(self) -> None:
        """Once a second: keep the leases of what runs, and look for what has become due."""
        if self._running:
            until = self._services.clock.now() + LEASE
            async with self._services.database.write() as session:
                await runs.extend(session, owner=self._owner, run_ids=list(self._running), until=until)
        await self._look_at_leases()
        await self.claim()

    async def _look_at_leases(self) -> None:
        """See whose leases stand still, and leave what another process has taken over.

        A call that is under way is not cut off: only its end tells what there is to take back.
        """
        async with self._services.database.read() as session:
            standing = await runs.leases(session)
        self._unmoved = {lease: self._unmoved.get(lease, 0) + 1 for lease in standing}
        for lease in standing:
            entry = self._entries.get(lease.run_id)
            if entry is not None and lease.owner != self._owner:
                log.warning("lease lost", extra={"action": "lease_lost", "run_id": lease.run_id, "to": lease.owner})
                entry.leave()

    def _forsaken(self) -> list[runs.Lease]:
        """Leases whose holders are dead. The time alone does not tell: a clock that jumps makes all look run out."""
        now = self._services.clock.now()
        return [
            lease
            for lease, looks in self._unmoved.items()
            if looks >= MOST_LOOKS or (looks >= LOOKS and lease.until < now)
        ]

    async def claim(self) -> None:
        """Start every due run that nobody else is working on.

        One claim at a time: a second one that has not seen the first one's runs would start them again when the clock
        jumps past their lease.
        """
        async with self._claiming:
            await self._claim()

    async def _claim(self) -> None:
        room = MOST_AT_ONCE - len(self._running)
        if self._stopping or room <= 0:
            return
        # During an upgrade a newer replica may owe work that this one does not know: it is left to those who do.
        wanted = runs.Wanted(
            now=self._services.clock.now(),
            kinds=self._workflows.keys(),
            busy=list(self._running),
            forsaken=self._forsaken(),
        )
        async with self._services.database.read() as session:
            if not await runs.anything_due(session, wanted):
                return
        async with self._services.database.write() as session:
            claimed = await runs.claim(session, wanted, owner=self._owner, lease=LEASE, most=room)
            done = await runs.results_of(session, [row.id or 0 for row in claimed])
        for row in claimed:
            self._start(row, done.get(row.id or 0, {}))

    async def stop(self, patience: timedelta = timedelta(seconds=5)) -> None:
        """Take nothing more on, let what runs end within `patience`, and hand back the rest."""
        self._stopping = True
        self._services.bell.ring()
        async with self._claiming:  # what has been claimed by now has been started too
            tasks = list(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def idle(self) -> bool:
        """Whether nothing runs and nothing is due now."""
        async with self._services.database.read() as session:
            due = await runs.unfinished(session, self._services.clock.now())
        return not self._running and due == 0

    async def _claim_patiently(self) -> None:
        try:
            await self.claim()
        except Exception:  # the database may be away for a while; the next tick tries again
            log.exception("could not look for work", extra={"action": "claim_failed"})

    def _start(self, row: RunRow, done: dict[str, str]) -> None:
        run_id = row.id or 0
        task = asyncio.get_running_loop().create_task(self._work(row, done), name=f"run {row.key}")
        self._running[run_id] = task
        task.add_done_callback(lambda _: self._ended(run_id))

    def _ended(self, run_id: int) -> None:
        del self._running[run_id]
        self._entries.pop(run_id, None)
        self._services.bell.ring()

    async def _work(self, row: RunRow, done: dict[str, str]) -> None:
        """Enter the run once and store how it ended. A failure to store leaves the lease to run out."""
        incident = {"incident": f"INC-{row.incident_id}"} if row.incident_id else {}
        with doing(run=row.key, attempt=str(row.attempts), **incident):
            try:
                await self._enter(row, done)
            except asyncio.CancelledError:
                await self._postpone(row, timedelta(0), "the process was stopped")
                raise
            except Exception:
                log.exception("run could not be stored", extra={"action": "run_lost"})

    async def _enter(self, row: RunRow, done: dict[str, str]) -> None:
        entry = Run(row, done, self._services)
        try:
            services = await drills.services_for(row.incident_id, outward.services_for(row.incident_id, self._services))
            entry = self._entries[row.id or 0] = Run(row, done, services)
            await self._workflows[row.kind](entry, services)
        except Exception as trouble:
            with doing(**({"step": entry.stopped_at} if entry.stopped_at else {})):
                await self._stopped(row, trouble)
        else:
            await self._finish(row)
            log.info("run done", extra={"action": "run_done"})

    async def _finish(self, row: RunRow) -> None:
        async with self._services.database.write() as session:
            await runs.finish(session, row, owner=self._owner, now=self._services.clock.now())

    async def _stopped(self, row: RunRow, trouble: Exception) -> None:
        match trouble:
            case TakenOver():
                await self._finish(row)
            case Busy():
                await self._postpone(row, trouble.retry_after, refusals.pause(trouble))
            case Unavailable():
                await self._postpone(row, pause_after(row.failures), "the database did not answer")
            case Unclear():
                await self._postpone(row, pause_after(row.failures), f"no clear answer from Slack: {trouble}")
            case Refused():
                await self._give_up(row, refusals.refusal(trouble), trouble.error)
            case _:
                await self._own_error(row, trouble)

    async def _own_error(self, row: RunRow, bug: Exception) -> None:
        reference = new_id("err")
        log.error("run failed", exc_info=bug, extra={"action": "run_failed", "reference": reference})
        if row.failures + 1 >= PATIENCE_WITH_BUGS:
            await self._give_up(row, f"an error inside Sitrep (reference {reference})")
        else:
            await self._postpone(row, pause_after(row.failures), f"{type(bug).__name__} ({reference})")

    async def _postpone(self, row: RunRow, pause: timedelta, trouble: str) -> None:
        log.warning("run postponed", extra={"action": "run_postponed", "trouble": trouble})
        due_at = self._services.clock.now() + pause
        async with self._services.database.write() as session:
            await runs.postpone(session, row, owner=self._owner, due_at=due_at, trouble=trouble)

    async def _give_up(self, row: RunRow, trouble: str, error: str = "") -> None:
        """End the run where people can see it: on the timeline of its incident. `error` is Slack's word for why."""
        log.error("run given up", extra={"action": "run_given_up", "trouble": trouble})
        now = self._services.clock.now()
        async with self._services.database.write() as session:
            ended = await runs.fail(session, row, owner=self._owner, trouble=trouble, error=error)
            if ended and row.incident_id is not None:
                text = f"Not done: {row.kind.replace('_', ' ')}. {trouble}"
                await timeline.add_problem(session, incident_id=row.incident_id, at=now, text=text)


def pause_after(failures: int) -> timedelta:
    """1, 2, 4 … seconds, at most a minute."""
    return min(timedelta(seconds=2 ** min(failures, 6)), LONGEST_PAUSE)
