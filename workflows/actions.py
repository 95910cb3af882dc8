"""Follow-ups: asked for in words, or by a reaction that makes one out of a message.

Each is numbered within its incident. A follow-up from a message follows the message's wording until somebody changes
it, and stands as long as anybody's reaction does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import actions, incidents, messages, runs
from storage.models import Action, Message, Person, Reaction
from workflows import notes, people, spoken, surfaces
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import PERSON, clipped, escape, mentioned, person, safe, ts_time

KIND: Final = "follow-up"  # of reactions that make one, and of the lines about them
LONGEST: Final = 300
FIRST: Final = re.compile(rf"^{PERSON.pattern}(?:[\s,:;–-]+(?:to\s+)?|$)")
LAST: Final = re.compile(rf"[\s,:;–(-]*{PERSON.pattern}[\s.!)]*$")
LATER: Final = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a text asks for. `text` is Slack-encoded, without the owner and the day."""

    text: str
    owner: str | None
    due: date | None


def read(text: str, today: date) -> Wanted:
    """`@chen raise the pool limit by 2026-12-01`. Somebody named in the middle stays in the text.

    Raises `spoken.Impossible` for a day that no calendar has.
    """
    found = spoken.find_due(safe(" ".join(text.split())), today)
    owner = next(iter(mentioned(found.rest)), None)
    return Wanted(text=without_owner(found.rest), owner=owner, due=found.day)


def without_owner(text: str) -> str:
    """The text without the person it begins or ends with; several people, or one in the middle, stay."""
    if len(mentioned(text)) != 1:
        return text
    text = FIRST.sub("", text, count=1)
    return LAST.sub("", text, count=1)


def read_message(message: Message, services: Services) -> Wanted:
    """What a message asks for, once somebody marks it. Days count from when it was written."""
    written = ts_time(message.ts).astimezone(services.policy.time_zone).date()
    try:
        wanted = read(message.text, written)
    except spoken.Impossible:
        wanted = Wanted(
            text=safe(" ".join(message.text.split())), owner=next(iter(mentioned(message.text)), None), due=None
        )
    names = ", ".join(escape(str(file["name"])) for file in message.files)
    text = clipped(wanted.text, LONGEST) or (f"look at {names}" if names else "see the message")
    return Wanted(text=text, owner=wanted.owner or message.user_id or None, due=wanted.due)


# By reaction. These run inside the scribe's commit, in whatever order messages and reactions arrive.


async def marked(session: AsyncSession, services: Services, reaction: Reaction) -> bool:
    """A reaction with a kind has changed. Bots mark nothing, so somebody not seen before is looked up first."""
    if await session.get(Person, reaction.user_id) is None:
        await owe_meeting(session, services, reaction, after=timedelta(0))
        return True
    if reaction.kind != KIND:
        return False
    if await messages.get(session, reaction.channel_id, reaction.ts) is None:
        # Another process may be storing the message at this very moment, and not see the reaction either.
        await owe_meeting(session, services, reaction, after=LATER)
    return await settle(session, services, reaction)


async def owe_meeting(session: AsyncSession, services: Services, reaction: Reaction, *, after: timedelta) -> None:
    await runs.owe(
        session,
        kind="meet",
        key=f"meet:{reaction.incident_id}:{reaction.user_id}",
        lane=f"meet:{reaction.user_id}",
        now=services.clock.now(),
        due_at=services.clock.now() + after,
        incident_id=reaction.incident_id,
        args={"user_id": reaction.user_id},
    )


async def run_meet(run: Run, services: Services) -> None:
    """Learn who somebody is who marked a message, then let their follow-ups count. Repeating it changes nothing."""
    user_id = str(run.args["user_id"])
    async with services.database.read() as session:
        known = await session.get(Person, user_id)
    if known is None:
        await people.look_up(services, user_id)
    async with change(services, run.incident_id) as c:
        for one in await messages.marked_by(c.session, run.incident_id, user_id, KIND):
            await settle(c.session, services, one)


