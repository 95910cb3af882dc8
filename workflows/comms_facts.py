"""What the record knows, in plain words for a message to people outside. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from storage.models import Action, Incident, Promise, Status
from workflows.briefing import tried_lines
from workflows.overview import Overview
from workflows.policy import Policy
from workflows.timeline import TimelineLine
from workflows.words import duration, one_line, plain

MOST_LINES: Final = 5


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a message is made of. `names` are by user id."""

    view: Overview
    lines: Sequence[TimelineLine]
    actions: Sequence[Action]
    names: Mapping[str, str]
    policy: Policy
    now: datetime


def facts(source: Source) -> dict[str, Any]:
    """The facts for `comms_templates.fill`; what is not known is empty. Times are in the team's zone."""
    incident = source.view.incident
    return {
        **about_incident(source),
        **times(source),
        "eta": eta(source),
        "ic": named(source, source.view.ic),
        "contact": named(source, next(iter(source.view.roles.get("comms", ())), "") or source.view.ic),
        "participants": ", ".join(dict.fromkeys(took_part(source))),
        "cause": text(source, incident.summary),
        "actions": [action_facts(source, one) for one in source.actions if one.withdrawn_at is None],
        "happened": [happened(source, one) for one in tried_lines(source.lines, MOST_LINES)],
        "promises": [promise_text(source, one) for one in source.view.promises],
        "updates": [
            {"at": clock(source, one.at), "text": one_line(text(source, one.changed), 300)}
            for one in source.view.updates
        ],
    }


def about_incident(source: Source) -> dict[str, str]:
    incident, severity = source.view.incident, source.view.severity
    return {
        "ref": incident.ref,
        "title": one_line(incident.title, 200),
        "service": incident.service or "",
        "severity": severity.level,
        "severity_name": severity.name,
        "status": incident.status,
        "impact": text(source, incident.impact),
        "understanding": text(source, incident.understanding),
        "next_step": text(source, incident.next_step),
        "fix": fix(source),
    }


def times(source: Source) -> dict[str, str]:
    incident, now = source.view.incident, source.now
    began = incident.began_at or incident.declared_at
    ended = incident.mitigated_at or incident.resolved_at
    return {
        "now": clock(source, now),
        "day": f"{began.astimezone(source.policy.time_zone):%d %B %Y}".lstrip("0"),
        "began": clock(source, began),
        "declared": clock(source, incident.declared_at),
        "mitigated": clock(source, incident.mitigated_at),
        "resolved": clock(source, incident.resolved_at),
        "ended": clock(source, ended),
        "duration": duration(ended - began) if ended else "",
        "running": running(incident, began, now),
        "next_update": clock(source, incident.update_due_at) if incident.is_open else "",
        "next_word": clock(source, next_word(source)),
        "document_due": clock(source, incident.postmortem_due_at),
    }


def running(incident: Incident, began: datetime, now: datetime) -> str:
    if incident.resolved_at is not None:
        return f"over after {duration(incident.resolved_at - began)}"
    return f"running for {duration(now - began)}"


def clock(source: Source, at: datetime | None) -> str:
    """`14:05 CET`, with the day when it is another one. Nothing for nothing."""
    if at is None:
        return ""
    local, today = at.astimezone(source.policy.time_zone), source.now.astimezone(source.policy.time_zone)
    day = "" if local.date() == today.date() else f"{local.day} {local:%B} "
    return f"{day}{local:%H:%M} {local.tzname()}"


def text(source: Source, encoded: str) -> str:
    return plain(encoded, source.names).strip()


def named(source: Source, user: str) -> str:
    return source.names.get(user, user)


def took_part(source: Source) -> list[str]:
    """Who held a role or did something, people only."""
    held = [user for users in source.view.roles.values() for user in users]
    acted = [line.by for line in source.lines]
    return [source.names[user] for user in (*held, *acted) if user in source.names]


def fix(source: Source) -> str:
    """What was said when it was mitigated or resolved."""
    if source.view.incident.status not in (Status.MITIGATED, Status.RESOLVED, Status.CLOSED):
        return ""
    ends = [line.text for line in source.lines if line.kind == "status" and ": " in line.text]
    told = [one.partition(": ")[2] for one in ends if one.startswith(("Mitigated", "Resolved"))]
    return text(source, told[0]) if told else ""


def eta(source: Source) -> str:
    """The time of the promise that is an ETA, if one stands."""
    found = [one for one in source.view.promises if one.text.lower().startswith("eta")]
    return clock(source, found[0].due_at) if found else ""


def next_word(source: Source) -> datetime | None:
    """When people outside were told that they hear more; nothing where nobody has promised that."""
    found = [one.due_at for one in source.view.promises if one.text.lower().startswith("next update")]
    return min(found, default=None)


def promise_text(source: Source, promise: Promise) -> str:
    whom = f" to {text(source, promise.to_whom)}" if promise.to_whom else ""
    late = " (overdue)" if promise.due_at < source.now - timedelta(minutes=1) else ""
    return f"{one_line(text(source, promise.text), 200)} by {clock(source, promise.due_at)}{whom}{late}"


def action_facts(source: Source, action: Action) -> dict[str, Any]:
    return {
        "number": action.number,
        "text": one_line(text(source, action.text), 200),
        "owner": named(source, action.owner) if action.owner else "",
        "due": action.due or "",
        "done": action.done_at is not None,
    }


def happened(source: Source, line: TimelineLine) -> str:
    return f"{clock(source, line.at)}: {one_line(text(source, line.text), 160)}"
