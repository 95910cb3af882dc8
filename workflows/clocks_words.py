"""Duties to report, in words: on the card, in lists, in reminders, to the incident commander. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from storage.models import ClockQuestion, ClockState, ClockStep, Incident
from workflows import blocks
from workflows.blocks import Block
from workflows.clocks_due import LIMIT
from workflows.clocks_kinds import AS_SOON, CONFIDENCE, PENDING, SUBMITTED, Kind, Step
from workflows.clocks_view import ClockView, Report, owed
from workflows.ports import Post
from workflows.words import day_and_time, duration, escape, in_line, person

TOLD: Final = "those who are told of duties to report"
ADVICE: Final = "Sitrep counts and reminds; whether and what you report is your decision. Not legal advice."
UNITS: Final[Mapping[str, str]] = {"h": "hour", "d": "day", "bd": "business day", "mo": "month"}


def limit(within: str) -> str:
    """`72 hours`, `4 business days`, `as soon as possible`."""
    match = LIMIT.fullmatch(within)
    if within == AS_SOON or match is None:
        return "as soon as possible"
    count = int(match["count"])
    return f"{count} {UNITS[match['unit']]}{'' if count == 1 else 's'}"


def mention(user_or_group: str) -> str:
    return f"<!subteam^{user_or_group}>" if user_or_group.startswith("S") else person(user_or_group)


def when(at: datetime) -> str:
    """A deadline that keeps telling what is left of it, in each reader's own zone."""
    stamp = int(at.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} at {{time}} ({{ago}})|{at:%Y-%m-%d %H:%M} UTC>"


def left(at: datetime, now: datetime) -> str:
    return f"{duration(at - now)} left" if at > now else f"{duration(now - at)} over time"


# On the card


def card_line(found: Sequence[ClockView], question: ClockQuestion | None) -> str:
    """What is due next, in one line; nothing where nothing is owed."""
    waiting = owed(found)
    if not waiting:
        return "⚖️ *To report:* is there a duty to? `/incident clocks` answers it" if is_open(question) else ""
    first, more = waiting[0], len(waiting) - 1
    others = f" · and {more} more: `/incident clocks`" if more else ""
    return f"⚖️ *To report:* {named(first)} {due_words(first)}{others}"


def is_open(question: ClockQuestion | None) -> bool:
    """Whether it was asked and nobody has answered."""
    return question is not None and question.answered_at is None


def named(one: Report) -> str:
    """`GDPR, lead supervisory authority`."""
    return f"{escape(one.view.kind.name)}, {escape(one.terms.to)}"


def due_words(one: Report) -> str:
    if one.at is None:
        return "as soon as possible"
    return f"by {when(one.at)}" + (" at the latest" if one.tentative else "")


def briefly(found: Sequence[ClockView], question: ClockQuestion | None, now: datetime, most: int = 2) -> list[str]:
    """What is still owed, for somebody who takes over or comes in; the most urgent first."""
    waiting = owed(found)
    if not found and is_open(question):
        return ["nobody has said yet whether there is a duty to: `/incident clocks`"]
    told = [
        f"{named(one)} {due_words(one)}"
        if one.at is None
        else f"{named(one)} by {day_and_time(one.at)}, {left(one.at, now)}"
        for one in waiting[:most]
    ]
    more = len(waiting) - len(told)
    return [*told, f"and {more} more: `/incident clocks`"] if more else told


# Lists


def list_lines(view: ClockView, now: datetime) -> str:
    """One clock with its steps."""
    kind = view.kind
    began = "; ".join(event_line(view, event.key) for event in kind.events if event.key in view.events)
    head = f"*{escape(kind.name)}* (`{kind.key}`)" + (f" – {began}" if began else "")
    return "\n".join([head, *(step_line(view, step, now) for step in view.steps)])


def event_line(view: ClockView, key: str) -> str:
    event = view.events[key]
    moved = f" (first given as {day_and_time(event.first_at)})" if event.first_at != event.at else ""
    return f"{key} {day_and_time(event.at)}{moved}"


