"""The demo's own time, which jumps when the story says so; and the time that its readers need."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

# Seconds at speed 1 for reading something: one line, and for each further one.
A_LINE: Final = 0.11
FURTHER: Final = 0.02


class DemoClock:
    """Satisfies `workflows.clock.Clock`. `rate` is how many seconds pass here in one real second; 0 stands still."""

    def __init__(self, start: datetime, *, rate: float = 0.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._rate = rate
        self._monotonic = monotonic
        self._began = monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._rate * (self._monotonic() - self._began))

    def advance(self, length: timedelta) -> None:
        """Jump ahead."""
        self._start += length


class Pace:
    """Keeps what is printed readable. `speed` divides the pauses; with infinity there are none."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._read_at = 0.0

    async def breathe(self, text: str) -> None:
        """Wait until what came before has been read; from then on `text` is being read."""
        await asyncio.sleep(max(0.0, self._read_at - time.monotonic()))
        lines = text.count("\n") + len(text) // 80
        self._read_at = time.monotonic() + (A_LINE + FURTHER * lines) / self._speed
