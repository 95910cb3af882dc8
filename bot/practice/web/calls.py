"""The log of what the app asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(kw_only=True, eq=False)
class MadeCall:
    """One request of the app. `started` and `ended` count up over all calls, so that overlap can be seen:
    two calls overlap if each started before the other ended. `ended` is None while it runs."""

    method: str
    args: Mapping[str, Any]
    started: int
    ended: int | None = None
    error: str | None = None

    def overlaps(self, other: "MadeCall") -> bool:
        mine, theirs = self.ended or 10**12, other.ended or 10**12
        return self.started < theirs and other.started < mine

    def __str__(self) -> str:
        outcome = self.error or ("ok" if self.ended else "running")
        return f"{self.method} → {outcome}"


class CallLog:
    """Every call in the order in which they came."""

    def __init__(self, next_in_sequence: Callable[[], int]) -> None:
        self._next = next_in_sequence
        self.calls: list[MadeCall] = []
        self.running = 0

    def begin(self, method: str, args: Mapping[str, Any]) -> MadeCall:
        call = MadeCall(method=method, args=args, started=self._next())
        self.calls.append(call)
        self.running += 1
        return call

    def end(self, call: MadeCall, error: str | None) -> None:
        call.ended = self._next()
        call.error = error
        self.running -= 1
