"""APScheduler as an alarm clock: it rings, rows say what is due. Nothing is scheduled in memory."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

EVERY: Final = 1  # seconds


class Ticker:
    """Calls `jobs` one after the other, once a second; a slow round is not overtaken by the next."""

    def __init__(self, jobs: Sequence[Callable[[], Awaitable[object]]]) -> None:
        self._jobs = jobs
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._round = asyncio.Lock()
        self._stopped = False

    def start(self) -> None:
        # A round that takes longer than a second is normal after an outage and not worth a warning each time.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.add_job(
            self.tick, "interval", seconds=EVERY, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()

    async def tick(self) -> None:
        """One round. A job that fails is logged and tried again in the next round."""
        if self._stopped:  # rung just before the end: the scheduler would cut it off in the middle
            return
        async with self._round:
            for job in self._jobs:
                try:
                    await job()
                except Exception:
                    log.exception("tick failed", extra={"action": "tick_failed"})

    async def stop(self) -> None:
        """No further rounds; the present one ends first."""
        self._scheduler.pause()
        self._stopped = True
        async with self._round:
            self._scheduler.shutdown(wait=False)
