"""An incident itself: where it stands, who does what in it, and what was said about it on purpose."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Status(StrEnum):
    """Where an incident is in its life; `workflows.lifecycle` holds the ways between them."""

    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN_STATUSES = (Status.TRIAGE, Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED)

# What turned out to be no incident of its own, or nobody knows yet, is left out of every figure.
UNCOUNTED_STATUSES = (Status.TRIAGE, Status.CANCELLED, Status.MERGED)


class Incident(SQLModel, table=True):
    """One incident. What people see is rendered from this row and those that point at it."""

    __table_args__ = (
        Index("incidents_by_status", "status", "declared_at"),
        Index("incidents_by_resolution", "resolved_at"),
        Index("incidents_by_closing", "closed_at"),
    )
    id: int | None = Field(default=None, primary_key=True)  # INC-<id>
    press: str = Field(unique=True)  # the press that declared it: pressing twice is one incident
    title: str
    severity: str
    status: str = Status.INVESTIGATING
    summary: str = ""
    impact: str = ""
    understanding: str = ""  # the newest update's "what changed"
    next_step: str = ""
    service: str | None = None
    private: bool = False
    kind: str | None = None  # "security"; empty: of no special kind
    declared_by: str
    declared_in: str = ""  # the channel in which it was declared, if any
    declared_at: datetime
    began_at: datetime | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    update_due_at: datetime | None = None
    snoozed_until: datetime | None = None
    postmortem_due_at: datetime | None = None
    channel_name: str = Field(unique=True)  # reserved before Slack is asked: names are not locks there
    channel_id: str | None = Field(default=None, unique=True)  # one open channel per incident
    merged_into: int | None = None  # the incident that goes on in its place
    retrospective: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})  # over when declared
    drill: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})  # practice: nothing in it is real
    drill_reaches_out: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})  # asked for, with --page
    version: int = 1  # grows with every change that people can see

    @property
    def ref(self) -> str:
        """`INC-7`: how people name it."""
        return f"INC-{self.id}"

    @property
    def key(self) -> int:
        """The primary key of a stored incident."""
        if self.id is None:
            raise LookupError("this incident has not been stored yet")
        return self.id

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


class Role(SQLModel, table=True):
    """Who held which role from when to when; `ended_at` empty means now."""

    __table_args__ = (
        # One holder at a time, so one incident commander per incident; subject matter experts may be many.
        Index(
            "one_holder_per_role",
            "incident_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND role <> 'sme'"),
            postgresql_where=text("ended_at IS NULL AND role <> 'sme'"),
        ),
        Index(
            "one_seat_per_expert",
            "incident_id",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND role = 'sme'"),
            postgresql_where=text("ended_at IS NULL AND role = 'sme'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    role: str
    user_id: str = Field(index=True)
    began_at: datetime
    ended_at: datetime | None = None


class Entry(SQLModel, table=True):
    """One line of the timeline that somebody or something put there on purpose."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime  # when it happened
    recorded_at: datetime
    kind: str
    by: str  # a Slack user id, or "sitrep"
    text: str
    state: str = ""  # the severity or status that it led to, where it did
    source_ts: str | None = None  # the message it came from
    removed_at: datetime | None = None


class Update(SQLModel, table=True):
    """A status update as it was given. *Nothing new* is one too."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime
    by: str
    status: str
    severity: str
    impact: str = ""
    changed: str
    next_step: str = ""
    due_at: datetime | None = None  # when this update had been due; empty: none was
    next_due_at: datetime | None = None
