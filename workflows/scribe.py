"""Keeps what is said in incident channels. Order of arrival never matters, and hearing something twice changes nothing.

What is heard is committed before Slack is told that it was; many events share one commit.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, messages
from storage.models import Known, Message, Reaction, Revision
from workflows import actions_marked, channel_names, people, wordings
from workflows.ports import Heard, HeardReaction
from workflows.services import Services
from workflows.words import ts_time

Work = Callable[[AsyncSession, int], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class News:
    """A message of an incident's channel, and what is needed to keep it."""

    services: Services
    incident_id: int
    heard: Heard


async def hear(services: Services, heard: Heard) -> None:
    """Keep a message, an edit or a deletion. Returns when it is on disk; other channels are left alone."""

    incident_id = await incident_of(services, heard.channel_id)
    if incident_id is None:
        return
    news = News(services=services, incident_id=incident_id, heard=heard)
    if await services.writer.write_together(keep_together, news):
        services.bell.ring()


async def keep_together(session: AsyncSession, news: Sequence[News]) -> list[bool]:
    """Store what came at the same time by one statement; says of each whether work is owed because of it."""
    rows: dict[messages.Key, dict[str, Any]] = {}
    for one in news:
        rows.setdefault((one.heard.channel_id, one.heard.ts), first_row(one.incident_id, one.heard))
    new = await messages.add_new(session, list(rows.values()))
    owed = []
    for one in news:
        heard = one.heard
        added = new.pop((heard.channel_id, heard.ts), None)  # whatever else came of the same message is not the first
        work = await keep_rest(session, one.services, one.incident_id, heard, added)
        owed.append(await people.owe_name(session, one.services, heard.user_id) or work)
    return owed


async def hear_reaction(services: Services, heard: HeardReaction) -> None:
    """Keep a reaction, or that it was taken back. Returns when it is on disk."""

    async def work(session: AsyncSession, incident_id: int) -> bool:
        return await keep_reaction(session, services, incident_id, heard)

    await kept(services, heard.channel_id, work)


async def hear_rename(services: Services, channel_id: str, name: str, at: str) -> None:
    """Follow the name that somebody gave an incident's channel. `at` is Slack's time of it: the newest name counts."""

    async def work(session: AsyncSession, incident_id: int) -> bool:
        await keep_name(session, incident_id, channel_id, name, at)
        return False

    if name:
        await kept(services, channel_id, work)


async def keep_name(session: AsyncSession, incident_id: int, channel_id: str, name: str, at: str) -> None:
    incident = await incidents.locked(session, incident_id)
    newest = await session.get(Known, f"renamed:{channel_id}")
    if incident is None or (newest is not None and newest.value >= at):
        return
    await session.merge(Known(key=f"renamed:{channel_id}", value=at))
    if incident.channel_name == name:
        return
    taken = await incidents.names_like(session, name)
    if name in taken:
        # Slack gives a name once, so whoever has it in the record has another one by now, and news of it will come.
        await incidents.give_up_name(session, name, channel_names.next_free(name, taken))
    incident.channel_name = name
    session.add(incident)


async def kept(services: Services, channel_id: str, work: Work) -> None:
    """Do `work` in a shared commit if the channel is an incident's; what it owes then starts at once."""
    incident_id = await incident_of(services, channel_id)
    if incident_id is None:
        return
    owed = False

    async def job(session: AsyncSession) -> None:
        nonlocal owed
        owed = await work(session, incident_id)

    await services.writer.write(job)
    if owed:
        services.bell.ring()


async def incident_of(services: Services, channel_id: str) -> int | None:
    """Which incident a channel belongs to. Only a yes is remembered: any channel may become an incident's."""
    known = services.incident_channels.get(channel_id)
    if known is not None:
        return known
    async with services.database.read() as session:
        incident = await incidents.by_channel(session, channel_id)
    if incident is None:
        return None
    services.incident_channels[channel_id] = incident.key
    return incident.key


async def keep(
    session: AsyncSession, services: Services, incident_id: int, heard: Heard, *, as_shown: bool = False
) -> bool:
    """Store what was heard of a message; says whether work is owed because of it.

    `as_shown`: it was read from the channel, and nothing was heard of it since: it wins, whatever its time.
    """
    new = await messages.add_new(session, [first_row(incident_id, heard)])
    added = new.get((heard.channel_id, heard.ts))
    return await keep_rest(session, services, incident_id, heard, added, as_shown=as_shown)


async def keep_rest(
    session: AsyncSession,
    services: Services,
    incident_id: int,
    heard: Heard,
    new: messages.New | None,
    *,
    as_shown: bool = False,
) -> bool:
    """What is left when a message is stored: `new` if this was the first that was heard of it."""
    if new is not None and heard.before is None and not new.has_reactions:
        return False
    message = await messages.find(session, heard.channel_id, heard.ts)
    if message is None:
        raise LookupError(f"message {heard.ts} of {heard.channel_id} is neither new nor known")
    before = Message(**message.model_dump())
    await revise(session, services, message, heard, as_shown=as_shown)
    session.add(message)
    if new is not None:
        return await actions_marked.arrived(session, services, message)
    if (before.text, before.user_id, before.files) == (message.text, message.user_id, message.files):
        return False
    return await actions_marked.reword(session, services, before, message)


