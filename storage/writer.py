"""Group commit: what arrives together is committed together, so that keeping everything stays cheap.

A job is acknowledged only after the transaction that holds it has been committed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database

Job = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    job: Job
    done: asyncio.Future[None]


class Writer:
    """Folds the jobs that wait into one transaction of at most `most` jobs."""

    def __init__(self, database: Database, most: int = 200) -> None:
        self._database = database
        self._most = most
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def write(self, job: Job) -> None:
        """Run `job` in a transaction and return when it is on disk. Raises what the job raises."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve(), name="group commit")
        waiting = Waiting(job=job, done=asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        await waiting.done

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
                for waiting in batch:
                    await waiting.job(session)
        except Exception as trouble:
            await self._separate(batch, trouble)
        else:
            for waiting in batch:
                settle(waiting.done, None)

    async def _separate(self, batch: list[Waiting], trouble: Exception) -> None:
        """One bad job must not take its neighbours down: on failure each gets a transaction of its own."""
        if len(batch) == 1:
            settle(batch[0].done, trouble)
            return
        for waiting in batch:
            await self._commit([waiting])


def settle(future: asyncio.Future[None], trouble: Exception | None) -> None:
    if future.done():
        return
    if trouble is None:
        future.set_result(None)
    else:
        future.set_exception(trouble)
