"""Actions made of messages: by a reaction, for as long as anybody's reaction stands.

One follows the wording of its message until somebody changes it. All of this runs inside the scribe's commit, in
whatever order messages and reactions arrive.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import actions as stored
from storage import incidents, messages, runs
from storage.models import Action, Message, Person, Reaction
from workflows import people, spoken
from workflows.action_lines import moved, owe_line, remind
from workflows.actions import KIND, LONGEST, Wanted, as_day, read
from workflows.services import Services
from workflows.steps import Run
from workflows.words import clipped, escape, mentioned, safe, ts_time

LATER: Final = timedelta(seconds=5)


def read_message(message: Message, services: Services, zone: ZoneInfo) -> Wanted:
    """What a message asks for, once somebody marks it. Days and times count from when it was written, where it was."""
    written = ts_time(message.ts)
    try:
        wanted = read(message.text, written.astimezone(services.policy.time_zone).date(), now=written, zone=zone)
    except spoken.Impossible:
        wanted = Wanted(
            text=safe(" ".join(message.text.split())), owner=next(iter(mentioned(message.text)), None), due=None
        )
    names = ", ".join(escape(str(file["name"])) for file in message.files)
    text = clipped(wanted.text, LONGEST) or (f"look at {names}" if names else "see the message")
    return Wanted(text=text, owner=wanted.owner or message.user_id or None, due=wanted.due, due_at=wanted.due_at)


async def zone_of(session: AsyncSession, services: Services, message: Message) -> ZoneInfo:
    """Where its author is, as far as known; the team's zone else. Slack is not asked inside a commit."""
    author = await session.get(Person, message.user_id)
    try:
        return ZoneInfo(author.time_zone) if author is not None else services.policy.time_zone
    except (KeyError, ValueError):
        return services.policy.time_zone


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
    async with services.database.read() as session:
        found = await messages.marked_by(session, run.incident_id, user_id, KIND)
    for one in found:  # each by itself: a message is locked before its incident
        async with services.database.write() as session:
            await settle(session, services, one)
    services.bell.ring()


async def settle(session: AsyncSession, services: Services, changed: Reaction) -> bool:
    """Make the follow-up of a message agree with the reactions on it; says whether its line has to follow."""
    marks = await messages.marked_as(session, changed.channel_id, changed.ts, KIND)
    known = await stored.by_source(session, changed.incident_id, changed.ts)
    if known is None:
        message = await messages.find(session, changed.channel_id, changed.ts)
        return message is not None and await make(session, services, message, marks)
    if known.done_at is not None or (known.withdrawn_at is None) == bool(marks):
        return False
    if marks and changed.removed:
        return False  # withdrawn in words: only somebody's new reaction brings it back
    if await has_gone_on(session, known):
        return False
    known.withdrawn_at = None if marks else services.clock.now()
    session.add(known)
    await remind(session, known)
    await owe_line(session, services, known)
    return True


async def has_gone_on(session: AsyncSession, action: Action) -> bool:
    """Whether it went with a merger: then it is done, or not, in the incident that goes on."""
    incident = await incidents.get(session, action.incident_id)
    return incident is not None and action.withdrawn_at is not None and moved(action, incident)


async def arrived(session: AsyncSession, services: Services, message: Message) -> bool:
    """A message is new to us; reactions to it may have come before it."""
    marks = await messages.marked_as(session, message.channel_id, message.ts, KIND)
    return await make(session, services, message, marks)


async def make(session: AsyncSession, services: Services, message: Message, marks: Sequence[Reaction]) -> bool:
    """A follow-up out of a marked message; once, however many people mark it."""
    if not marks:
        return False
    await incidents.locked(session, message.incident_id)
    if await stored.by_source(session, message.incident_id, message.ts) is not None:
        return False
    wanted = read_message(message, services, await zone_of(session, services, message))
    made = await stored.add(
        session,
        Action(
            incident_id=message.incident_id,
            number=0,
            text=wanted.text,
            owner=wanted.owner,
            due=as_day(wanted.due),
            due_at=wanted.due_at,
            during=wanted.due_at is not None,
            created_by=marks[0].user_id,
            created_at=marks[0].at,
            source_ts=message.ts,
        ),
    )
    await remind(session, made)
    await owe_line(session, services, made)
    return True


async def reword(session: AsyncSession, services: Services, earlier: Message, message: Message) -> bool:
    """The message was edited: what nobody has changed by hand follows it."""
    known = await stored.by_source(session, message.incident_id, message.ts)
    if known is None:
        return False
    zone = await zone_of(session, services, message)
    before, now = read_message(earlier, services, zone), read_message(message, services, zone)
    if known.text == before.text:
        known.text = now.text
    if known.owner == before.owner:
        known.owner = now.owner
    if known.due == as_day(before.due):
        known.due = as_day(now.due)
    if known.due_at == before.due_at and now.due_at != before.due_at:
        known.due_at, known.during = now.due_at, now.due_at is not None
        await remind(session, known)
    session.add(known)
    await owe_line(session, services, known)
    return True
