"""Small things that follow an acknowledgement. They are tracked, so that stopping waits for them."""

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger(__name__)


class Background:
    """Tasks that nobody awaits; a failure is logged with what it was."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[object], what: str) -> None:
        task = asyncio.get_running_loop().create_task(self._watch(work, what), name=what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def idle(self) -> bool:
        return not self._tasks

    async def _watch(self, work: Awaitable[object], what: str) -> None:
        try:
            await work
        except Exception:
            log.exception("background work failed", extra={"action": "background_failed", "what": what})
