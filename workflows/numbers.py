"""The figures of one incident: how long things took, and how well people were kept informed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from storage.models import Incident
from workflows.record import Record

NEWS: Final = frozenset({"declared", "update", "status", "severity"})  # lines that tell people how things stand


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A stretch of time; without an end it lasted when the record was read."""

    label: str
    began: datetime
    ended: datetime | None

    @property
    def length(self) -> timedelta | None:
        return None if self.ended is None else self.ended - self.began


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Durations are `None` while their end, or a beginning that somebody has to give, is not known.

    To detect: from when it began. To acknowledge: from when it was detected, else declared. To mitigate and to
    resolve: from when it began, else declared.
    """

    to_detect: timedelta | None
    to_acknowledge: timedelta | None
    to_mitigate: timedelta | None
    to_resolve: timedelta | None
    severities: Sequence[Spell]
    updates: int
    updates_due: int
    updates_on_time: int
    longest_silence: Spell | None

    @property
    def updates_late(self) -> int:
        return self.updates_due - self.updates_on_time


def numbers(record: Record) -> Numbers:
    incident = record.incident
    began = start_of(incident)
    due = [(update.at, update.due_at) for update in record.updates if update.due_at is not None]
    return Numbers(
        to_detect=between(incident.began_at, incident.detected_at),
        to_acknowledge=between(incident.detected_at or incident.declared_at, incident.acknowledged_at),
        to_mitigate=between(began, incident.mitigated_at),
        to_resolve=between(began, incident.resolved_at),
        severities=severity_spells(record),
        updates=len(record.updates),
        updates_due=len(due),
        updates_on_time=sum(1 for at, due_at in due if at <= due_at),
        longest_silence=longest_silence(record),
    )


def start_of(incident: Incident) -> datetime:
    """When it began for customers, as far as anybody has said; else when it was declared."""
    return incident.began_at or incident.declared_at


def between(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Never negative: times that were corrected later may contradict each other for a while."""
    return None if start is None or end is None else max(end - start, timedelta(0))


def severity_spells(record: Record) -> list[Spell]:
    """One spell per level in a row, from the declaration until the incident was resolved."""
    turns = list(record.severities) or [(record.incident.declared_at, record.incident.severity)]
    if record.incident.retrospective:  # what was over when it was declared had its severity from the beginning
        turns[0] = (start_of(record.incident), turns[0][1])
    end = record.incident.resolved_at or record.incident.closed_at
    ends = [*(at for at, _ in turns[1:]), end]
    spells = zip(turns, ends, strict=True)
    return [Spell(label=level, began=at, ended=ended) for (at, level), ended in spells if ended is None or ended >= at]


def longest_silence(record: Record) -> Spell | None:
    """The longest time without news, from the declaration until the incident was resolved."""
    end = record.incident.resolved_at
    told = sorted(line.at for line in record.timeline if line.kind in NEWS and (end is None or line.at <= end))
    points = [*told, *([end] if end else [])]
    silences = [Spell(label="", began=at, ended=after) for at, after in pairwise(points)]
    return max(silences, key=lambda one: one.length or timedelta(0), default=None)