def step_line(view: ClockView, step: ClockStep, now: datetime) -> str:
    terms = view.terms(step)
    head = f"`{step.step}` {escape(terms.what)}"
    if step.state == ClockState.SUBMITTED:
        return f"✅ {head} – {submitted(step)}"
    if step.state == ClockState.NOT_REQUIRED:
        return f"➖ {head} – not required: {in_line(step.reason, 200)} ({person(step.ended_by)})"
    only_if = f" _{escape(terms.only_if)}_" if terms.only_if else ""
    if step.state == ClockState.WAITING:
        return f"◽ {head} – {waits_for(view, terms)}{only_if}"
    if step.due_at is None:
        return f"⏳ {head} – as soon as possible, since {day_and_time(step.began_at or now)}{only_if}"
    sign, tentative = "⏳" if step.due_at > now else "⚠️", Report(view=view, step=step).tentative
    if tentative and step.due_at <= now:
        return f"◽ {head} – {waits_for(view, terms)}{only_if}"
    latest = " at the latest" if tentative else ""
    return f"{sign} {head} – by {day_and_time(step.due_at)}{latest}, {left(step.due_at, now)}{only_if}"


def submitted(step: ClockStep) -> str:
    """`sent 22 Nov at 14:00 by @chen, reference ABC-1, in time`."""
    at = step.ended_at or step.recorded_at
    sent = f"sent {day_and_time(at)} by {person(step.ended_by)}" if at else "sent"
    reference = f", reference {in_line(step.reference, 120)}" if step.reference else ""
    if step.due_at is None or at is None:
        return sent + reference
    late = f", {duration(at - step.due_at)} late" if at > step.due_at else ", in time"
    return sent + reference + late


def waits_for(view: ClockView, terms: Step) -> str:
    """What starts a step that nothing has started."""
    if terms.after.startswith(SUBMITTED):
        return f"{limit(terms.within)} after `{terms.after.removeprefix(SUBMITTED)}` has been sent"
    return f"{limit(terms.within)} after `{terms.after}`: `/incident clocks event {view.kind.key} {terms.after} 14:00`"


def kind_line(kind: Kind) -> str:
    """`GDPR (gdpr): 72 hours – who is concerned`."""
    status = " · ⚠️ not in force" if kind.status == PENDING else ""
    firsts = ", ".join(dict.fromkeys(limit(step.within) for step in kind.steps if step.within != AS_SOON))
    return (
        f"• *{escape(kind.name)}* (`{kind.key}`): {firsts or 'as soon as possible'}{status} – {escape(kind.concerns)}"
    )


def kind_details(kind: Kind) -> str:
    """Everything that the file of a kind says."""
    status = "\n⚠️ *Not in force*" if kind.status == PENDING else ""
    events = [f"• `{one.key}`: {escape(one.ask)}" for one in kind.events]
    steps = [f"• {details(step)}" for step in kind.steps]
    source = f"<{kind.link}|{escape(kind.source)}>" if kind.link else escape(kind.source)
    note = [escape(kind.note)] if kind.note else []
    return "\n".join(
        [
            f"*{escape(kind.name)}* (`{kind.key}`){status}",
            escape(kind.concerns),
            "*What starts it*",
            *events,
            "*What follows*",
            *steps,
            *note,
            f"Source: {source}; {CONFIDENCE[kind.confidence]}, reviewed {kind.reviewed}. {ADVICE}",
        ]
    )


def details(step: Step) -> str:
    after = step.after.removeprefix(SUBMITTED)
    since = f"`{after}` was sent" if step.after.startswith(SUBMITTED) else f"`{after}`"
    backstop = f", at most {limit(step.backstop_within)} after `{step.backstop_after}`" if step.backstop_after else ""
    more = " ".join(part for part in (step.only_if, step.note) if part)
    text = f"`{step.key}` {escape(step.what)} ({escape(step.to)}): {limit(step.within)} after {since}{backstop}"
    return f"{text}. _{escape(more)}_" if more else text


# What is posted


def started(found: Sequence[ClockView], by: str) -> str:
    """The line in the channel when clocks begin to run."""
    names = ", ".join(escape(view.kind.name) for view in found)
    head = f"⚖️ {person(by)} started counting for {names}. {ADVICE}"
    running = [f"• {named(one)}: {escape(one.terms.what)} {due_words(one)}" for one in owed(found)]
    idle = [view for view in found if not any(step.state == ClockState.RUNNING for step in view.steps)]
    waiting = [f"• {escape(view.kind.name)}: {waits_for(view, view.terms(view.steps[0]))}" for view in idle]
    return "\n".join([head, *running, *waiting])


