"""Rows with a due time: what must happen later, claimed by whoever ticks first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect
from storage.inserts import for_each
from storage.models import Reminder

REMINDERS: Final = SQLModel.metadata.tables["reminder"]
# Asked all the time, so put together once.
ONE: Final = select(Reminder).where(
    col(Reminder.kind) == bindparam("of_kind"), col(Reminder.subject) == bindparam("about")
)


def moving(insert: Any) -> Any:
    """One statement that sets or moves. Where a tick is just moving the same one it waits, and sets that back."""
    given = {one.name: bindparam(one.name, type_=one.type) for one in REMINDERS.c if one.name != "id"}
    new = insert(REMINDERS).values(given)
    again = {name: new.excluded[name] for name in ("due_at", "since", "rung")}
    statement = new.on_conflict_do_update(index_elements=["kind", "subject"], set_=again).returning(Reminder)
    return select(Reminder).from_statement(statement).execution_options(populate_existing=True)


PUT: Final = for_each(moving)
ANY_DUE: Final = (
    select(Reminder.id)
    .where(col(Reminder.due_at) <= bindparam("now"), col(Reminder.kind).in_(bindparam("of_kinds", expanding=True)))
    .limit(1)
)


async def put(session: AsyncSession, *, incident_id: int, kind: str, subject: str, due_at: datetime) -> Reminder:
    """Set a reminder, or move the one of that kind for that subject; its ladder starts anew."""
    values = {"incident_id": incident_id, "kind": kind, "subject": subject, "due_at": due_at, "since": due_at}
    found = await session.exec(PUT[dialect(session)], params=values | {"rung": 0, "args": {}})
    reminder: Reminder = found.scalars().one()
    return reminder


async def drop(session: AsyncSession, *, kind: str, subject: str) -> None:
    await session.exec(delete(Reminder).where(col(Reminder.kind) == kind, col(Reminder.subject) == subject))


async def put_off(session: AsyncSession, *, kind: str, subject: str, due_at: datetime) -> None:
    """Ask again at `due_at`; the ladder stays where it is."""
    which = (col(Reminder.kind) == kind, col(Reminder.subject) == subject)
    await session.exec(update(Reminder).where(*which).values(due_at=due_at))


async def find(session: AsyncSession, *, kind: str, subject: str) -> Reminder | None:
    return (await session.exec(ONE, params={"of_kind": kind, "about": subject})).first()


async def anything_due(session: AsyncSession, now: datetime, kinds: Collection[str]) -> bool:
    """A look without a lock, so that an idle tick writes nothing."""
    return (await session.exec(ANY_DUE, params={"now": now, "of_kinds": list(kinds)})).first() is not None


async def claim_due(
    session: AsyncSession, now: datetime, kinds: Collection[str], most: int = 100
) -> Sequence[Reminder]:
    """Due reminders of these kinds, locked until this transaction ends; the caller moves or deletes each before it."""
    statement = select(Reminder).where(col(Reminder.due_at) <= now, col(Reminder.kind).in_(list(kinds)))
    statement = statement.order_by(col(Reminder.due_at)).limit(most)
    return (await session.exec(statement.with_for_update(skip_locked=True))).all()
