"""Everything said in incident channels, who reacted how, and what Slack no longer gives.

Queries take a session and commit nothing. A `ts` is a key and sorts as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, bindparam, func, literal_column
from sqlmodel import SQLModel, col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import dialect
from storage.inserts import once
from storage.models import Gap, Message, Person, Reaction, ReadingPoint, Revision, Run, RunState

MESSAGES: Final = SQLModel.metadata.tables["message"]
Key = tuple[str, str]  # channel and `ts`
REACTIONS: Final = SQLModel.metadata.tables["reaction"]


# In words, as SQLAlchemy leaves the table's name out of what SQLite returns, even inside a query of its own.
REACTED: Final = literal_column(
    "(SELECT count(*) FROM reaction WHERE reaction.channel_id = message.channel_id AND reaction.ts = message.ts)",
    Integer,
)
NEW_MESSAGES: Final = once(MESSAGES, ("channel_id", "ts"), MESSAGES.c.channel_id, MESSAGES.c.ts, REACTED)
NEW_REACTION: Final = once(REACTIONS, ("channel_id", "ts", "name", "user_id"))


@dataclass(frozen=True, kw_only=True)
class New:
    """A message that was just stored. Reactions to it may have come before it."""

    id: int
    has_reactions: bool


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message in short."""

    thread_ts: str | None
    revised_ts: str
    deleted: bool
    text: str


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Message]:
    """Every message of an incident, thread replies and deleted ones too, in the order in which they were written."""
    statement = select(Message).where(Message.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Message.ts), col(Message.id)))).all()


async def said_since(session: AsyncSession, incident_id: int, ts: str, *, but: str) -> int:
    """How many messages people have written after `ts`, those of `but` and what was deleted left out."""
    statement = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.incident_id == incident_id,
            col(Message.ts) > ts,
            Message.user_id != but,
            Message.subtype == "",
            col(Message.deleted_at).is_(None),
        )
    )
    return (await session.exec(statement)).one()


async def some(session: AsyncSession, incident_id: int, wanted: Sequence[str]) -> Sequence[Message]:
    """The messages of an incident with these `ts`."""
    if not wanted:
        return []
    statement = select(Message).where(Message.incident_id == incident_id, col(Message.ts).in_(wanted))
    return (await session.exec(statement)).all()


async def reactions_of(session: AsyncSession, incident_id: int) -> Sequence[Reaction]:
    """The reactions that stand, in the order in which they were given."""
    statement = select(Reaction).where(Reaction.incident_id == incident_id, col(Reaction.removed).is_(False))
    return (await session.exec(statement.order_by(col(Reaction.event_ts), col(Reaction.id)))).all()


async def marks_of(session: AsyncSession, incident_id: int) -> Sequence[Reaction]:
    """The reactions that stand and put their message on the timeline. What bots do marks nothing."""
    return (await session.exec(marks_in(), params={"of_incident": incident_id})).all()


@cache
def marks_in() -> SelectOfScalar[Reaction]:
    """Those of one incident, first one first; asked all the time, so put together once."""
    mine = marks().where(col(Reaction.incident_id) == bindparam("of_incident"))
    return mine.order_by(col(Reaction.event_ts), col(Reaction.id))


def marks() -> SelectOfScalar[Reaction]:
    """Reactions that stand, have a kind, and are not a bot's."""
    return (
        select(Reaction)
        .join(Person, col(Person.user_id) == Reaction.user_id, isouter=True)
        .where(col(Reaction.removed).is_(False), Reaction.kind != "")
        .where(or_(col(Person.is_bot).is_(None), col(Person.is_bot).is_(False)))
    )


async def revisions_of(session: AsyncSession, channel_id: str) -> Sequence[Revision]:
    """Earlier wordings of the messages of a channel, oldest first within each message."""
    statement = select(Revision).where(Revision.channel_id == channel_id)
    return (await session.exec(statement.order_by(col(Revision.ts), col(Revision.revised_ts)))).all()


async def gaps_of(session: AsyncSession, incident_id: int) -> Sequence[Gap]:
    """What could not be read back, oldest first."""
    statement = select(Gap).where(Gap.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Gap.from_ts), col(Gap.id)))).all()


async def get(session: AsyncSession, channel_id: str, ts: str) -> Message | None:
    """One message, to look at."""
    return (await session.exec(select(Message).where(Message.channel_id == channel_id, Message.ts == ts))).first()


async def find(session: AsyncSession, channel_id: str, ts: str) -> Message | None:
    """One message, to change: others wait until this transaction ends."""
    statement = select(Message).where(Message.channel_id == channel_id, Message.ts == ts).with_for_update()
    return (await session.exec(statement)).first()


async def revisions(session: AsyncSession, channel_id: str, ts: str) -> dict[str, Revision]:
    """The earlier wordings of one message, by the time since when they held."""
    statement = select(Revision).where(Revision.channel_id == channel_id, Revision.ts == ts)
    return {one.revised_ts: one for one in await session.exec(statement)}


