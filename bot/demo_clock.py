"""The demo's own time: it stands still or runs, and jumps when the story says so."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta


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
