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


class Deed(SQLModel, table=True):
    """What somebody did with an incident, or was refused: who, what, when and how. Kept as long as the record.

    What it changed is on the timeline, recorded at the same instant.
    """

    __table_args__ = (UniqueConstraint("press", "incident_id", name="one_deed_per_press"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)  # empty: about none
    press: str  # Slack's id of the press, command or form; our own for the command line
    at: datetime
    by: str  # a Slack user id, or the operator's login
    how: str  # command, button, form, shortcut, mention or cli
    verb: str
    outcome: str  # changed, looked, refused or exported
    detail: str = ""
