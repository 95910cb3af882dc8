"""Reads channels back, so that what nobody told us is on record too: after an outage, and before a draft is written.

A channel is read page by page, newest first. What a page shows is compared with what was stored before it was read; a
row that changed meanwhile has newer news than the reading, and is left to it. Each page is a step of its run, so that a
reading that was cut goes on where it was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, messages, runs
from storage.messages import Stored
from storage.models import OPEN_STATUSES, Gap, Incident, Message, Reaction, ReadingPoint, Status
from workflows import presence, scribe, watch
from workflows.ids import new_id
from workflows.ports import Heard, HeardReaction, Refused
from workflows.services import Services
from workflows.steps import Act, Run
from workflows.surfaces import load
from workflows.words import as_ts

LANE: Final = "reconcile"  # one channel after the other: reading is what Slack limits most
LOOK_BACK: Final = timedelta(days=1)  # people also edit and mark what was said before the bot went away
RECENT: Final = timedelta(days=7)
AT_ONCE: Final = 200  # messages per transaction
MOST_KNOWN: Final = 1000  # messages compared with one page; there are more than it shows only where many were deleted
UNREADABLE: Final = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
NOW: Final = "9999999999.999999"  # a `ts` above all others
END: Final = "end"
SLACK_REPEATS: Final = timedelta(minutes=1)

Key = tuple[str, str, str]  # ts, name, user id


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was on record when the reading of a page began, from `bottom` on."""

    bottom: str
    messages: Mapping[str, Stored]
    reactions: Mapping[Key, Reaction]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the channel shows from `bottom` up to but without `top`. `threads` are those that were read to their end."""

    bottom: str
    top: str
    messages: Sequence[Heard]
    threads: Collection[str]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One reading of a channel: what lies above `since`, of threads that seem quiet too if `quiet_threads`."""

    incident: Incident
    channel_id: str
    since: str
    quiet_threads: bool


class AtOnce:
    """Steps of a reading that somebody waits for: nothing is kept, as it begins anew when it is cut."""

    async def step(self, _name: str, act: Act) -> str:
        return await act()


async def reconcile(services: Services, incident_id: int) -> None:
    """Make the record equal to all that the incident's channel shows. Repeating it is harmless.

    Of the threads only those are read that have other replies than we know, because somebody waits for this. A channel
    that Slack refuses to show becomes a gap on record. Raises `Busy` or `Unclear` when Slack gives no answer.
    """
    incident = await load(services, incident_id)
    if incident.channel_id is None:
        return
    reading = Reading(incident=incident, channel_id=incident.channel_id, since="0", quiet_threads=False)
    await read_back(services, reading, began=services.clock.now(), steps=AtOnce())


async def run(run: Run, services: Services) -> None:
    """What was said since the last reading and the day before it.

    After a start every thread is read. `args["look"]` marks a reading after a mere reconnection: then one look at the
    newest page tells whether there is anything to read, and `args["quiet_threads"]` whether threads may hide something.
    """
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    channel_id = incident.channel_id
    if run.args.get("look") and await run.step("look", partial(look, services, incident.key, channel_id)) == END:
        return
    since = await run.step("since", partial(beginning, services, channel_id))
    quiet_threads = bool(run.args.get("quiet_threads", True))
    reading = Reading(incident=incident, channel_id=channel_id, since=since, quiet_threads=quiet_threads)
    await read_back(services, reading, began=run.since, steps=run)
    await run.step("channel", partial(watch.look_at_channel, services, incident.key, run.since))
    await run.step("members", partial(presence.read_back, services, incident.key, run.since))


async def owe_all(services: Services) -> None:
    """After a start: owe a reading of every open and recently ended incident, the newest first.

    One that is owed and has not begun is enough, unless it is a mere look; one that was cut goes on, and is followed
    by another one.
    """
    async with services.database.read() as session:
        ended = await incidents.ended_since(session, services.clock.now() - RECENT)
        found = [*await incidents.in_status(session), *ended]
    await owe(services, found, {})


