"""Reads channels back, so that what nobody told us is on record too: after an outage, and before a draft is written.

What the channel shows is compared with what was stored before the reading began. A row that changed meanwhile has
newer news than the reading, and is left to it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, messages, runs
from storage.messages import Stored
from storage.models import Gap, Incident, Message, Reaction, ReadingPoint, Status
from workflows import scribe
from workflows.ports import Heard, HeardReaction, Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import as_ts

LANE: Final = "reconcile"  # one channel after the other: reading is what Slack limits most
LOOK_BACK: Final = timedelta(days=1)  # people also edit and mark what was said before the bot went away
RECENT: Final = timedelta(days=7)
AT_ONCE: Final = 200  # messages per transaction
UNREADABLE: Final = frozenset({"not_in_channel", "channel_not_found", "is_archived"})

Key = tuple[str, str, str]  # ts, name, user id


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was on record when the reading began."""

    messages: Mapping[str, Stored]
    reactions: Mapping[Key, Reaction]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the channel shows from `since` on. `threads` are those that were read to their end."""

    since: str
    messages: Sequence[Heard]
    threads: Collection[str]


async def reconcile(services: Services, incident_id: int) -> None:
    """Make the record equal to all that the incident's channel shows. Repeating it is harmless.

    Of the threads only those are read that have other replies than we know, because somebody waits for this. A channel
    that Slack refuses to show becomes a gap on record. Raises `Busy` or `Unclear` when Slack gives no answer.
    """
    await read_back(services, incident_id, from_start=True)


async def run(run: Run, services: Services) -> None:
    """After a start: what was said since the last reading and the day before it, with every thread."""
    await read_back(services, run.incident_id, from_start=False)


async def owe_all(services: Services) -> None:
    """Owe a reading of every open and recently ended incident, the newest first. One that is owed already stays so."""
    now = services.clock.now()
    async with services.database.write() as session:
        owed = await messages.being_read(session)
        found = [*await incidents.in_status(session), *await ended_since(session, services)]
        for incident in sorted(found, key=lambda one: one.key, reverse=True):
            if incident.channel_id is not None and incident.key not in owed:
                key = f"reconcile:{incident.id}:{as_ts(now)}"
                await runs.owe(session, kind="reconcile", key=key, lane=LANE, now=now, incident_id=incident.id)
    services.bell.ring()


async def ended_since(session: AsyncSession, services: Services) -> list[Incident]:
    limit = services.clock.now() - RECENT
    found = await incidents.in_status(session, (Status.RESOLVED, Status.CLOSED))
    return [one for one in found if (one.closed_at or one.resolved_at or one.declared_at) >= limit]


async def read_back(services: Services, incident_id: int, *, from_start: bool) -> None:
    """Read, then write: either the whole channel, or its newest part with the threads that seem quiet too."""
    incident = await load(services, incident_id)
    if incident.channel_id is None:
        return
    async with services.database.read() as session:
        point = await messages.reading_point(session, incident.channel_id)
        before = await known_before(session, incident.channel_id)
    since = "0" if from_start else beginning(point)
    try:
        shown = await read(services, incident.channel_id, since, before, quiet_threads=not from_start)
    except Refused as refused:
        if refused.error not in UNREADABLE:
            raise
        await note_gap(services, incident, before, refused.error)
        return
    await write(services, incident, shown, before)
    services.bell.ring()


def beginning(point: ReadingPoint | None) -> str:
    """A day before the last reading; everything, if there was none."""
    if point is None or point.read_at is None:
        return "0"
    return min(point.read_to_ts, as_ts(point.read_at - LOOK_BACK))


async def known_before(session: AsyncSession, channel_id: str) -> Before:
    reactions = await messages.reactions_in(session, channel_id)
    return Before(
        messages=await messages.stored_in(session, channel_id),
        reactions={(one.ts, one.name, one.user_id): one for one in reactions},
    )


async def read(services: Services, channel_id: str, since: str, before: Before, *, quiet_threads: bool) -> Shown:
    """Every message since `since`, and the replies of its threads.

    Whether a reply was edited or marked cannot be seen from its parent, so `quiet_threads` costs a call each.
    """
    history = services.slack.history
    found = [heard async for heard in history.messages(channel_id, oldest=since)]
    threads = set()
    replies: list[Heard] = []
    for parent in found:
        if parent.reply_count > 0 and (quiet_threads or has_news(parent, before)):
            replies += [one async for one in history.replies(channel_id, parent.ts) if one.ts != parent.ts]
            threads.add(parent.ts)
    return Shown(since=since, messages=[*found, *replies], threads=threads)


def has_news(parent: Heard, before: Before) -> bool:
    """Whether a thread has a newer reply than we know, or another number of them."""
    known = [ts for ts, stored in before.messages.items() if stored.thread_ts == parent.ts and not stored.deleted]
    return len(known) != parent.reply_count or max(known) < parent.latest_reply


async def write(services: Services, incident: Incident, shown: Shown, before: Before) -> None:
    """In several commits, so that what people say meanwhile need not wait. The last one moves the reading point."""
    ordered = sorted({heard.ts: heard for heard in shown.messages}.values(), key=lambda heard: heard.ts)
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]

        async def some(session: AsyncSession, part: Sequence[Heard] = part) -> None:
            for heard in part:
                await write_message(session, services, incident, heard, before)
                await write_reactions(session, services, incident, heard, before)

        await services.writer.write(some)

    async def rest(session: AsyncSession) -> None:
        for ts in missing(shown, before):
            await scribe.bury(session, incident.channel_id or "", ts, services.clock.now())
        await move_point(session, services, incident, shown)

    await services.writer.write(rest)


async def write_message(
    session: AsyncSession, services: Services, incident: Incident, heard: Heard, before: Before
) -> None:
    known = await messages.find(session, heard.channel_id, heard.ts)
    if heard.deleted:
        if known is None or known.deleted_at is None:
            gone = replace(heard, revised_ts=as_ts(services.clock.now()))  # when is not told
            await scribe.keep(session, services, incident.key, gone)
        return
    stored = before.messages.get(heard.ts)
    if known is not None and stored is not None and says_the_same(known, heard):
        return
    untouched = known is not None and stored is not None and stored == messages.in_short(known)
    await scribe.keep(session, services, incident.key, heard, as_shown=untouched)


def says_the_same(known: Message, heard: Heard) -> bool:
    files = [dict(file) for file in heard.files]
    return known.deleted_at is None and known.text == heard.text and known.files == files


async def write_reactions(
    session: AsyncSession, services: Services, incident: Incident, heard: Heard, before: Before
) -> None:
    """Make the reactions to a message those that it shows."""
    if heard.deleted:
        return
    shown = {(heard.ts, name, user) for name, users in heard.reactions.items() for user in users}
    known = {key: one for key, one in before.reactions.items() if key[0] == heard.ts}
    for key in sorted(shown | known.keys()):
        stored = known.get(key)
        stands = stored is not None and not stored.removed
        if stands == (key in shown) or (key not in shown and not heard.all_reactions):
            continue
        # Older than any news that may still come, and newer than what is stored.
        event_ts = f"{stored.event_ts}1" if stored is not None else heard.ts
        news = HeardReaction(
            channel_id=heard.channel_id,
            ts=heard.ts,
            name=key[1],
            user_id=key[2],
            event_ts=event_ts,
            removed=key not in shown,
        )
        await scribe.keep_reaction(session, services, incident.key, news, at=services.clock.now())


def missing(shown: Shown, before: Before) -> list[str]:
    """What was on record and is not shown any more, within what was read completely."""
    visible = {heard.ts for heard in shown.messages}
    if not visible:
        return []
    # Plans without a long memory show nothing before some day; what lies before the first message shown is unknown.
    first = shown.since if shown.since != "0" else min(visible)
    return [
        ts
        for ts, stored in before.messages.items()
        if ts >= first
        and ts not in visible
        and not stored.deleted
        and (stored.thread_ts is None or stored.thread_ts in shown.threads)
    ]


async def move_point(session: AsyncSession, services: Services, incident: Incident, shown: Shown) -> None:
    channel_id = incident.channel_id or ""
    point = await messages.reading_point(session, channel_id) or ReadingPoint(
        channel_id=channel_id, incident_id=incident.key
    )
    point.read_to_ts = max([point.read_to_ts, *(heard.ts for heard in shown.messages)])
    point.read_at = services.clock.now()
    session.add(point)
    await messages.close_gaps(session, channel_id, shown.since)


async def note_gap(services: Services, incident: Incident, before: Before, reason: str) -> None:
    """From the last that we know, to now. After the incident's end it does not grow: nothing is said any more."""
    now = services.clock.now()
    gap = Gap(
        incident_id=incident.key,
        channel_id=incident.channel_id or "",
        from_ts=max(before.messages, default=as_ts(incident.declared_at)),
        to_ts=as_ts(now),
        reason=reason,
    )
    async with services.database.write() as session:
        await messages.note_gap(session, gap, longer=incident.is_open)
