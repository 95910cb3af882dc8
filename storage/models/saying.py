"""What is said to people outside: promises, messages that were sent, and who has read how it stands."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class PromiseState(StrEnum):
    """A promise is open until somebody says how it ended."""

    OPEN = "open"
    KEPT = "kept"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Promise(SQLModel, table=True):
    """Something that people outside expect by a time: an ETA, the next word, a report."""

    __table_args__ = (UniqueConstraint("incident_id", "number", name="one_number_per_promise"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    number: int  # what people type: 1, 2, 3 … within the incident
    text: str
    to_whom: str = ""
    due_at: datetime
    first_due_at: datetime  # what was promised at first, before it was moved
    made_by: str
    made_at: datetime
    state: str = PromiseState.OPEN
    ended_at: datetime | None = None
    ended_by: str | None = None
    reason: str = ""
    update_id: int | None = Field(default=None, foreign_key="update.id")  # the update that it was given with
    version: int = 1  # grows with every change; the line that asks for it is redrawn from here


class Sent(SQLModel, table=True):
    """A message that somebody sent, with the wording that left: to a channel, or copied to be sent by hand."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    template: str
    at: datetime
    by: str
    to_whom: str = ""
    channel_id: str | None = None  # empty: it was copied
    ts: str | None = None  # of the post, once Slack has it
    text: str  # as it left, plain


class Visit(SQLModel, table=True):
    """When somebody last read how an incident stands."""

    __table_args__ = (UniqueConstraint("incident_id", "user_id", name="one_visit_per_person"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    user_id: str
    at: datetime
