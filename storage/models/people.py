"""What people owe each other: command that is handed over, work that was taken on, names."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class HandoffState(StrEnum):
    """A handoff is proposed once and answered once."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


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
    to_user: str = Field(index=True)
    note: str = ""
    state: str = HandoffState.PROPOSED
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    version: int = 1  # grows with every change; the lines that show it are redrawn from here


class Action(SQLModel, table=True):
    """Something somebody will do: during the incident, by a time of day, or as a follow-up after it, by a day."""

    __table_args__ = (
        UniqueConstraint("incident_id", "number", name="one_number_per_action"),
        UniqueConstraint("incident_id", "source_ts", name="one_follow_up_per_message"),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    number: int  # what people type: 1, 2, 3 … within the incident
    text: str
    owner: str | None = Field(default=None, index=True)
    due: str | None = None  # a calendar day, YYYY-MM-DD
    due_at: datetime | None = None  # an instant, of what is to be done during the incident
    during: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})  # else: a follow-up
    created_by: str
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    source_ts: str | None = None
    withdrawn_at: datetime | None = None


class Person(SQLModel, table=True):
    """The name behind a Slack user id, for files that leave Slack."""

    user_id: str = Field(primary_key=True)
    name: str
    time_zone: str = "UTC"
    is_bot: bool = False
    is_guest: bool | None = None  # empty: not asked yet
    seen_at: datetime
