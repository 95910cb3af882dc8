"""What somebody reads who takes something on: a role in a few lines, an incident in a minute and a half. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from storage.models import Action
from workflows import clocks_words, war_room
from workflows.action_lines import due_words
from workflows.card import severity_line
from workflows.checklist_lines import STEPS, folded
from workflows.drills import label
from workflows.masking import Mask, masked_row
from workflows.overview import Overview
from workflows.policy import Policy
from workflows.promise_words import standing
from workflows.role_wording import duties
from workflows.role_words import ROLE_NAMES, TITLES
from workflows.timeline import TimelineLine
from workflows.words import clipped, clock_time, duration, escape, one_line, person

# What was tried: the kinds of lines that a successor needs. Everything else is on the timeline.
TRIED: Final = ("key", "finding", "action", "decision", "note", "status", "severity", STEPS)
NAMED: Final = ("finding", "action", "decision")  # kinds that say more than the line alone
MOST_LINES: Final = 8
MOST_ACTIONS: Final = 4
MOST_PROMISES: Final = 3
MOST_PEOPLE: Final = 5  # of a role
LONGEST_LINK: Final = 200  # characters: a longer one is on the card
ROOM: Final = 2200  # characters: about 90 seconds for somebody who has just been woken


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a briefing is made of. `lines` is the whole timeline, `actions` all follow-ups."""

    view: Overview
    lines: Sequence[TimelineLine]
    actions: Sequence[Action]
    note: str = ""


def without_secrets(known: Known) -> Known:
    """The same to be told elsewhere than in the incident's channel, such as in a direct message, which stays."""
    mask, view = Mask(), known.view
    quick = mask.among(line.text for line in known.lines)
    clean = replace(
        view,
        incident=masked_row(view.incident, mask),
        updates=[masked_row(one, mask) for one in view.updates],
        promises=[masked_row(one, mask) for one in view.promises],
    )
    return replace(
        known,
        view=clean,
        lines=[replace(line, text=quick(line.text)) for line in known.lines],
        actions=[masked_row(one, mask) for one in known.actions],
        note=mask(known.note),
    )


def incident_briefing(known: Known, now: datetime) -> str:
    """State, impact, what was tried, open actions, promises made outside, who does what. At most 90 seconds to read."""
    known = without_secrets(known)
    view = known.view
    incident = view.incident
    running = duration(now - (incident.began_at or incident.declared_at))
    named = f"{label(incident)}*{incident.ref} · {escape(one_line(incident.title, 150))}*"
    above = [
        f"*Note:* {short(known.note, 300)}" if known.note else "",
        f"{named}\n{short(severity_line(view), 150)}",
        f"*State:* {incident.status}, running for {running}",
        f"*Now:* {short(incident.understanding, 220)}" if incident.understanding else "",
        f"*Next:* {short(incident.next_step, 120)}" if incident.next_step else "",
        f"*Impact:* {short(incident.impact, 200) or 'not described yet'}",
        f"*Call:* {war_room.shown(view.call_url)}" if len(view.call_url) in range(1, LONGEST_LINK) else "",
    ]
    to_report = clocks_words.briefly(view.clocks, view.clocks_asked, now)
    below = [
        listed("*Open actions*", open_actions(known.actions)),
        listed(f"*Promised outside:* {promised(view, now)}", promises(view, now))
        if view.promises
        else f"*Promised outside:* {promised(view, now)}",
        listed("*To report*", to_report) if to_report else "",
        f"*Who does what:* {who(view)}",
    ]
    room = ROOM - sum(len(part) + 1 for part in (*above, *below))
    parts = [*above, listed("*What happened so far*", fitting(tried(known.lines), room)), *below]
    return "\n".join(part for part in parts if part)


def short(encoded: str, limit: int) -> str:
    """On one line, and never cut inside a mention or a link."""
    return clipped(" ".join(encoded.split()), limit)


def tried_lines(lines: Sequence[TimelineLine], most: int = MOST_LINES) -> list[TimelineLine]:
    """The newest things that were found, done and decided, oldest of them first."""
    return [line for line in folded(lines) if line.kind in TRIED][-most:]


def tried(lines: Sequence[TimelineLine]) -> list[str]:
    return [f"{clock_time(line.at)} {kind_of(line)}{short(line.text, 110)}" for line in tried_lines(lines)]


def kind_of(line: TimelineLine) -> str:
    """`finding: `, where the kind tells what the line does not."""
    return f"{line.kind}: " if line.kind in NAMED else ""


def fitting(rows: Sequence[str], room: int) -> list[str]:
    """The last rows that fit into so many characters."""
    kept: list[str] = []
    for row in reversed(rows):
        room -= len(row) + 3
        if room < 0:
            break
        kept.insert(0, row)
    return kept


def open_actions(actions: Sequence[Action], longest: int = 80) -> list[str]:
    """What is not done yet, each text at most `longest` characters."""
    waiting = [one for one in actions if one.done_at is None and one.withdrawn_at is None]
    shown = [
        f"{one.number}. {short(one.text, longest)} – {person(one.owner) if one.owner else 'nobody yet'}"
        + (f", by {one.due}" if one.due else f", {due_words(one)}" if one.due_at else "")
        for one in waiting[:MOST_ACTIONS]
    ]
    more = len(waiting) - len(shown)
    return [*shown, f"and {more} more: `/incident action`"] if more else shown


def listed(title: str, rows: Sequence[str]) -> str:
    if not rows:
        return f"{title}: none on record"
    return "\n".join([title, *(f"• {row}" for row in rows)])


def promised(view: Overview, now: datetime) -> str:
    """When people outside expect to hear something, and what they heard last."""
    incident = view.incident
    last = view.updates[-1] if view.updates else None
    heard = f"last update {clock_time(last.at)}" if last else "no update given yet"
    if last is not None and last.changed != incident.understanding:  # that stands above already
        heard += f": {short(last.changed, 120)}"
    if incident.update_due_at is None or not incident.is_open:
        return f"no update is due; {heard}"
    late = " (late)" if incident.update_due_at < now else ""
    return f"an update by {clock_time(incident.update_due_at)}{late}; {heard}"


def promises(view: Overview, now: datetime) -> list[str]:
    """What people outside were told that they would get, the next one due first."""
    shown = [f"{promise.number}. {short(standing(promise, now), 160)}" for promise in view.promises[:MOST_PROMISES]]
    more = len(view.promises) - len(shown)
    return [*shown, f"and {more} more: `/incident promises`"] if more else shown


def who(view: Overview) -> str:
    held = [f"{name} {people(view.roles[role])}" for role, name in ROLE_NAMES.items() if view.roles.get(role)]
    free = [f"{ROLE_NAMES.get(role, role)} nobody yet" for role in view.free_roles]
    return " · ".join([*held, *free]) or "nobody holds a role"


def people(users: Sequence[str]) -> str:
    named = ", ".join(person(user) for user in users[:MOST_PEOPLE])
    more = len(users) - MOST_PEOPLE
    return f"{named} and {more} more" if more > 0 else named


def role_briefing(role: str, view: Overview, policy: Policy) -> str:
    """What somebody in this role does, and what they leave to others."""
    incident = view.incident
    where = f" <#{incident.channel_id}>" if incident.channel_id else ""
    first = f"You are {TITLES[role]} of *{incident.ref} · {escape(incident.title)}*.{where}"
    return "\n".join([first, *(f"• {line}" for line in duties(role, view, policy))])
