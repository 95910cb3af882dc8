"""How the rest of the workspace learns that something became different."""

import asyncio
from contextlib import suppress


class Changes:
    """Wakes everybody who waits, each time something visible changes."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Say that something changed; never blocks."""
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return at the next change, or after `seconds` at the latest."""
        waiting = self._next
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await waiting.wait()
