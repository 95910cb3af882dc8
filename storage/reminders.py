"""Rows with a due time: what must happen later, claimed by whoever ticks first."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Reminder


async def put(session: AsyncSession, *, incident_id: int, kind: str, subject: str, due_at: datetime) -> Reminder:
    """Set a reminder, or move the one of that kind for that subject; its ladder starts anew."""
    # Locked, as a tick may just be moving it: what it moved must be seen, to be set back.
    statement = select(Reminder).where(Reminder.kind == kind, Reminder.subject == subject).with_for_update()
    found = (await session.exec(statement.execution_options(populate_existing=True))).first()
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
    return (await session.exec(select(Reminder).where(Reminder.kind == kind, Reminder.subject == subject))).first()


async def anything_due(session: AsyncSession, now: datetime, kinds: Collection[str]) -> bool:
    """A look without a lock, so that an idle tick writes nothing."""
    statement = select(Reminder.id).where(col(Reminder.due_at) <= now, col(Reminder.kind).in_(list(kinds)))
    return (await session.exec(statement.limit(1))).first() is not None


async def claim_due(
    session: AsyncSession, now: datetime, kinds: Collection[str], most: int = 100
) -> Sequence[Reminder]:
    """Due reminders of these kinds, locked until this transaction ends; the caller moves or deletes each before it."""
    statement = select(Reminder).where(col(Reminder.due_at) <= now, col(Reminder.kind).in_(list(kinds)))
    statement = statement.order_by(col(Reminder.due_at)).limit(most)
    return (await session.exec(statement.with_for_update(skip_locked=True))).all()
