"""What is worked through: runbooks started for an incident, step by step, and hooks that somebody pressed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Checklist(SQLModel, table=True):
    """A runbook that was offered to an incident, and what it said when somebody started it.

    The file may change or go meanwhile; people go on with what they started. Texts are Slack-encoded.
    """

    __table_args__ = (UniqueConstraint("incident_id", "slug", name="one_checklist_per_runbook"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    slug: str
    title: str  # plain text
    before: str = ""  # what to know before the first step
    after: str = ""  # how to tell that it worked, and how to undo it
    offered_at: datetime
    started_at: datetime | None = None  # empty: offered only
    started_by: str | None = None

    @property
    def key(self) -> int:
        if self.id is None:
            raise LookupError("this checklist has not been stored yet")
        return self.id


class ChecklistStep(SQLModel, table=True):
    """One step of a started runbook. Empty `done_at`: still to do."""

    __table_args__ = (UniqueConstraint("checklist_id", "number", name="one_step_per_number"),)
    id: int | None = Field(default=None, primary_key=True)
    checklist_id: int = Field(foreign_key="checklist.id", index=True)
    number: int
    text: str
    done_at: datetime | None = None
    done_by: str | None = None


class CallState(StrEnum):
    """A call is sent at most once. `UNKNOWN`: it may have arrived, and nobody has heard."""

    ASKED = "asked"
    SENDING = "sending"
    ANSWERED = "answered"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class RemediationCall(SQLModel, table=True):
    """A hook that somebody pressed, and what came of it."""

    __table_args__ = (
        Index(
            "one_call_under_way",
            "name",
            unique=True,
            sqlite_where=text("state IN ('asked', 'sending')"),
            postgresql_where=text("state IN ('asked', 'sending')"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    name: str
    by: str
    state: str = CallState.ASKED
    asked_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    status: int | None = None  # of the HTTP answer
    answer: str = ""  # its beginning, masked, or why it was not sent
