"""What is owed to Slack and when: runs and their steps, reminders, places that show the record."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


class RunState(StrEnum):
    """`WAITING` runs are claimed when due; the other two are ends."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


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


class Press(SQLModel, table=True):
    """Slack's id of a press, command, view or event that has had its effect. Stored with the effect."""

    key: str = Field(primary_key=True)
    at: datetime


class Known(SQLModel, table=True):
    """Facts about the workspace that are slow to look up, for example the id of the announcement channel."""

    key: str = Field(primary_key=True)
    value: str
