"""Everything said in incident channels, who reacted how, and what Slack no longer gives.

Queries take a session and commit nothing. A `ts` is a key and sorts as text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.models import Gap, Message, Person, Reaction, Revision

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Message]:
    """Every message of an incident, thread replies and deleted ones too, in the order in which they were written."""
    statement = select(Message).where(Message.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Message.ts), col(Message.id)))).all()


async def some(session: AsyncSession, incident_id: int, wanted: Sequence[str]) -> Sequence[Message]:
    """The messages of an incident with these `ts`."""
    statement = select(Message).where(Message.incident_id == incident_id, col(Message.ts).in_(wanted))
    return (await session.exec(statement)).all()


async def reactions_of(session: AsyncSession, incident_id: int) -> Sequence[Reaction]:
    """The reactions that stand, in the order in which they were given."""
    statement = select(Reaction).where(Reaction.incident_id == incident_id, col(Reaction.removed).is_(False))
    return (await session.exec(statement.order_by(col(Reaction.event_ts), col(Reaction.id)))).all()


async def marks_of(session: AsyncSession, incident_id: int) -> Sequence[Reaction]:
    """The reactions that stand and put their message on the timeline. What bots do marks nothing."""
    statement = marks().where(col(Reaction.incident_id) == incident_id)
    return (await session.exec(statement.order_by(col(Reaction.event_ts), col(Reaction.id)))).all()


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


async def find(session: AsyncSession, channel_id: str, ts: str) -> Message | None:
    """One message, locked: others wait until this transaction ends."""
    statement = select(Message).where(Message.channel_id == channel_id, Message.ts == ts).with_for_update()
    return (await session.exec(statement)).first()


async def add_new(session: AsyncSession, message: Message) -> bool:
    """Store a message unless there is one already; says whether it was stored."""
    return await insert_once(session, Message, message.model_dump(exclude={"id"}), ("channel_id", "ts"))


async def insert_once(session: AsyncSession, table: Any, values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert unless a row with this key is there, whoever put it there a moment ago."""
    insert = INSERTS[session.get_bind().dialect.name]
    statement = insert(table).values(**values).on_conflict_do_nothing(index_elements=list(key)).returning(table.id)
    return (await session.exec(statement)).first() is not None
