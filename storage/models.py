"""The record: every table, with the constraint that keeps each promise beside it.

Times are aware and in UTC. Text from people is unbounded here and cut on its way out.
Slack ids (`C…`, `U…`) and `ts` strings are kept as Slack gave them; a `ts` is never a number.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
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


class RunState(StrEnum):
    """`WAITING` runs are claimed when due; the other two are ends."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class HandoffState(StrEnum):
    """A handoff is proposed once and answered once."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def json_column() -> Any:
    return Column(JSON, nullable=False)


class Incident(SQLModel, table=True):
    """One incident. What people see is rendered from this row and those that point at it."""

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
    user_id: str
    began_at: datetime
    ended_at: datetime | None = None


class Press(SQLModel, table=True):
    """Slack's id of a press, command, view or event that has had its effect. Stored with the effect."""

    key: str = Field(primary_key=True)
    at: datetime


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


class Message(SQLModel, table=True):
    """Everything said in an incident channel: the newest revision of each message."""

    __table_args__ = (UniqueConstraint("channel_id", "ts", name="one_row_per_message"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    channel_id: str
    ts: str
    thread_ts: str | None = None
    user_id: str
    subtype: str = ""
    text: str
    files: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())
    worded_ts: str  # Slack's time since when it says this; an older wording never replaces it
    revised_ts: str  # Slack's time of the newest thing known about it; older news is ignored
    revisions: int = 0
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


class Revision(SQLModel, table=True):
    """What a message said before somebody edited it."""

    __table_args__ = (UniqueConstraint("channel_id", "ts", "revised_ts", name="one_row_per_wording"),)
    id: int | None = Field(default=None, primary_key=True)
    channel_id: str
    ts: str
    revised_ts: str  # when it came to say this
    text: str


class Reaction(SQLModel, table=True):
    """Who reacted how to what. A reaction with a kind puts its message on the timeline while it stands."""

    __table_args__ = (UniqueConstraint("channel_id", "ts", "name", "user_id", name="one_row_per_reaction"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    channel_id: str
    ts: str
    name: str
    user_id: str
    kind: str = ""  # key, finding, action, decision, follow-up; empty: just a reaction
    event_ts: str  # the newest news wins, in whatever order it arrives
    at: datetime
    removed: bool = False


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


class Handoff(SQLModel, table=True):
    """Incident command offered by one person to another."""

    __table_args__ = (
        Index(
            "one_open_handoff",
            "incident_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    from_user: str
    to_user: str
    note: str = ""
    state: str = HandoffState.PROPOSED
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    version: int = 1  # grows with every change; the lines that show it are redrawn from here


class Action(SQLModel, table=True):
    """Something somebody will do: a follow-up with an owner and a due date."""

    __table_args__ = (
        UniqueConstraint("incident_id", "number", name="one_number_per_action"),
        UniqueConstraint("incident_id", "source_ts", name="one_follow_up_per_message"),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    number: int  # what people type: 1, 2, 3 … within the incident
    text: str
    owner: str | None = None
    due: str | None = None  # a calendar day, YYYY-MM-DD
    created_by: str
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    source_ts: str | None = None
    withdrawn_at: datetime | None = None


class Reminder(SQLModel, table=True):
    """Something that must happen later unless it no longer should. One of a kind for each subject."""

    __table_args__ = (UniqueConstraint("kind", "subject", name="one_reminder_of_a_kind"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    kind: str
    subject: str
    due_at: datetime = Field(index=True)
    since: datetime  # what the ladder counts from
    rung: int = 0
    args: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())


class Surface(SQLModel, table=True):
    """A place in Slack that shows the record, and what it showed last."""

    __table_args__ = (
        UniqueConstraint("incident_id", "kind", name="one_surface_of_a_kind"),
        Index("surfaces_by_place", "channel_id", "ts"),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    kind: str  # card, topic, announcement, nag, nag-announce, handoff-<id>, handoff-dm-<id>
    channel_id: str
    ts: str = ""
    shown: str = ""  # digest of the last rendering; equal means nothing to do


class Run(SQLModel, table=True):
    """Work owed to Slack: a workflow that is entered again until it ends."""

    __table_args__ = (Index("due_runs", "state", "due_at"), Index("lanes", "lane", "state", "id"))
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # the same work is never owed twice
    kind: str
    lane: str  # runs of a lane go one after the other, in the order in which they were owed
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    args: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    state: str = RunState.WAITING
    asked: int = 1  # asked for again while running: it runs once more
    attempts: int = 0
    failures: int = 0  # in a row, for the back-off
    created_at: datetime
    owed_at: datetime  # since when it waits; being postponed does not move this
    due_at: datetime
    leased_by: str | None = None
    leased_until: datetime | None = None
    trouble: str = ""  # the newest reason why it has not ended yet
    error: str = ""  # Slack's word for why it failed


class Step(SQLModel, table=True):
    """The result of a named step of a run: it is not done again."""

    __table_args__ = (UniqueConstraint("run_id", "name", name="one_result_per_step"),)
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    name: str
    at: datetime
    result: str = ""


class Person(SQLModel, table=True):
    """The name behind a Slack user id, for files that leave Slack."""

    user_id: str = Field(primary_key=True)
    name: str
    time_zone: str = "UTC"
    is_bot: bool = False
    seen_at: datetime


class ReadingPoint(SQLModel, table=True):
    """How far a channel has been read back, so that what was missed during an outage can be fetched."""

    channel_id: str = Field(primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    read_to_ts: str = "0"
    read_at: datetime | None = None


class Gap(SQLModel, table=True):
    """A stretch of a channel that Slack no longer gives, shown rather than hidden."""

    __table_args__ = (UniqueConstraint("channel_id", "from_ts", name="one_row_per_gap"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    channel_id: str
    from_ts: str
    to_ts: str
    reason: str


class Known(SQLModel, table=True):
    """Facts about the workspace that are slow to look up, for example the id of the announcement channel."""

    key: str = Field(primary_key=True)
    value: str
