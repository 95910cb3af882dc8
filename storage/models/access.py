"""Who is where and who may know: people in incident channels, and those who were let into private incidents."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class ChannelMember(SQLModel, table=True):
    """Whether somebody is in an incident's channel, as far as Slack told. Those who left keep their row."""

    __table_args__ = (UniqueConstraint("incident_id", "user_id", name="one_row_per_member"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    user_id: str = Field(index=True)
    here: bool
    as_of: str  # Slack's time of the newest news, as a `ts`; older news is ignored
    joined_at: datetime | None = None  # the first time
    left_at: datetime | None = None  # the last time; empty while they are here


class Admission(SQLModel, table=True):
    """Whether somebody may know of a private incident, decided by a person. The newest decision counts."""

    __table_args__ = (UniqueConstraint("incident_id", "user_id", name="one_decision_per_person"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    user_id: str
    allowed: bool
    by: str
    at: datetime
