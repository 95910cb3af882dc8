"""Where people of an incident talk."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class WarRoom(SQLModel, table=True):
    """The video call of an incident. An empty `url` means that somebody took the link away: none is made again."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", unique=True)  # one call, so that nobody waits in another
    url: str
    passcode: str = ""  # for those who dial in
    via: str  # link, zoom, meet, or hand
    by: str  # a Slack user id, or "sitrep"
    at: datetime
