"""What was said in incident channels, with its wordings, reactions and gaps."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


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
