"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """Satisfies `workflows.clock.Clock`; starts on Saturday 2026-11-21 at 03:00 UTC."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)) -> None:
        self._start = self._now = start

    def now(self) -> datetime:
        return self._now

    def seconds(self) -> float:
        """How far it has been moved."""
        return (self._now - self._start).total_seconds()

    def advance(self, **units: float) -> None:
        """Move on by `timedelta(**units)`, for example `advance(minutes=30)`."""
        self._now += timedelta(**units)
