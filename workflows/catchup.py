"""How an incident stands, in ninety seconds: for somebody who comes back or joins, and for those who only want to know.

Pure: composed from the record in the same pieces as the briefings, and never longer than `MOST_WORDS`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.models import Action
from workflows import clocks_words
from workflows.briefing import TRIED, Known, kind_of, open_actions, promises, who, without_secrets
from workflows.card import SIGNS
from workflows.checklist_lines import folded
from workflows.drills import label
from workflows.overview import Overview
from workflows.promise_words import moment
from workflows.timeline import TimelineLine
from workflows.words import PERSON, clock_time, duration, escape, one_line, person, plain

MOST_WORDS: Final = 250  # read in ninety seconds, at an hour when nobody reads quickly
LINE_WORDS: Final = 16  # of one thing that happened, its time included
TOKEN: Final = re.compile(r"<[^<>]*>\S*|\S+")
# What somebody who was away has missed; the bot's own housekeeping is left out.
MISSED: Final = frozenset(
    {*TRIED, "update", "role", "handoff", "promise", "comms", "clocks", "declared", "follow-up", "renamed"}
)
STORY: Final = frozenset({*TRIED, "declared", "update"})  # for somebody who knows nothing yet


@dataclass(frozen=True, kw_only=True)
class Away:
    """Since when somebody has not looked, and how many messages people have written since."""

    since: datetime
    messages: int = 0


def catch_up(known: Known, now: datetime, away: Away | None = None) -> str:
    """What happened since they were away, or in all, and how it stands. Slack-encoded; secrets are masked."""
    known = without_secrets(known)
    view = known.view
    above = [
        title(view),
        state(view, now),
        labelled("Now", view.incident.understanding, 25),
        labelled("Impact", view.incident.impact, 15) or "*Impact:* not described yet",
        labelled("Next", view.incident.next_step, 12),
    ]
    below = [
        points("Open actions", actions(known.actions)),
        points("Promised outside", [words(one, 18) for one in promises(view, now)[:2]]),
        points("To report", [words(one, 18) for one in clocks_words.briefly(view.clocks, view.clocks_asked, now)[:2]]),
        f"*Who:* {words(who(view), 40)}",
        next_update(view, now),
    ]
    heading = headed(away, now)
    room = MOST_WORDS - sum(count(part) for part in (*above, *below, heading)) - 12  # what `more` may say
    parts = [*above, happened(known.lines, away, heading, room), *below]
    return "\n".join(part for part in parts if part)


def stakeholders(known: Known, now: datetime) -> str:
    """For those who do not work on it: what customers notice, what is done, when they hear more, whom to ask."""
    known = without_secrets(known)
    view, incident = known.view, known.view.incident
    ask = next(iter(view.roles.get("comms", ())), "") or view.ic
    level = f"{words(escape(view.severity.name), 8)} ({escape(incident.severity)})"
    parts = [
        title(view),
        f"{level}, {incident.status}, {running(view, now)}.",
        labelled("Customers", incident.impact, 40) or "*Customers:* the impact is not described yet",
        labelled("Where we are", incident.understanding, 50),
        labelled("What happens next", incident.next_step, 30),
        points("Promised outside", [words(one, 18) for one in promises(view, now)[:3]]),
        next_update(view, now),
        f"*Questions:* to {person(ask)}, not into the incident's channel." if ask else "",
    ]
    return "\n".join(part for part in parts if part)


def title(view: Overview) -> str:
    incident = view.incident
    named = f"{incident.ref} · {words(escape(one_line(incident.title, 120)), 12)}"
    return f"{SIGNS[incident.status]} {label(incident)}*{named}*"


def state(view: Overview, now: datetime) -> str:
    return f"{escape(view.incident.severity)} · {view.incident.status} · {running(view, now)}"


def running(view: Overview, now: datetime) -> str:
    incident = view.incident
    began = incident.began_at or incident.declared_at
    ended = incident.resolved_at
    return f"over after {duration(ended - began)}" if ended is not None else f"running for {duration(now - began)}"


def headed(away: Away | None, now: datetime) -> str:
    if away is None:
        return "*What happened so far*"
    said = "1 message" if away.messages == 1 else f"{away.messages} messages"
    return f"*Since you were last here*, {moment(away.since, now)}, {duration(now - away.since)} ago: {said}"


def happened(lines: Sequence[TimelineLine], away: Away | None, heading: str, room: int) -> str:
    """The newest lines that fit, oldest of them first, and how many there are besides."""
    if away is None:
        wanted = [line for line in folded(lines) if line.kind in STORY]
    else:
        wanted = [line for line in folded(lines) if line.kind in MISSED and line.recorded_at > away.since]
    if not wanted:
        return heading if away is None else f"{heading}, and nothing new on the timeline."
    rows = fitting([told(line) for line in wanted], room)
    left = len(wanted) - len(rows)
    more = [f"and {left} earlier: `/incident timeline`"] if left else []
    return "\n".join([heading, *(f"• {row}" for row in [*more, *rows])])


def told(line: TimelineLine) -> str:
    return words(f"{clock_time(line.at)} {kind_of(line)}{line.text}", LINE_WORDS)


def fitting(rows: Sequence[str], room: int) -> list[str]:
    """The last rows that fit into so many words."""
    kept: list[str] = []
    for row in reversed(rows):
        room -= count(row) + 1
        if room < 0:
            break
        kept.insert(0, row)
    return kept


def actions(found: Sequence[Action]) -> list[str]:
    return [words(one, 20) for one in open_actions(found, longest=40)[:2]]


def next_update(view: Overview, now: datetime) -> str:
    due_at = view.incident.update_due_at
    if due_at is None or not view.incident.is_open:
        return ""
    late = " (late)" if due_at < now else ""
    return f"*Next update:* {clock_time(due_at)}{late}"


def labelled(name: str, encoded: str, most: int) -> str:
    return f"*{name}:* {words(encoded, most)}" if encoded.strip() else ""


def points(name: str, rows: Sequence[str]) -> str:
    return "\n".join([f"*{name}*", *(f"• {row}" for row in rows)]) if rows else ""


def words(encoded: str, most: int) -> str:
    """At most so many words, on one line; never cut inside a mention or a link."""
    kept: list[str] = []
    for token in TOKEN.findall(encoded):
        most -= count(token)
        if most < 0 or len(token) > 200:
            return " ".join([*kept, "…"])
        kept.append(token)
    return " ".join(kept)


def count(encoded: str) -> int:
    """How many words people read: somebody's name is two of them, a link its label."""
    return len(plain(PERSON.sub("Somebody Else", encoded)).split())
