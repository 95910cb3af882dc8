"""Drills: practice with an incident's means. The incident's own row says that it is one; here is what it is about."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from storage.models.columns import json_column


class DrillState(StrEnum):
    """`RUNNING` drills bring in what happens next when it is due; `PAUSED` ones wait; the others are ends."""

    RUNNING = "running"
    PAUSED = "paused"
    ABORTED = "aborted"
    ENDED = "ended"


class Drill(SQLModel, table=True):
    """What is practised. Texts are Slack-encoded; the names of a scenario that changed later stay as they were."""

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    scenario: str = ""  # its slug, or `INC-7` for one that is replayed; empty: made up as it goes
    title: str = ""
    hypothesis: str = ""  # the steady state that should hold
    blast_radius: str = ""  # what may be touched, at most
    abort_rule: str = ""  # when everybody stops
    expects_handoff: bool = False
    state: str = DrillState.RUNNING
    paused_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""  # why it was aborted, or paused
    # As it went, computed at the end: name, verdict, expected, happened, word.
    score: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_column())


class Inject(SQLModel, table=True):
    """Something that happens in a drill: posted once, when it is due."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    place: int  # its place in the scenario, from 0
    due_at: datetime
    text: str  # Slack-encoded
    source: str = ""  # who or what says it, plain text
    sent_at: datetime | None = None  # from when on it is on the timeline
    dropped: bool = False  # the drill ended first
