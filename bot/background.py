"""What is under way beside the runs: listeners, and small things that follow an acknowledgement.

Bolt starts a task for every envelope and keeps none of them; here they are counted, so that stopping waits for them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from workflows.errors import SitrepError

log = logging.getLogger(__name__)


def unwatched(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Stopped(SitrepError):
    """The program is stopping. What Slack hands over now stays unacknowledged, and it sends it again later."""


class Background:
    """Tasks that nobody awaits; a failure is logged with what it was. `watch` is entered around every listener."""

    def __init__(self, watch: Callable[[str], AbstractContextManager[None]] = unwatched) -> None:
        self._watch_listener = watch
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening = 0
        self._over = False
        self._quiet = asyncio.Event()

    def start(self, work: Awaitable[object], what: str) -> None:
        task = asyncio.get_running_loop().create_task(self._watch(work, what), name=what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @asynccontextmanager
    async def listening(self, kind: str) -> AsyncIterator[None]:
        """Around a listener: it counts as under way until it has returned. Raises `Stopped` after `drain`."""
        if self._over:
            raise Stopped(f"a {kind} came after the last one was dealt with")
        self._listening += 1
        try:
            with self._watch_listener(kind):
                yield
        finally:
            self._listening -= 1
            self._quiet.set()

    async def drain(self) -> None:
        """Return when nothing is under way any more. Nothing begins from then on: the database is about to close."""
        while self._listening:
            self._quiet.clear()
            await self._quiet.wait()
        self._over = True
        while self._tasks:  # one may have started another: an answer that came late is told by a task of its own
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def idle(self) -> bool:
        return not self._tasks and not self._listening

    async def _watch(self, work: Awaitable[object], what: str) -> None:
        try:
            await work
        except Exception:
            log.exception("background work failed", extra={"action": "background_failed", "what": what})
