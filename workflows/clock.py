"""The one notion of time that everything here shares."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is. Only `bot.clock.SystemClock` reads the wall clock; tests move their own."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...