def first_row(incident_id: int, heard: Heard) -> dict[str, Any]:
    """The columns of a message that is heard of for the first time."""
    return {
        "incident_id": incident_id,
        "channel_id": heard.channel_id,
        "ts": heard.ts,
        "thread_ts": heard.thread_ts,
        "user_id": heard.user_id,
        "subtype": heard.subtype,
        "text": heard.text,
        "files": [dict(file) for file in heard.files],
        "worded_ts": heard.worded_ts,
        "revised_ts": heard.revised_ts if tells_content(heard) else "",
        "revisions": 0,
        "edited_at": edited_at(heard.ts, heard.worded_ts),
        "deleted_at": ts_time(heard.revised_ts) if heard.deleted else None,
    }


async def revise(session: AsyncSession, services: Services, message: Message, heard: Heard, *, as_shown: bool) -> None:
    """Bring a row and its revisions in line with what was heard."""
    if tells_content(heard):
        await reword(session, services, message, heard, as_shown=as_shown)
    revise_rest(message, heard, as_shown=as_shown)


async def reword(session: AsyncSession, services: Services, message: Message, heard: Heard, *, as_shown: bool) -> None:
    """Wordings in the order in which they held. Of the bot's own posts only the newest is kept."""
    own = services.slack.user_id in (message.user_id, heard.user_id)
    earlier = {} if own else await messages.revisions(session, message.channel_id, message.ts)
    before = {since: revision.text for since, revision in earlier.items()}
    before[message.worded_ts] = message.text
    said = (wordings.corrected if as_shown else wordings.learned)(before, heard)
    newest = max(said)
    if not own:
        await keep_revisions(session, message, earlier, {since: said[since] for since in said if since != newest})
        message.revisions = len(said) - 1
    message.text, message.worded_ts = said[newest], newest
    message.edited_at = edited_at(message.ts, newest)


async def keep_revisions(
    session: AsyncSession, message: Message, stored: dict[str, Revision], wanted: dict[str, str]
) -> None:
    for since in stored.keys() - wanted.keys():
        await session.delete(stored[since])
    for since in wanted.keys() - stored.keys():
        session.add(Revision(channel_id=message.channel_id, ts=message.ts, revised_ts=since, text=wanted[since]))


def revise_rest(message: Message, heard: Heard, *, as_shown: bool) -> None:
    """Author, thread, files and deletion. The newest news wins; a deletion may come without any of these."""
    if tells_content(heard) and (as_shown or heard.revised_ts >= message.revised_ts):
        message.user_id, message.thread_ts, message.subtype = heard.user_id, heard.thread_ts, heard.subtype
        message.files = [dict(file) for file in heard.files]
        message.revised_ts = max(message.revised_ts, heard.revised_ts)
    if heard.deleted:
        at = ts_time(heard.revised_ts)
        message.deleted_at = min(at, message.deleted_at or at)
    elif as_shown:
        message.deleted_at = None


async def bury(session: AsyncSession, channel_id: str, ts: str, at: datetime) -> None:
    """A message is gone, and nobody told us when. What it said is kept."""
    message = await messages.find(session, channel_id, ts)
    if message is not None and message.deleted_at is None:
        message.deleted_at = at
        session.add(message)


def tells_content(heard: Heard) -> bool:
    """A deletion may come as a bare fact."""
    return not heard.deleted or bool(heard.user_id)


def edited_at(ts: str, worded_ts: str) -> datetime | None:
    """When a message got its present wording, if it was written otherwise."""
    return ts_time(worded_ts) if worded_ts not in (ts, wordings.UNKNOWN) else None


async def keep_reaction(
    session: AsyncSession, services: Services, incident_id: int, heard: HeardReaction, *, at: datetime | None = None
) -> bool:
    """Store a reaction unless something newer is known of it; says whether work is owed because of it.

    `at` is when it was given, if its event does not tell.
    """
    kind = "" if heard.user_id == services.slack.user_id else services.policy.reactions.get(heard.name, "")
    fresh = Reaction(
        incident_id=incident_id,
        channel_id=heard.channel_id,
        ts=heard.ts,
        name=heard.name,
        user_id=heard.user_id,
        kind=kind,
        event_ts=heard.event_ts,
        at=at or ts_time(heard.event_ts),
        removed=heard.removed,
    )
    if not await messages.add_new_reaction(session, fresh):
        known = await messages.find_reaction(session, fresh)
        if known is None or known.event_ts >= heard.event_ts:
            return False
        known.event_ts, known.at, known.removed, known.kind = fresh.event_ts, fresh.at, fresh.removed, kind
        session.add(known)
    return await actions_marked.marked(session, services, fresh) if kind else False
