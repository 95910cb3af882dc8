"""Who was called to an incident, in which order, and what they answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


class EscalationState(StrEnum):
    """The commander is asked, then people are called one link after the other; the others are ends."""

    ASKING = "asking"
    CALLING = "calling"
    ANSWERED = "answered"
    EXHAUSTED = "exhausted"  # the last link has had its time
    STOPPED = "stopped"  # not needed, or the incident is over
    UNSET = "unset"  # the matrix wants a group that is not configured


class Escalation(SQLModel, table=True):
    """One escalation, from its cause to its end."""

    __table_args__ = (UniqueConstraint("incident_id", "cause", name="one_escalation_per_cause"),)
    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    cause: str  # what it came from: the same cause escalates once
    occasion: str  # one of `workflows.policy.OCCASIONS`, or "asked"
    reason: str  # Slack-encoded
    by: str  # a Slack user id, or "sitrep"
    chain: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())  # workflows.escalation.Link
    missing: list[str] = Field(default_factory=list, sa_column=json_column())  # groups that are not configured
    link: int = 0
    state: str
    began_at: datetime
    due_at: datetime | None = None  # when it goes on by itself
    ended_at: datetime | None = None
    ended_by: str = ""
    outcome: str = ""  # how it ended, as the timeline has it
    version: int = 1  # grows with every change; the lines that show it are redrawn from here


class Summons(SQLModel, table=True):
    """Somebody was called. One of a person for each escalation, whatever groups they are in."""

    __table_args__ = (UniqueConstraint("escalation_id", "user_id", name="one_summons_per_person"),)
    id: int | None = Field(default=None, primary_key=True)
    escalation_id: int = Field(foreign_key="escalation.id", index=True)
    link: int
    user_id: str = Field(index=True)
    called_at: datetime
    answer: str = ""  # coming, cannot; empty: none yet
    answered_at: datetime | None = None
