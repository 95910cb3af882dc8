"""The postmortem draft: everything the record knows, and the questions that only people can answer.

Pure: the same record gives the same bytes. Markdown is the source; HTML and canvas are made from it.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from workflows import clocks_record, drill_record, markdown
from workflows import postmortem_facts as tables
from workflows.numbers import numbers
from workflows.policy import Policy
from workflows.postmortem_facts import Facts, day
from workflows.record import Record, without_secrets
from workflows.timeline import TimelineLine

BLAMELESS: Final = (
    "This is about how the system let it happen, not about who was there. Everybody did what made sense with what they "
    "knew at the time; hindsight was not available. Where a person's name helps, it is to know whom to ask."
)
KINDS: Final = {
    "key": "key moment",
    "action": "action taken",
    "problem": "trouble",
    "refused": "not allowed",
    "comms": "said outside",
    "no-email": "decision",
    "clocks": "duty to report",
    "inject": "scenario",
}
LATER: Final = 120  # seconds between happening and recording from which on both times are told


def file_name(reference: str) -> str:
    return f"postmortem-{reference}.md"


def draft(record: Record, policy: Policy) -> str:
    """The whole document, ending in a line end. Secrets are masked, times are in the policy's zone."""
    clean = without_secrets(record)
    facts = Facts(record=clean, numbers=numbers(clean), policy=policy)
    sections = [
        heading(facts),
        *drill_record.practice(facts),
        section("Facts", tables.facts_table(facts)),
        section("Roles", tables.roles_table(facts)),
        section("Summary", said_or_asked(facts, clean.incident.summary, SUMMARY)),
        section("Customer impact", impact(facts)),
        section("Timeline", timeline(facts)),
        section("Detection and communication", [*tables.communication(facts), "", *asked(DETECTION)]),
        *clocks_record.duties(facts),
        section("Contributing factors and root cause", causes(facts)),
        section("Resolution", resolution(facts)),
        section("What went well", asked(WENT_WELL)),
        section("What went poorly", asked(WENT_POORLY)),
        section("Where we were lucky", asked(LUCKY)),
        section("Lessons", asked(LESSONS)),
        section("Action items", actions(facts)),
        section("People", tables.people_table(facts)),
        section("What this document does not show", not_shown(facts)),
    ]
    return "\n".join(chain.from_iterable(sections)).rstrip("\n") + "\n"


SUMMARY: Final = ("What broke, for whom, for how long, and what ended it? Two or three sentences.",)
IMPACT: Final = (
    "How many customers noticed, and how? What could they not do?",
    "Failed requests, lost orders, revenue, broken service levels, support tickets: which numbers are known?",
)
DETECTION: Final = (
    "Did we notice first, or did a customer? Which signal came first, and which one should have come earlier?",
    "Who learned of it too late, or had to ask?",
)
CAUSES: Final = (
    "Which conditions had to come together? There is rarely only one: code, configuration, process, tools, suppliers.",
    "What made it possible for this to reach customers, and what had kept it away until now?",
)
RESOLUTION: Final = ("What stopped the impact, what removed the cause, and how do we know that it is gone?",)
WENT_WELL: Final = ("What helped, and should happen again: an alert, a runbook, a decision, somebody speaking up?",)
WENT_POORLY: Final = ("Where did tools, access, knowledge or process get in the way? What took longer than it should?",)
LUCKY: Final = ("What could easily have made this worse, and did not by chance?",)
LESSONS: Final = ("What do we know now that we did not know before? Who else should hear of it?",)
ACTIONS: Final = (
    "What would prevent this, make it smaller, or show it sooner? Each item needs one owner and a date. "
    "In the channel: `/incident action @who what by 2026-12-01`.",
    "When will somebody look whether these are done?",
)


def section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def asked(questions: Sequence[str]) -> list[str]:
    """Questions with room for answers."""
    return [line for question in questions for line in ("", f"> {question}")][1:]