async def owe_looks(services: Services, *, absent: timedelta) -> None:
    """After a reconnection: owe a look at every incident that is not closed. `absent` is how long nothing came in.

    Slack repeats what it could not deliver for a while; only after that can a quiet thread hide anything.
    """
    async with services.database.read() as session:
        found = await incidents.in_status(session, (*OPEN_STATUSES, Status.RESOLVED))
    await owe(services, found, {"look": True, "quiet_threads": absent > SLACK_REPEATS})


async def owe(services: Services, found: Sequence[Incident], args: Mapping[str, bool]) -> None:
    now = services.clock.now()
    wanted = sorted((one for one in found if one.channel_id is not None), key=lambda one: one.key, reverse=True)
    if not wanted:
        return
    async with services.database.write() as session:
        enough = {key for key, owed in await messages.to_be_read(session) if depth(owed) >= depth(args)}
        for one in wanted:
            if one.key not in enough:
                key = new_id(f"reconcile:{one.id}")  # a reading that has begun is never asked to begin again
                await runs.owe(session, kind="reconcile", key=key, lane=LANE, now=now, incident_id=one.id, args=args)
    services.bell.ring()


def depth(args: Mapping[str, Any]) -> int:
    """How much a reading asked for like this can find: a look less than a whole one."""
    if not args.get("look"):
        return 2
    return int(bool(args.get("quiet_threads", True)))


async def look(services: Services, incident_id: int, channel_id: str) -> str:
    """`END` if the newest page shows nothing but what is on record. One call."""
    try:
        page = await services.slack.history.page(channel_id, after="0", before=NOW)
    except Refused as refused:
        if refused.error not in UNREADABLE:
            raise
        return "unreadable"
    bottom = page.messages[-1].ts if page.messages and page.more else "0"
    before = await known_before(services, channel_id, bottom, NOW)
    shown = Shown(bottom=bottom, top=NOW, messages=[one for one in page.messages if one.ts > bottom], threads=())
    await watch.look_at_card(services, incident_id, shown.messages, bottom, NOW)
    # That we joined is told before the record knows whose channel it is, and is nothing to read a channel back for.
    others = [one for one in shown.messages if (one.subtype, one.user_id) != ("channel_join", services.slack.user_id)]
    same = all(is_known(heard, before) for heard in others) and not missing(shown, before)
    return END if same else "news"


def is_known(heard: Heard, before: Before) -> bool:
    """Whether the record says the same of a message, its reactions, and the number of its replies."""
    stored = before.messages.get(heard.ts)
    if heard.deleted:
        return stored is not None and stored.deleted
    standing = {key for key, one in before.reactions.items() if key[0] == heard.ts and not one.removed}
    shown = {(heard.ts, name, user) for name, users in heard.reactions.items() for user in users}
    return (
        stored is not None
        and not stored.deleted
        and stored.text == heard.text
        and (shown == standing or not heard.all_reactions)
        and not (heard.reply_count and has_news(heard, before))
    )


async def read_back(services: Services, reading: Reading, *, began: datetime, steps: Run | AtOnce) -> None:
    """Read and write page after page; then move the reading point to when this began."""
    top = NOW
    try:
        while top != END:
            top = await steps.step(f"page below {top}", partial(read_page, services, reading, top))
    except Refused as refused:
        if refused.error not in UNREADABLE:
            raise
        await note_gap(services, reading, top, refused.error)
        return
    await move_point(services, reading, began)


async def beginning(services: Services, channel_id: str) -> str:
    """A day before the last reading; everything, if there was none."""
    async with services.database.read() as session:
        point = await messages.reading_point(session, channel_id)
    if point is None or point.read_at is None:
        return "0"
    return min(point.read_to_ts, as_ts(point.read_at - LOOK_BACK))


async def read_page(services: Services, reading: Reading, top: str) -> str:
    """Read what lies directly below `top`, and put it on record. Returns where the next page begins, or `END`."""
    before = await known_before(services, reading.channel_id, reading.since, top)
    page = await services.slack.history.page(reading.channel_id, after=reading.since, before=top)
    bottom = max(page.messages[-1].ts if page.messages and page.more else reading.since, before.bottom)
    found = [heard for heard in page.messages if heard.ts >= bottom]
    shown = await with_threads(services, reading, found, before, bottom=bottom, top=top)
    await write(services, reading.incident, shown, before)
    await watch.look_at_card(services, reading.incident.key, shown.messages, bottom, top)
    services.bell.ring()
    return bottom if bottom > reading.since else END


