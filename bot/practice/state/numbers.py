"""Ids and timestamps that look like Slack's and never repeat within a workspace."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Numbers:
    """Hands out ids, message timestamps and sequence numbers.

    `now` is the workspace's clock. Timestamps are `<seconds>.<microseconds>` as in Slack's
    "Retrieving messages"; while the clock stands still each is one microsecond after the last.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._counter = count(1)
        self._sequence = count(1)
        self._last_ts = 0

    def new_id(self, prefix: str) -> str:
        """A fresh id such as `C0A1B2C3D4`: the prefix says what it is, the rest says nothing."""
        number = next(self._counter) * 40_013_000_027 + 7_919
        digits = ""
        for _ in range(9):
            number, digit = divmod(number, 36)
            digits += ALPHABET[digit]
        return f"{prefix}0{digits}"

    def new_ts(self) -> str:
        """A message timestamp later than every one before."""
        present = int(self._now().timestamp() * 1_000_000)
        self._last_ts = max(present, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def next_in_sequence(self) -> int:
        """The next of 1, 2, 3 …: what has the smaller number happened first."""
        return next(self._sequence)

    def seconds(self) -> int:
        """The present as whole seconds since 1970, as Slack writes `created`."""
        return int(self._now().timestamp())
