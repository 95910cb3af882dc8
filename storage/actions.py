"""Follow-ups: who will do what until when. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.incidents import LARGEST
from storage.models import Action


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Action]:
    """The follow-ups of an incident that stand, done or not, by number."""
    statement = select(Action).where(Action.incident_id == incident_id, col(Action.withdrawn_at).is_(None))
    return (await session.exec(statement.order_by(col(Action.number)))).all()


async def by_number(session: AsyncSession, incident_id: int, number: int) -> Action | None:
    """The follow-up that people call by this number, withdrawn or not."""
    if number > LARGEST:
        return None
    statement = select(Action).where(Action.incident_id == incident_id, Action.number == number)
    return (await session.exec(statement)).first()


async def by_source(session: AsyncSession, incident_id: int, ts: str) -> Action | None:
    """The follow-up that was made from a message."""
    statement = select(Action).where(Action.incident_id == incident_id, Action.source_ts == ts)
    return (await session.exec(statement)).first()


async def add(session: AsyncSession, action: Action) -> Action:
    """Give it the next number of its incident, which the caller has locked. Numbers are never used again."""
    statement = select(func.max(Action.number)).where(Action.incident_id == action.incident_id)
    action.number = ((await session.exec(statement)).one() or 0) + 1
    session.add(action)
    await session.flush()
    return action
