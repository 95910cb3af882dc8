"""What the record knows by itself: the tables of a postmortem. Pure, and Markdown throughout."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from storage.models import Action, Promise, Role
from workflows import markdown
from workflows.comms_templates import name_of
from workflows.markdown import titled
from workflows.numbers import Numbers, Spell, start_of
from workflows.policy import Policy
from workflows.record import Record, people_in
from workflows.role_words import ROLE_NAMES
from workflows.words import duration, ts_time

UNKNOWN: Final = "not known"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A record without secrets, its figures, and how the team writes times."""

    record: Record
    numbers: Numbers
    policy: Policy

    @property
    def zone(self) -> ZoneInfo:
        return self.policy.time_zone

    @property
    def names(self) -> dict[str, str]:
        """Names for ids of people, and of channels."""
        return {**self.record.channels, **self.record.names, "sitrep": "Sitrep"}

    def who(self, user_id: str) -> str:
        return titled(self.names.get(user_id, user_id))

    def text(self, encoded: str) -> str:
        return markdown.cell(encoded, self.names)

    def day_and_time(self, at: datetime | None) -> str:
        return UNKNOWN if at is None else f"{day(self.local(at))}, {self.local(at):%H:%M}"

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


def day(at: datetime) -> str:
    """`21 November 2026`."""
    return f"{at.day} {at:%B %Y}"


def facts_table(facts: Facts) -> list[str]:
    """The incident at a glance."""
    incident, policy = facts.record.incident, facts.policy
    severity = policy.severity(incident.severity)
    meaning = titled(f" · {severity.name}: {severity.definition}") if severity else ""
    rows = [
        ("Incident", f"{incident.ref} · {titled(incident.title)}"),
        ("Authors", "_who finishes this draft_"),
        ("Status", incident.status),
        ("Severity", f"{titled(incident.severity)} {meaning}".rstrip()),
        *severity_rows(facts),
        ("Affected service", titled(incident.service or "") or UNKNOWN),
        ("Channel", f"#{titled(incident.channel_name)}"),
        *merged_rows(facts),
        ("Began", facts.day_and_time(incident.began_at)),
        ("Detected", facts.day_and_time(incident.detected_at)),
        ("Declared", f"{facts.day_and_time(incident.declared_at)} by {facts.who(incident.declared_by)}"),
        ("Acknowledged", facts.day_and_time(incident.acknowledged_at)),
        ("Mitigated", facts.day_and_time(incident.mitigated_at)),
        ("Resolved", facts.day_and_time(incident.resolved_at)),
        ("Closed", facts.day_and_time(incident.closed_at)),
        *duration_rows(facts.numbers, "it began" if incident.began_at else "it was declared"),
    ]
    return markdown.table(("Fact", "Value"), rows)


def merged_rows(facts: Facts) -> list[tuple[str, str]]:
    """What turned out to be the same incident, and where this one goes on."""
    goes_on = facts.record.incident.merged_into
    rows = [("Merged into", f"INC-{goes_on}")] if goes_on is not None else []
    found = [f"{one.incident.ref} · {titled(one.incident.title)}" for one in facts.record.merged]
    return [*rows, *(("Merged into this", one) for one in found)]


def severity_rows(facts: Facts) -> list[tuple[str, str]]:
    """Every change of severity, one row each."""
    return [
        ("Severity changed", f"{titled(old.label)} → {titled(new.label)}, {facts.day_and_time(new.began)}")
        for old, new in pairwise(facts.numbers.severities)
    ]


def duration_rows(numbers: Numbers, since: str) -> list[tuple[str, str]]:
    return [
        ("Time to detect", length(numbers.to_detect)),
        ("Time to acknowledge", length(numbers.to_acknowledge)),
        (f"Time to mitigate, since {since}", length(numbers.to_mitigate)),
        (f"Time to resolve, since {since}", length(numbers.to_resolve)),
    ]


def length(value: timedelta | None) -> str:
    return UNKNOWN if value is None else duration(value)


def severity_times(facts: Facts) -> list[str]:
    """How long each level held, added up, in the order in which the levels came."""
    totals: dict[str, timedelta] = {}
    open_since: dict[str, datetime] = {}
    for spell in facts.numbers.severities:
        totals[spell.label] = totals.get(spell.label, timedelta(0)) + (spell.length or timedelta(0))
        if spell.ended is None:
            open_since[spell.label] = spell.began
    return [
        f"- {titled(level)}: since {facts.day_and_time(open_since[level])}"
        if level in open_since
        else f"- {titled(level)}: {duration(total)}"
        for level, total in totals.items()
    ]