async def settle(session: AsyncSession, services: Services, changed: Reaction) -> bool:
    """Make the follow-up of a message agree with the reactions on it; says whether its line has to follow."""
    marks = await messages.marked_as(session, changed.channel_id, changed.ts, KIND)
    known = await actions.by_source(session, changed.incident_id, changed.ts)
    if known is None:
        message = await messages.find(session, changed.channel_id, changed.ts)
        return message is not None and await make(session, services, message, marks)
    if known.done_at is not None or (known.withdrawn_at is None) == bool(marks):
        return False
    if marks and changed.removed:
        return False  # withdrawn in words: only somebody's new reaction brings it back
    known.withdrawn_at = None if marks else services.clock.now()
    session.add(known)
    await owe_line(session, services, known)
    return True


async def arrived(session: AsyncSession, services: Services, message: Message) -> bool:
    """A message is new to us; reactions to it may have come before it."""
    marks = await messages.marked_as(session, message.channel_id, message.ts, KIND)
    return await make(session, services, message, marks)


async def make(session: AsyncSession, services: Services, message: Message, marks: Sequence[Reaction]) -> bool:
    """A follow-up out of a marked message; once, however many people mark it."""
    if not marks:
        return False
    await incidents.locked(session, message.incident_id)
    if await actions.by_source(session, message.incident_id, message.ts) is not None:
        return False
    wanted = read_message(message, services)
    made = await actions.add(
        session,
        Action(
            incident_id=message.incident_id,
            number=0,
            text=wanted.text,
            owner=wanted.owner,
            due=as_day(wanted.due),
            created_by=marks[0].user_id,
            created_at=marks[0].at,
            source_ts=message.ts,
        ),
    )
    await owe_line(session, services, made)
    return True


async def reword(session: AsyncSession, services: Services, earlier: Message, message: Message) -> bool:
    """The message was edited: what nobody has changed by hand follows it."""
    known = await actions.by_source(session, message.incident_id, message.ts)
    if known is None:
        return False
    before, now = read_message(earlier, services), read_message(message, services)
    if known.text == before.text:
        known.text = now.text
    if known.owner == before.owner:
        known.owner = now.owner
    if known.due == as_day(before.due):
        known.due = as_day(now.due)
    session.add(known)
    await owe_line(session, services, known)
    return True


async def owe_line(session: AsyncSession, services: Services, action: Action) -> None:
    """The line in the message's thread is owed, or has to be brought up to date."""
    if action.source_ts is None:
        return
    await runs.owe(
        session,
        kind="follow_up",
        key=f"follow_up:{action.id}",
        lane=f"follow_up:{action.id}",
        now=services.clock.now(),
        incident_id=action.incident_id,
        args={"action_id": action.id},
    )