async def add_new(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[Key, New]:
    """Store messages unless they are there already, and say which were not. Each row is whole, without its id.

    Everything said comes through here, so it is one statement for all, compiled once.
    """
    added = await session.exec(NEW_MESSAGES[dialect(session)], params=rows)
    return {(channel_id, ts): New(id=key, has_reactions=reacted > 0) for key, channel_id, ts, reacted in added}


async def add_new_reaction(session: AsyncSession, reaction: Reaction) -> bool:
    """Store a reaction unless that person's is known already; says whether it was stored."""
    values = reaction.model_dump(exclude={"id"})
    return (await session.exec(NEW_REACTION[dialect(session)], params=values)).first() is not None


async def find_reaction(session: AsyncSession, like: Reaction) -> Reaction | None:
    """The stored reaction of the same person to the same message, locked until this transaction ends."""
    statement = select(Reaction).where(
        Reaction.channel_id == like.channel_id,
        Reaction.ts == like.ts,
        Reaction.name == like.name,
        Reaction.user_id == like.user_id,
    )
    return (await session.exec(statement.with_for_update())).first()


async def marked_as(session: AsyncSession, channel_id: str, ts: str, kind: str) -> Sequence[Reaction]:
    """The reactions of one kind that stand on a message, first one first."""
    statement = marks().where(Reaction.channel_id == channel_id, Reaction.ts == ts, Reaction.kind == kind)
    return (await session.exec(statement.order_by(col(Reaction.event_ts), col(Reaction.id)))).all()


async def marked_by(session: AsyncSession, incident_id: int, user_id: str, kind: str) -> Sequence[Reaction]:
    """What one person or bot marked so in an incident, taken back or not."""
    statement = select(Reaction).where(
        Reaction.incident_id == incident_id, Reaction.user_id == user_id, Reaction.kind == kind
    )
    return (await session.exec(statement)).all()


async def newest_in(session: AsyncSession, channel_id: str, after: str, before: str, most: int) -> dict[str, Stored]:
    """The newest messages between two `ts`, in short, without thread replies: to see later whether they changed."""
    statement = (
        select(Message)
        .where(Message.channel_id == channel_id, col(Message.ts) > after, col(Message.ts) < before)
        .where(or_(col(Message.thread_ts).is_(None), col(Message.subtype) == "thread_broadcast"))
    )
    found = await session.exec(statement.order_by(col(Message.ts).desc()).limit(most))
    return {message.ts: in_short(message) for message in found}


async def replies_in(session: AsyncSession, channel_id: str, after: str, before: str) -> dict[str, Stored]:
    """The replies of threads that began between two `ts`, in short."""
    statement = select(Message).where(
        Message.channel_id == channel_id, col(Message.thread_ts) > after, col(Message.thread_ts) < before
    )
    return {message.ts: in_short(message) for message in await session.exec(statement)}


async def newest_ts(session: AsyncSession, channel_id: str, before: str) -> str:
    """The `ts` of the newest message below `before`; `0` if there is none."""
    statement = select(func.max(Message.ts)).where(Message.channel_id == channel_id, col(Message.ts) < before)
    return (await session.exec(statement)).first() or "0"


def in_short(message: Message) -> Stored:
    return Stored(
        thread_ts=message.thread_ts,
        revised_ts=message.revised_ts,
        deleted=message.deleted_at is not None,
        text=message.text,
    )


async def reactions_to(session: AsyncSession, channel_id: str, wanted: Sequence[str]) -> Sequence[Reaction]:
    """All reactions known to these messages, those taken back too."""
    statement = select(Reaction).where(Reaction.channel_id == channel_id, col(Reaction.ts).in_(wanted))
    return (await session.exec(statement)).all()


async def reading_point(session: AsyncSession, channel_id: str) -> ReadingPoint | None:
    return await session.get(ReadingPoint, channel_id)


async def note_gap(session: AsyncSession, gap: Gap, *, longer: bool) -> None:
    """Keep that a stretch could not be read; a stretch with the same beginning may become longer."""
    statement = select(Gap).where(Gap.channel_id == gap.channel_id, Gap.from_ts == gap.from_ts)
    known = (await session.exec(statement)).first()
    if known is None:
        session.add(gap)
    elif longer:
        known.to_ts, known.reason = gap.to_ts, gap.reason
        session.add(known)


async def close_gaps(session: AsyncSession, channel_id: str, since: str) -> None:
    """What begins at or after `since` has been read after all."""
    await session.exec(delete(Gap).where(col(Gap.channel_id) == channel_id, col(Gap.from_ts) >= since))


async def to_be_read(session: AsyncSession) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The incidents for which a reading is owed that has not begun, each with what that reading was asked for."""
    statement = select(Run.incident_id, Run.args).where(
        Run.kind == "reconcile", Run.state == RunState.WAITING, Run.attempts == 0
    )
    return [(incident_id, args) for incident_id, args in await session.exec(statement) if incident_id is not None]