def reminder(one: Report, incident: Incident, people: Sequence[str], now: datetime) -> Post:
    """What is left, to those who can do something about it."""
    whom = " ".join(map(mention, people))
    condition = f" _{escape(one.terms.only_if)}_" if one.terms.only_if else ""
    text = f"⚖️ {whom} {incident.ref}, {named(one)}: {escape(one.terms.what)}{condition} – {standing(one, now)}"
    text += beside(one)
    about = f"{incident.key}:{one.step.key}"
    row = [
        blocks.button("Sent", "clocks_sent", about, style="primary"),
        blocks.button("Not required", "clocks_waive", about),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(row, block_id="clocks")))


def beside(one: Report) -> str:
    """The other reports that are owed by the same time, so that one line says it all."""
    others = [one.view.terms(step) for step in one.together if step is not one.step]
    if not others:
        return ""
    named = "; ".join(
        f"{escape(terms.what)}{f' _{escape(terms.only_if)}_' if terms.only_if else ''}" for terms in others
    )
    return f"\nBy the same time: {named}. `/incident clocks` records them."


def standing(one: Report, now: datetime) -> str:
    if one.at is None:
        since = duration(now - (one.step.began_at or now))
        return f"due as soon as possible, {since} have passed."
    if one.tentative:
        return open_start(one, one.at, now)
    if one.at > now:
        return f"*{left(one.at, now)}*, by {day_and_time(one.at)}."
    late = "just now" if now - one.at < timedelta(minutes=1) else f"{duration(now - one.at)} ago"
    return (
        f"was due {day_and_time(one.at)}, {late}. Late is better than not at all: send it with the reasons for the "
        "delay, then record it here."
    )


def open_start(one: Report, at: datetime, now: datetime) -> str:
    """A report whose own event nobody has recorded; until its backstop has passed, that is the latest time."""
    event = f"`/incident clocks event {one.view.kind.key} {one.terms.after} 14:00`"
    if at > now:
        return f"*{left(at, now)}*, by {day_and_time(at)} at the latest, earlier once {event} is recorded."
    return (
        f"nobody has recorded `{one.terms.after}` yet. If it has happened, {event}: the report is due "
        f"{limit(one.terms.within)} after that. If it will not, the report is not required."
    )


def ended(one: Report) -> Post:
    """What the line that reminded says afterwards."""
    head = f"⚖️ {named(one)}: {escape(one.terms.what)}"
    if one.step.state == ClockState.SUBMITTED:
        text = f"{head} – {submitted(one.step)}."
    elif one.step.state == ClockState.NOT_REQUIRED:
        text = f"{head} – not required: {in_line(one.step.reason, 200)} ({person(one.step.ended_by)})."
    else:
        text = f"{head} – {waits_for(one.view, one.terms)}."
    return Post(text=text, blocks=(blocks.section(text),))


def question(incident: Incident, *, again: bool = False) -> Post:
    """What the incident commander is asked, privately; `again`: for the second and last time."""
    where = f" <#{incident.channel_id}>" if incident.channel_id else ""
    still = " Nobody has answered yet, and this is the last reminder." if again else ""
    text = (
        f"⚖️ {incident.ref} “{escape(incident.title)}” is a security incident.{where}{still} "
        f"Does a duty to report it apply, such as 72 hours for the GDPR? "
        f"Answer once; *none, because …* is an answer, too. {ADVICE}"
    )
    row: list[Block] = [blocks.button("Answer", "clocks_open", str(incident.key), style="primary")]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(row, block_id="clocks")))


def answered(incident: Incident, given: ClockQuestion, found: Sequence[ClockView]) -> Post:
    """What the question says once somebody has answered it."""
    names = ", ".join(escape(view.kind.name) for view in found)
    what = f"{names} may apply" if found else f"none applies: {in_line(given.reason, 300)}"
    text = f"⚖️ {incident.ref}: {what} ({person(given.answered_by)}). `/incident clocks {incident.ref}` shows more."
    return Post(text=text, blocks=(blocks.section(text),))
