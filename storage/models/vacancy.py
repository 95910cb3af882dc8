"""Roles that an incident needed and nobody held."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Vacancy(SQLModel, table=True):
    """From when to when nobody held a role that the severity asks for; `ended_at` empty means now."""

    __table_args__ = (
        Index(
            "one_open_vacancy_per_role",
            "incident_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    role: str
    since: datetime
    asked: int = 0  # how many times somebody has been reminded of it
    ended_at: datetime | None = None
