"""What people will do: during the incident by a time of day, or as follow-ups after it by a day.

Each is numbered within its incident; the one can be made the other. Those made of messages are `actions_marked`'s.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Final

from storage import actions
from storage.models import Action
from workflows import due_times, notes, spoken
from workflows.action_lines import MORE, described, moved, noun, owe_line, remind
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import PERSON, clipped, mentioned, safe

KIND: Final = "follow-up"  # of reactions that make one, and of the lines about them
LONGEST: Final = 300
FIRST: Final = re.compile(rf"^{PERSON.pattern}(?:[\s,:;–-]+(?:to\s+)?|$)")
LAST: Final = re.compile(rf"(?<![\s,:;–(-])[\s,:;–(-]*{PERSON.pattern}[\s.!)]*$")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a text asks for. `text` is Slack-encoded, without the owner and the time.

    `due` is a day, `due_at` an instant, never both; `during`: now or later, nothing when the time decides.
    """

    text: str
    owner: str | None
    due: date | None
    due_at: datetime | None = None
    during: bool | None = None


def read(text: str, today: date, *, now: datetime | None = None, zone: tzinfo | None = None) -> Wanted:
    """`@chen raise the pool limit by 2026-12-01`, with `now` and `zone` also `… by 15:30`.

    Somebody named in the middle stays in the text. Raises `spoken.Impossible` for a day that no calendar has, and for
    a time that no clock shows or that has just passed.
    """
    text = safe(" ".join(text.split()))
    if now is not None and zone is not None:
        last = LAST.search(text)
        timed = due_times.find_due_at(text[: last.start()] if last else text, now, zone)
        if timed.at is not None:
            rest = f"{timed.rest}{last[0] if last else ''}"
            return Wanted(text=without_owner(rest), owner=first_of(rest), due=None, due_at=timed.at)
    found = spoken.find_due(text, today)
    return Wanted(text=without_owner(found.rest), owner=first_of(found.rest), due=found.day)


def first_of(text: str) -> str | None:
    return next(iter(mentioned(text)), None)


def without_owner(text: str) -> str:
    """The text without the person it begins or ends with; several people, or one in the middle, stay."""
    if len(mentioned(text)) != 1:
        return text
    text = FIRST.sub("", text, count=1)
    return LAST.sub("", text, count=1)


def as_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# In words.


async def create(
    services: Services, incident_id: int, wanted: Wanted, *, press: str, by: str, source_ts: str | None = None
) -> Action:
    """Note an action and tell the channel. Whoever asks for it owns it, if nobody is named.

    `source_ts` is the message of the incident's channel that it is made of; its thread tells what becomes of it.
    Raises `UserError` when one is made of that message already.
    """
    async with change(services, incident_id, press=press) as c:
        if source_ts is not None:
            await refuse_second(c, source_ts)
        wanted = fitting(wanted, c)
        made = await actions.add(
            c.session,
            Action(
                incident_id=incident_id,
                number=0,
                text=clipped(wanted.text, LONGEST),
                owner=wanted.owner or by,
                due=as_day(wanted.due),
                due_at=wanted.due_at,
                during=bool(wanted.during),
                created_by=by,
                created_at=c.now,
                source_ts=source_ts,
            ),
        )
        await remind(c.session, made)
        await owe_line(c.session, services, made)
        c.tell(KIND, f"{noun(made)} {described(made)}", by)
    return made


def fitting(wanted: Wanted, c: Change) -> Wanted:
    """A time of day makes it one for now; when the incident is over, all that is left are follow-ups with a day."""
    if c.incident.is_open:
        return replace(wanted, during=wanted.due_at is not None if wanted.during is None else wanted.during)
    due = wanted.due_at.date() if wanted.due_at is not None else wanted.due
    return replace(wanted, during=False, due=due, due_at=None)


async def refuse_second(c: Change, source_ts: str) -> None:
    """A message makes one action."""
    known = await actions.by_source(c.session, c.incident.key, source_ts)
    if known is not None:
        state = "withdrawn" if known.withdrawn_at else "done" if known.done_at else "noted"
        raise UserError(f"{noun(known)} {known.number} of {c.incident.ref} is made of this message already ({state}).")


async def apply(
    services: Services, incident_id: int, verb: str, numbers: Sequence[int], *, press: str, by: str
) -> list[Action]:
    """Do one of `VERBS` with each of these actions, all of them or none.

    Raises `UserError` that names the one that does not exist, or is like that already.
    """
    async with change(services, incident_id, press=press) as c:
        found = [await standing(c, number) for number in dict.fromkeys(numbers)]
        for action in found:
            said = VERBS[verb](action, c, by)
            await remind(c.session, action)
            done = verb == "done" and action.during
            await changed(c, services, action, said, by, kind="action" if done else KIND)
    return found