def roles_table(facts: Facts) -> list[str]:
    rows = [
        (ROLE_NAMES.get(held.role, held.role), facts.who(held.user_id), *from_to(held, facts))
        for held in sorted(facts.record.roles, key=lambda held: (held.began_at, held.id or 0))
    ]
    return markdown.table(("Role", "Who", "From", "To"), rows)


def from_to(held: Role, facts: Facts) -> tuple[str, str]:
    return facts.day_and_time(held.began_at), facts.day_and_time(held.ended_at) if held.ended_at else "–"


def actions_table(facts: Facts) -> list[str]:
    rows = [action_row(action, facts) for action in facts.record.actions]
    return markdown.table(("#", "What", "Owner", "Due", "Done", "Ticket"), rows)


def action_row(action: Action, facts: Facts) -> tuple[str, ...]:
    owner = facts.who(action.owner) if action.owner else "_who?_"
    due = titled(action.due) if action.due else "_when?_"
    finished = facts.day_and_time(action.done_at) if action.done_at else "no"
    return str(action.number), facts.text(action.text), owner, due, finished, ""


def people_table(facts: Facts) -> list[str]:
    """Everybody in this document, by name; the id is what the JSON export has."""
    record = facts.record
    found = sorted(people_in(record) - record.bots, key=lambda user_id: (facts.names.get(user_id, user_id), user_id))
    rows = [(facts.who(user_id), ", ".join(parts_of(user_id, facts)) or "–", user_id) for user_id in found]
    return markdown.table(("Name", "Part in it", "Slack id"), rows)


def parts_of(user_id: str, facts: Facts) -> Iterable[str]:
    record = facts.record
    held = [ROLE_NAMES.get(one.role, one.role) for one in record.roles if one.user_id == user_id]
    declared = ["declared it"] if record.incident.declared_by == user_id else []
    return dict.fromkeys([*declared, *held])


def communication(facts: Facts) -> list[str]:
    """How it was noticed and how well people were kept informed, in figures."""
    numbers, incident = facts.numbers, facts.record.incident
    detected, declared = facts.day_and_time(incident.detected_at), facts.day_and_time(incident.declared_at)
    lines = [
        f"- Detected: {detected}. Declared: {declared}.",
        f"- Status updates: {numbers.updates} posted, {numbers.updates_due} of them asked for by the cadence: "
        f"{numbers.updates_on_time} on time, {numbers.updates_late} late.",
    ]
    if numbers.longest_silence is not None:
        lines.append(f"- Longest time without news: {spell_text(numbers.longest_silence, facts)}.")
    return [*lines, *said_outside(facts), *promised(facts)]


def said_outside(facts: Facts) -> list[str]:
    """What was sent to people outside, a line each. Their wording is in the JSON export."""
    return [
        f"- {facts.day_and_time(one.at)}: {titled(name_of(one.template))} "
        f"{f'for {titled(one.to_whom)} ' if one.to_whom else ''}by {facts.who(one.by)}, "
        f"{'posted in Slack' if one.channel_id else 'copied, to be sent by hand'}."
        for one in facts.record.sent
    ]


def promised(facts: Facts) -> list[str]:
    """What people outside were promised, and whether they got it."""
    return [
        f"- Promised{f' to {facts.text(one.to_whom)}' if one.to_whom else ''} by {facts.day_and_time(one.due_at)}: "
        f"{facts.text(one.text)} – {how_it_ended(one, facts)}"
        for one in facts.record.promises
    ]


def how_it_ended(promise: Promise, facts: Facts) -> str:
    if promise.ended_at is None:
        return "nobody has said yet how it ended."
    late = f", {duration(promise.ended_at - promise.due_at)} late" if promise.ended_at > promise.due_at else ""
    because = f" ({facts.text(promise.reason)})" if promise.reason else ""
    return f"{promise.state} {facts.day_and_time(promise.ended_at)}{late}{because}."


def spell_text(spell: Spell, facts: Facts) -> str:
    until = facts.day_and_time(spell.ended)
    return f"{length(spell.length)}, from {facts.day_and_time(spell.began)} to {until}"


def felt_for(facts: Facts) -> list[str]:
    """How long customers noticed it, as far as the record knows."""
    incident, numbers = facts.record.incident, facts.numbers
    if numbers.to_mitigate is None:
        return [f"- Since {facts.day_and_time(start_of(incident))}; the end is not known."]
    began, ended = facts.day_and_time(start_of(incident)), facts.day_and_time(incident.mitigated_at)
    return [f"- {duration(numbers.to_mitigate)} until mitigated, from {began} to {ended}."]


def gap_lines(facts: Facts) -> Sequence[str]:
    return [
        f"- Nothing could be read back from {facts.day_and_time(ts_time(gap.from_ts))} "
        f"to {facts.day_and_time(ts_time(gap.to_ts))}: {titled(gap.reason)}"
        for gap in facts.record.gaps
    ]
