"""A drill as it leaves: its section in the draft, and its part of the JSON export. Pure."""

from collections.abc import Sequence
from typing import Any

from storage.models import Drill, Inject
from workflows import drill_score, markdown
from workflows.drill_score import SIGNS
from workflows.markdown import titled
from workflows.policy import Policy
from workflows.postmortem_facts import Facts
from workflows.record import Record


def practice(facts: Facts) -> list[list[str]]:
    """The section that says that this was a drill and how it went, with its heading; nothing for an incident."""
    record = facts.record
    if not record.incident.drill:
        return []
    drill = record.drill or Drill(incident_id=record.incident.key)
    bounds = [
        ("Scenario", drill.title),
        ("Should hold", drill.hypothesis),
        ("May be touched", drill.blast_radius),
        ("Everybody stops when", drill.abort_rule),
        ("It was " + drill.state, drill.reason),
    ]
    about = [f"- {name}: {facts.text(text)}" for name, text in bounds if text]
    paged = "People were paged and called as in an incident." if record.incident.drill_reaches_out else ""
    lines = [
        f"**This was a drill: nothing in it was real.** {paged}".rstrip(),
        "",
        *about,
        "",
        *score_table(record, facts),
    ]
    return [["## Drill", "", *lines, ""]]


def score_table(record: Record, facts: Facts) -> list[str]:
    """How it went: as it was scored at the end, or as it stands."""
    rows = [
        (
            f"{SIGNS[mark['verdict']]} {mark['name']}",
            titled(mark["expected"]),
            titled(mark["happened"]),
            titled(mark["word"]),
        )
        for mark in marks(record, facts.policy)
    ]
    return markdown.table(("Looked at", "Expected", "What happened", "A word about it"), rows)


def marks(record: Record, policy: Policy) -> Sequence[dict[str, Any]]:
    if record.drill is not None and record.drill.score:
        return record.drill.score
    return [mark.stored() for mark in drill_score.score(record, policy)]


def drill_facts(record: Record) -> dict[str, Any] | None:
    """`score` is empty until it has ended; `None` for an incident. `after` is in seconds since it was declared."""
    drill = record.drill
    if not record.incident.drill or drill is None:
        return None
    return {
        "scenario": drill.scenario or None,
        "title": drill.title,
        "hypothesis": drill.hypothesis,
        "blast_radius": drill.blast_radius,
        "abort_rule": drill.abort_rule,
        "reaches_out": record.incident.drill_reaches_out,
        "state": drill.state,
        "reason": drill.reason,
        "injects": [inject_facts(one, record) for one in record.injects],
        "score": list(drill.score),
    }


def inject_facts(inject: Inject, record: Record) -> dict[str, Any]:
    at = inject.sent_at or inject.due_at
    after = at - record.incident.declared_at
    return {
        "after": int(after.total_seconds()),
        "by": inject.source,
        "text": inject.text,
        "posted": inject.sent_at is not None,
    }