def finished(action: Action, c: Change, by: str) -> str:
    if action.done_at is not None:
        raise UserError(f"{noun(action)} {action.number} is done already: {action.text}. Nothing was changed.")
    action.done_at, action.done_by = c.now, by
    return f"{noun(action)} {action.number} is done: {action.text}"


def reopened(action: Action, c: Change, by: str) -> str:
    if action.done_at is None:
        raise UserError(f"{noun(action)} {action.number} is still open: {action.text}. Nothing was changed.")
    action.done_at = action.done_by = None
    if action.due_at is not None and action.due_at <= c.now:
        action.due_at = None  # it would be overdue at once
    return f"{noun(action)} {action.number} is open again: {action.text}"


def dropped(action: Action, c: Change, by: str) -> str:
    """Its number is not used again."""
    action.withdrawn_at = c.now
    return f"{noun(action)} {action.number} is withdrawn: {action.text}"


def put_off(action: Action, c: Change, by: str) -> str:
    """What need not be done now is a follow-up; its time of day means nothing any more."""
    if not action.during:
        raise UserError(f"Action {action.number} is a follow-up already: {action.text}. Nothing was changed.")
    action.during, action.due_at = False, None
    return f"Follow-up {action.number} is for after the incident: {action.text}"


def called_for(action: Action, c: Change, by: str) -> str:
    """What was meant for later is needed now; its day stays until somebody says a time."""
    if action.during:
        raise UserError(f"Action {action.number} is for now already: {action.text}. Nothing was changed.")
    if not c.incident.is_open:
        raise UserError(f"{c.incident.ref} is {c.incident.status}, so what is left to do is a follow-up.")
    action.during = True
    return f"Action {action.number} is needed now: {action.text}"


def given_more(action: Action, c: Change, by: str) -> str:
    if action.done_at is not None or not action.during:
        raise UserError(f"{noun(action)} {action.number} waits for nobody now: {action.text}. Nothing was changed.")
    action.due_at, action.due = c.now + MORE, None
    return f"Action {described(action)}"


VERBS: Final[Mapping[str, Callable[[Action, Change, str], str]]] = MappingProxyType(
    {
        "done": finished,
        "undone": reopened,
        "drop": dropped,
        "after": put_off,
        "now": called_for,
        "more": given_more,
    }
)


async def finish(services: Services, incident_id: int, number: int, *, press: str, by: str) -> Action:
    """Raises `UserError` when there is no such action, or it is done already."""
    return (await apply(services, incident_id, "done", [number], press=press, by=by))[0]


async def amend(services: Services, incident_id: int, number: int, wanted: Wanted, *, press: str, by: str) -> Action:
    """Give an action to somebody else, or another day or time, or both. A time of day makes it one for now."""
    async with change(services, incident_id, press=press) as c:
        action = await standing(c, number)
        action.owner = wanted.owner or action.owner
        if wanted.due_at is not None:
            action.due, action.due_at, action.during = None, wanted.due_at, c.incident.is_open
        elif wanted.due is not None:
            action.due, action.due_at = as_day(wanted.due), None
        await remind(c.session, action)
        await changed(c, services, action, f"{noun(action)} {described(action)}", by)
    return action


async def carry_over(c: Change, services: Services) -> None:
    """The incident is over: what is still to do is for after it."""
    left = [one for one in await actions.of_incident(c.session, c.incident.key) if one.during and one.done_at is None]
    for action in left:
        action.during, action.due_at = False, None
        await remind(c.session, action)
        c.session.add(action)
        await owe_line(c.session, services, action)
    if left:
        numbers = ", ".join(str(one.number) for one in left)
        c.tell(KIND, f"Not done when it was closed, and follow-ups now: {numbers}", "sitrep")


async def standing(c: Change, number: int) -> Action:
    action = await actions.by_number(c.session, c.incident.key, number)
    if action is not None and moved(action, c.incident):
        goes_on = f"INC-{c.incident.merged_into}"
        raise UserError(
            f"Action {number} goes on in {goes_on}. `/incident action {goes_on}` lists it. Nothing was changed."
        )
    if action is None or action.withdrawn_at is not None:
        gone = "was withdrawn" if action is not None else "does not exist"
        raise UserError(
            f"Action {number} of {c.incident.ref} {gone}. "
            f"{which_there_are(await actions.of_incident(c.session, c.incident.key))}"
        )
    return action


def which_there_are(found: Sequence[Action]) -> str:
    if not found:
        return "There are none yet: `/incident action @someone what to do by friday` notes one."
    return "There are:\n" + "\n".join(f"• {described(action)}" for action in found[:20])


async def changed(c: Change, services: Services, action: Action, text: str, by: str, *, kind: str = KIND) -> None:
    c.session.add(action)
    await owe_line(c.session, services, action)
    await notes.put(c, kind, text, by)
