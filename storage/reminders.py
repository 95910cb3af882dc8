"""Rows with a due time: what must happen later, claimed by whoever ticks first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Reminder

# Asked all the time, so put together once.
ONE: Final = select(Reminder).where(
    col(Reminder.kind) == bindparam("of_kind"), col(Reminder.subject) == bindparam("about")
)
# Locked, as a tick may just be moving it: what it moved must be seen, to be set back.
TO_BE_MOVED: Final = ONE.with_for_update().execution_options(populate_existing=True)
ANY_DUE: Final = (
    select(Reminder.id)
    .where(col(Reminder.due_at) <= bindparam("now"), col(Reminder.kind).in_(bindparam("of_kinds", expanding=True)))
    .limit(1)
)


async def put(session: AsyncSession, *, incident_id: int, kind: str, subject: str, due_at: datetime) -> Reminder:
    """Set a reminder, or move the one of that kind for that subject; its ladder starts anew."""
    found = (await session.exec(TO_BE_MOVED, params={"of_kind": kind, "about": subject})).first()
    reminder = found or Reminder(incident_id=incident_id, kind=kind, subject=subject, due_at=due_at, since=due_at)
    reminder.due_at = reminder.since = due_at
    reminder.rung = 0
    session.add(reminder)
    await session.flush()
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