async def known_before(services: Services, channel_id: str, since: str, top: str) -> Before:
    """What is on record below `top`, down to `since` or as far as one page can reach."""
    async with services.database.read() as session:
        newest = await messages.newest_in(session, channel_id, since, top, MOST_KNOWN)
        bottom = min(newest) if len(newest) == MOST_KNOWN else since
        known = newest | await messages.replies_in(session, channel_id, bottom, top)
        reactions = await messages.reactions_to(session, channel_id, list(known))
    return Before(bottom=bottom, messages=known, reactions={(one.ts, one.name, one.user_id): one for one in reactions})


async def with_threads(
    services: Services, reading: Reading, found: Sequence[Heard], before: Before, *, bottom: str, top: str
) -> Shown:
    """Whether a reply was edited or marked cannot be seen from its parent, so `quiet_threads` costs a call each."""
    threads = set()
    replies: list[Heard] = []
    for parent in found:
        if parent.reply_count > 0 and (reading.quiet_threads or has_news(parent, before)):
            thread = services.slack.history.replies(reading.channel_id, parent.ts)
            replies += [one async for one in thread if one.ts != parent.ts]
            threads.add(parent.ts)
    return Shown(bottom=bottom, top=top, messages=[*found, *replies], threads=threads)


def has_news(parent: Heard, before: Before) -> bool:
    """Whether a thread has a newer reply than we know, or another number of them."""
    known = [ts for ts, stored in before.messages.items() if stored.thread_ts == parent.ts and not stored.deleted]
    return len(known) != parent.reply_count or max(known) < parent.latest_reply


async def write(services: Services, incident: Incident, shown: Shown, before: Before) -> None:
    """In several commits, so that what people say meanwhile need not wait."""
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
    untouched = known is not None and stored is not None and in_essence(stored) == in_essence(messages.in_short(known))
    await scribe.keep(session, services, incident.key, heard, as_shown=untouched)


def in_essence(stored: Stored) -> Stored:
    """Without the time of the newest news: an app's update that repeats an earlier, lost one tells no new wording."""
    return replace(stored, revised_ts="")


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
    first = shown.bottom if shown.bottom != "0" else min(visible)
    return [
        ts
        for ts, stored in before.messages.items()
        if ts >= first
        and ts not in visible
        and not stored.deleted
        and (stored.thread_ts in shown.threads if stored.thread_ts else ts < shown.top)
    ]


async def move_point(services: Services, reading: Reading, began: datetime) -> None:
    """Everything up to `began` has been read. What could not be read earlier may be readable again."""
    async with services.database.write() as session:
        await set_point(session, reading, began)


async def set_point(session: AsyncSession, reading: Reading, began: datetime) -> None:
    await incidents.locked(session, reading.incident.key)  # somebody else may be about to say so for the first time
    known = await messages.reading_point(session, reading.channel_id)
    point = known or ReadingPoint(channel_id=reading.channel_id, incident_id=reading.incident.key)
    point.read_to_ts = max(point.read_to_ts, await messages.newest_ts(session, reading.channel_id, NOW))
    point.read_at = began
    session.add(point)
    await messages.close_gaps(session, reading.channel_id, reading.since)


async def note_gap(services: Services, reading: Reading, top: str, reason: str) -> None:
    """From the last that we know below `top`, to there. After the incident's end it does not grow: nothing is said."""
    incident, now = reading.incident, as_ts(services.clock.now())
    async with services.database.write() as session:
        last = await messages.newest_ts(session, reading.channel_id, top)
        gap = Gap(
            incident_id=incident.key,
            channel_id=reading.channel_id,
            from_ts=last if last != "0" else as_ts(incident.declared_at),
            to_ts=min(top, now),
            reason=reason,
        )
        await messages.note_gap(session, gap, longer=incident.is_open)
