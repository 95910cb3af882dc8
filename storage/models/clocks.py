"""Duties to report that run against a legal clock: which apply, what started them, and what was sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


class ClockState(StrEnum):
    """A step waits for the event that starts it, then runs until one of the two ends. Nothing pauses it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUBMITTED = "submitted"
    NOT_REQUIRED = "not-required"


class ClockQuestion(SQLModel, table=True):
    """The incident commander is asked once which duties may apply. `reason`: why none does."""

    __table_args__ = (UniqueConstraint("incident_id", name="one_clock_question"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    asked_at: datetime | None = None  # empty: answered without being asked
    answered_at: datetime | None = None
    answered_by: str = ""
    reason: str = ""


class Clock(SQLModel, table=True):
    """A duty to report that may apply to an incident."""

    __table_args__ = (UniqueConstraint("incident_id", "kind", name="one_clock_of_a_kind"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    kind: str
    name: str
    # The kind as it was when the clock was started: a changed file changes no clock that runs.
    terms: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    started_by: str
    started_at: datetime

    @property
    def key(self) -> int:
        """The primary key of a stored clock."""
        if self.id is None:
            raise LookupError("this clock has not been stored yet")
        return self.id


class ClockEvent(SQLModel, table=True):
    """Something that starts a clock: when it happened, and what was said at first."""

    __table_args__ = (UniqueConstraint("clock_id", "event", name="one_time_per_event"),)
    id: int | None = Field(default=None, primary_key=True)
    clock_id: int = Field(foreign_key="clock.id", index=True)
    event: str
    at: datetime
    first_at: datetime
    by: str
    recorded_at: datetime
    reason: str = ""  # of the last correction


class ClockStep(SQLModel, table=True):
    """One report that is owed. `due_at` is empty where the law gives no number, and while the step waits."""

    __table_args__ = (UniqueConstraint("clock_id", "step", name="one_step_of_a_name"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    clock_id: int = Field(foreign_key="clock.id", index=True)
    step: str
    place: int
    state: str = ClockState.WAITING
    began_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None  # when it was sent, or not required
    ended_by: str = ""
    recorded_at: datetime | None = None
    reference: str = ""
    reason: str = ""
    version: int = 1  # grows with every change; the line that reminds is redrawn from here

    @property
    def key(self) -> int:
        """The primary key of a stored step."""
        if self.id is None:
            raise LookupError("this step has not been stored yet")
        return self.id
