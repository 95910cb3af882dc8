"""Says the same thing once a minute: an outage that is noticed every second must not fill the log."""

import logging
import time
from collections.abc import Callable
from typing import Final

EVERY: Final = 60.0  # seconds
MOST_KNOWN: Final = 1000

Complaint = tuple[str, int, str, str]


class Repeats(logging.Filter):
    """Lets a complaint with a stack through once a minute; the next one says how many there were in between.

    The same is what comes from the same line of code with the same kind of error about the same run.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said: dict[Complaint, float] = {}
        self._kept_back: dict[Complaint, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or record.exc_info is None:
            return True
        kind = record.exc_info[0]
        same = (record.pathname, record.lineno, kind.__name__ if kind else "", str(getattr(record, "run", "")))
        now, said = self._monotonic(), self._said.get(same)
        if said is not None and now - said < EVERY:
            self._kept_back[same] = self._kept_back.get(same, 0) + 1
            return False
        if len(self._said) >= MOST_KNOWN:
            self._said.clear()
            self._kept_back.clear()
        self._said[same] = now
        kept_back = self._kept_back.pop(same, 0)
        if kept_back:
            record.times_more = kept_back
        return True
