"""A past incident, lived through again: its key moments as the injects of a drill. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from storage.models import Incident
from workflows.record import Record, without_secrets
from workflows.scenarios import Beat, Scenario
from workflows.words import duration, one_line, plain

MOST: Final = 50  # injects
LONGEST: Final = 1500  # characters of one
SOMEBODY: Final = "somebody"
# The lines of a timeline that are worth living through again; who had which role, and what was said outside, is not.
KEY_MOMENTS: Final = frozenset({"update", "status", "severity", "key", "finding", "action", "decision", "mitigation"})


def replayed(record: Record) -> Scenario:
    """The key moments of an incident as injects, at their distances from its declaration.

    Nothing that looks like a secret comes along, and nobody's name: it is about what happened.
    """
    clean = without_secrets(record)
    incident = clean.incident
    began = incident.declared_at
    beats = [first(incident)]
    for line in clean.timeline:
        if line.kind in KEY_MOMENTS and line.at > began:
            text = one_line(plain(line.text, nameless(line.text)), LONGEST)
            beats.append(Beat(after=line.at - began, text=text, source=then(line.at - began, line.kind)))
    severity = clean.severities[0][1] if clean.severities else incident.severity
    return Scenario(
        key=incident.ref,
        title=f"Replay of {incident.ref} {incident.title}",
        summary=f"{incident.ref} happens again, as it is on record. What would you do earlier, or differently?",
        severity=severity,
        service=incident.service or "",
        beats=spread(beats),
    )


def first(incident: Incident) -> Beat:
    """How it began, as far as people who come to it fresh would know."""
    said = " ".join(plain(text, nameless(text)) for text in (incident.summary, incident.impact) if text)
    return Beat(after=timedelta(0), text=one_line(said or incident.title, LONGEST), source="How it began")


def nameless(encoded: str) -> Mapping[str, str]:
    return dict.fromkeys(re.findall(r"<@([UW][A-Z0-9]+)", encoded), SOMEBODY)


def then(after: timedelta, kind: str) -> str:
    return f"Then, {duration(after)} in · {kind}"


def spread(beats: Sequence[Beat]) -> tuple[Beat, ...]:
    """At most `MOST`, the first and the last among them, evenly chosen."""
    if len(beats) <= MOST:
        return tuple(beats)
    step = (len(beats) - 1) / (MOST - 1)
    return tuple(beats[round(place * step)] for place in range(MOST))
