"""The wall clock, read in exactly one place."""

from datetime import UTC, datetime


class SystemClock:
    """Satisfies `workflows.clock.Clock` with the machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)