async def run_line(run: Run, services: Services) -> None:
    """Say in the message's thread what has become of it, once; later changes change that line."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        action = await session.get(Action, int(run.args["action_id"]))
        source_ts = action.source_ts if action else None
        message = await messages.get(session, incident.channel_id or "", source_ts or "")
    if action is None or message is None:
        return
    kind, post = f"follow-up-{action.id}", Post(text=line_text(action))
    surface = await surfaces.find(services, incident.key, kind)
    if surface is not None:
        await surfaces.show(services, surface, post)
        return
    if action.withdrawn_at is not None:
        return  # taken back before it was ever told
    await run.attempt(
        "line",
        lambda: placed(run, services, kind, message, post),
        loss=f"The line about follow-up {action.number} could not be posted",
    )


async def placed(run: Run, services: Services, kind: str, message: Message, post: Post) -> str:
    thread_ts = message.thread_ts or message.ts
    return (await surfaces.place(run, services, kind, message.channel_id, post, thread_ts=thread_ts)).ts


def line_text(action: Action) -> str:
    """What the thread shows about a follow-up."""
    if action.withdrawn_at is not None:
        return f"Follow-up {action.number} is withdrawn: ~{action.text}~"
    if action.done_at is not None:
        by = f" by {person(action.done_by)}" if action.done_by else ""
        return f"✅ Follow-up {action.number} is done{by}: {action.text}"
    number = action.number
    day = "" if action.due else f", `/incident action {number} by friday` gives it a date"
    return (
        f"🔧 Follow-up {described(action)}\n"
        f"`/incident action {number} @someone` hands it to somebody else{day}, "
        f"`/incident action done {number}` ends it. Taking the last 🔧 off the message withdraws it."
    )


def described(action: Action) -> str:
    """`2: raise the pool limit · Chen · due 2026-12-01`."""
    owner = person(action.owner) if action.owner else "nobody yet"
    due = f"due {action.due}" if action.due else "no date yet"
    return f"{action.number}: {action.text} · {owner} · {due}"


def as_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# In words.


async def create(
    services: Services, incident_id: int, wanted: Wanted, *, press: str, by: str, source_ts: str | None = None
) -> Action:
    """Note a follow-up and tell the channel. Whoever asks for it owns it, if nobody is named.

    `source_ts` is the message of the incident's channel that it is made of; its thread tells what becomes of it.
    Raises `UserError` when one is made of that message already.
    """
    async with change(services, incident_id, press=press) as c:
        if source_ts is not None:
            await refuse_second(c, source_ts)
        made = await actions.add(
            c.session,
            Action(
                incident_id=incident_id,
                number=0,
                text=clipped(wanted.text, LONGEST),
                owner=wanted.owner or by,
                due=as_day(wanted.due),
                created_by=by,
                created_at=c.now,
                source_ts=source_ts,
            ),
        )
        await owe_line(c.session, services, made)
        await notes.put(c, KIND, f"Follow-up {described(made)}", by)
    return made


async def refuse_second(c: Change, source_ts: str) -> None:
    """A message makes one follow-up."""
    known = await actions.by_source(c.session, c.incident.key, source_ts)
    if known is not None:
        state = "withdrawn" if known.withdrawn_at else "done" if known.done_at else "noted"
        raise UserError(f"Follow-up {known.number} of {c.incident.ref} is made of this message already ({state}).")


async def finish(services: Services, incident_id: int, number: int, *, press: str, by: str) -> Action:
    """Raises `UserError` when there is no such follow-up, or it is done already."""
    async with change(services, incident_id, press=press) as c:
        action = await standing(c, number)
        if action.done_at is not None:
            raise UserError(f"Follow-up {number} is done already: {action.text}. Nothing was changed.")
        action.done_at, action.done_by = c.now, by
        await changed(c, services, action, f"Follow-up {number} is done: {action.text}", by)
    return action


async def reopen(services: Services, incident_id: int, number: int, *, press: str, by: str) -> Action:
    """Take back that it is done. Raises `UserError` when it is not."""
    async with change(services, incident_id, press=press) as c:
        action = await standing(c, number)
        if action.done_at is None:
            raise UserError(f"Follow-up {number} is still open: {action.text}. Nothing was changed.")
        action.done_at = action.done_by = None
        await changed(c, services, action, f"Follow-up {number} is open again: {action.text}", by)
    return action


async def drop(services: Services, incident_id: int, number: int, *, press: str, by: str) -> Action:
    """Withdraw a follow-up. Its number is not used again."""
    async with change(services, incident_id, press=press) as c:
        action = await standing(c, number)
        action.withdrawn_at = c.now
        await changed(c, services, action, f"Follow-up {number} is withdrawn: {action.text}", by)
    return action


async def amend(services: Services, incident_id: int, number: int, wanted: Wanted, *, press: str, by: str) -> Action:
    """Give a follow-up to somebody else, or another day, or both."""
    async with change(services, incident_id, press=press) as c:
        action = await standing(c, number)
        action.owner = wanted.owner or action.owner
        action.due = as_day(wanted.due) or action.due
        await changed(c, services, action, f"Follow-up {described(action)}", by)
    return action


async def standing(c: Change, number: int) -> Action:
    action = await actions.by_number(c.session, c.incident.key, number)
    if action is None or action.withdrawn_at is not None:
        gone = "was withdrawn" if action is not None else "does not exist"
        raise UserError(
            f"Follow-up {number} of {c.incident.ref} {gone}. "
            f"{which_there_are(await actions.of_incident(c.session, c.incident.key))}"
        )
    return action


def which_there_are(found: Sequence[Action]) -> str:
    if not found:
        return "There are none yet: `/incident action @someone what to do by friday` notes one."
    return "There are:\n" + "\n".join(f"• {described(action)}" for action in found[:20])


async def changed(c: Change, services: Services, action: Action, text: str, by: str) -> None:
    c.session.add(action)
    await owe_line(c.session, services, action)
    await notes.put(c, KIND, text, by)
