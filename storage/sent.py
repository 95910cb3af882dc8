"""What was sent to people outside, word for word. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Sent


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Sent]:
    """Everything that was sent, oldest first."""
    statement = select(Sent).where(Sent.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Sent.at), col(Sent.id)))).all()


async def get(session: AsyncSession, sent_id: int) -> Sent | None:
    return await session.get(Sent, sent_id)


async def any_of(session: AsyncSession, incident_id: int, templates: Sequence[str]) -> bool:
    """Whether something was sent from any of these templates."""
    statement = select(Sent.id).where(Sent.incident_id == incident_id, col(Sent.template).in_(templates)).limit(1)
    return (await session.exec(statement)).first() is not None