def said_or_asked(facts: Facts, encoded: str, questions: Sequence[str]) -> list[str]:
    said = markdown.paragraphs(encoded, facts.names)
    return [said] if said else asked(questions)


def heading(facts: Facts) -> list[str]:
    incident = facts.record.incident
    return [
        f"# Postmortem {incident.ref}: {markdown.titled(incident.title)}",
        "",
        f"Draft made from the record. Times are in {facts.zone.key}. {due(facts)}",
        "",
        BLAMELESS,
        "",
    ]


def due(facts: Facts) -> str:
    """When the finished document is expected, and whether it is."""
    incident = facts.record.incident
    severity = facts.policy.severity(incident.severity)
    if incident.closed_at is None or incident.postmortem_due_at is None:
        return "It is due after the incident has been closed."
    when = facts.day_and_time(incident.postmortem_due_at)
    if severity is None or severity.postmortem:
        return f"The finished document is due {when}."
    return f"At {markdown.titled(incident.severity)} a postmortem is optional; if you write it, {when} is a good date."


def impact(facts: Facts) -> list[str]:
    said = markdown.paragraphs(facts.record.incident.impact, facts.names)
    figures = ["Known durations:", "", *tables.felt_for(facts), *tables.severity_times(facts), ""]
    return [*([said, ""] if said else []), *figures, *asked(IMPACT)]


def timeline(facts: Facts) -> list[str]:
    """Every line, under its day."""
    lines: list[str] = []
    today = ""
    for line in facts.record.timeline:
        on = day(facts.local(line.at))
        if on != today:
            lines += [*([""] if today else []), f"### {on}", ""]
            today = on
        lines.append(timeline_line(line, facts))
    return lines


def timeline_line(line: TimelineLine, facts: Facts) -> str:
    late = (line.recorded_at - line.at).total_seconds() >= LATER
    noted = f" (recorded {facts.day_and_time(line.recorded_at)})" if late else ""
    kind = markdown.escaped(KINDS.get(line.kind, line.kind))
    head = f"**{facts.local(line.at):%H:%M}** · {kind} · {facts.who(line.by)}{noted}:"
    return markdown.entry(head, line.text, facts.names)


def of_kinds(facts: Facts, *kinds: str, until: datetime | None = None) -> list[str]:
    """The timeline's lines of some kinds, with an empty line after them."""
    lines = [one for one in facts.record.timeline if one.kind in kinds and (until is None or one.at <= until)]
    return [*(timeline_line(one, facts) for one in lines), ""] if lines else []


def causes(facts: Facts) -> list[str]:
    found = of_kinds(facts, "finding")
    whys = [f"{number}. Why? …" for number in range(1, 6)]
    return [*(["Found on the way:", "", *found] if found else []), *asked(CAUSES), "", "Five whys:", "", *whys]


def resolution(facts: Facts) -> list[str]:
    found = of_kinds(facts, "action", "decision", "status", until=facts.record.incident.resolved_at)
    return [*(["What was done and decided:", "", *found] if found else []), *asked(RESOLUTION)]


def actions(facts: Facts) -> list[str]:
    table = [*tables.actions_table(facts), ""] if facts.record.actions else []
    return [*table, *asked(ACTIONS)]


def not_shown(facts: Facts) -> list[str]:
    """Where the rest is, what is missing, and what was masked."""
    record = facts.record
    said = f"{len(record.messages)} message{'' if len(record.messages) == 1 else 's'}"
    lines = [
        f"- The timeline above is complete. All that was said in the channel ({said}), with edits, deletions and "
        f"reactions, is in `sitrep export {record.incident.ref} --format json`.",
        *tables.gap_lines(facts),
    ]
    if record.masked:
        kinds = ", ".join(f"{count} × {kind}" for kind, count in record.masked.items())
        lines.append(
            f"- Masked: {kinds}. What was pasted has been seen by others: please replace it if nobody has yet."
        )
    return lines
