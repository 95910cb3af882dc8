"""How bad it is and whether it is one at all: answers of the severity classifier, and near misses."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


class Classification(SQLModel, table=True):
    """One walk through the classifier's questions for an incident, and where it led."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime
    by: str
    level: str  # the severity that the answers lead to, whether or not somebody took it
    answers: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())  # key, asked, answer (bool)


class NearMiss(SQLModel, table=True):
    """Something that almost became an incident: recorded so that the luck is looked at, too."""

    id: int | None = Field(default=None, primary_key=True)  # NM-<id>
    press: str = Field(unique=True)
    text: str  # Slack-encoded
    service: str | None = None
    reported_by: str
    reported_at: datetime
    happened_at: datetime | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    review: str = ""  # what came of it, Slack-encoded

    @property
    def ref(self) -> str:
        """`NM-3`: how people name it."""
        return f"NM-{self.id}"
