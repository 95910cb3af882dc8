"""What was promised to people outside. Queries take a session and commit nothing."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.incidents import LARGEST
from storage.models import Promise, PromiseState

# Asked all the time, so put together once.
STILL_OPEN: Final = (
    select(Promise)
    .where(col(Promise.incident_id) == bindparam("of_incident"), Promise.state == PromiseState.OPEN)
    .order_by(col(Promise.due_at), col(Promise.number))
)


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Promise]:
    """Every promise of an incident, by number."""
    statement = select(Promise).where(Promise.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Promise.number)))).all()


async def still_open(session: AsyncSession, incident_id: int) -> Sequence[Promise]:
    """The promises that nobody has ended, the next one due first."""
    return (await session.exec(STILL_OPEN, params={"of_incident": incident_id})).all()


async def with_update(session: AsyncSession, update_id: int) -> Sequence[Promise]:
    """The promises that were given with an update."""
    statement = select(Promise).where(Promise.update_id == update_id)
    return (await session.exec(statement.order_by(col(Promise.number)))).all()


async def get(session: AsyncSession, promise_id: int) -> Promise | None:
    return await session.get(Promise, promise_id)


async def by_number(session: AsyncSession, incident_id: int, number: int) -> Promise | None:
    """The promise that people call by this number."""
    if number > LARGEST:
        return None
    statement = select(Promise).where(Promise.incident_id == incident_id, Promise.number == number)
    return (await session.exec(statement)).first()


async def add(session: AsyncSession, promise: Promise) -> Promise:
    """Give it the next number of its incident, which the caller has locked."""
    statement = select(func.max(Promise.number)).where(Promise.incident_id == promise.incident_id)
    promise.number = ((await session.exec(statement)).one() or 0) + 1
    session.add(promise)
    await session.flush()
    return promise
