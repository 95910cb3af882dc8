"""Group commit: what arrives together is committed together, so that keeping everything stays cheap.

A job is acknowledged only after the transaction that holds it has been committed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database

Job = Callable[[AsyncSession], Awaitable[None]]
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Work = Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    work: Work[Any, Any]
    item: Any
    done: asyncio.Future[Any]


async def one_by_one(session: AsyncSession, jobs: Sequence[Job]) -> Sequence[None]:
    for job in jobs:
        await job(session)
    return [None] * len(jobs)


class Writer:
    """Folds what waits into one transaction of at most `most` items."""

    def __init__(self, database: Database, most: int = 200) -> None:
        self._database = database
        self._most = most
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def write(self, job: Job) -> None:
        """Run `job` in a transaction and return when it is on disk. Raises what the job raises."""
        await self.write_together(one_by_one, job)

    async def write_together(self, work: Work[Item, Outcome], item: Item) -> Outcome:
        """The same, for what costs less together: `work` is given all items that wait for it, and answers each.

        Raises what the work raises for this item alone.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve(), name="group commit")
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(Waiting(work=work, item=item, done=done))
        return await done

    async def close(self) -> None:
        """Finish what has been handed in, then stop."""
        if self._task is None:
            return
        await self._queue.join()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _serve(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < self._most and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._commit(batch)
            for _ in batch:
                self._queue.task_done()

    async def _commit(self, batch: list[Waiting]) -> None:
        try:
            async with self._database.write() as session:
                outcomes = [
                    (some, await work(session, [one.item for one in some])) for work, some in by_work(batch).items()
                ]
        except Exception as trouble:
            await self._separate(batch, trouble)
        else:
            for some, found in outcomes:
                for waiting, outcome in zip(some, found, strict=True):
                    if not waiting.done.done():
                        waiting.done.set_result(outcome)

    async def _separate(self, batch: list[Waiting], trouble: Exception) -> None:
        """One bad job must not take its neighbours down: on failure each gets a transaction of its own."""
        if len(batch) == 1:
            if not batch[0].done.done():
                batch[0].done.set_exception(trouble)
            return
        for waiting in batch:
            await self._commit([waiting])


def by_work(batch: Sequence[Waiting]) -> dict[Work[Any, Any], list[Waiting]]:
    found: dict[Work[Any, Any], list[Waiting]] = {}
    for waiting in batch:
        found.setdefault(waiting.work, []).append(waiting)
    return found
