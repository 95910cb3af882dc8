"""Roles that nobody holds. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Vacancy


async def still_open(session: AsyncSession, incident_id: int) -> Sequence[Vacancy]:
    """Those that nobody has filled yet, in the order in which they came up."""
    statement = select(Vacancy).where(Vacancy.incident_id == incident_id, col(Vacancy.ended_at).is_(None))
    return (await session.exec(statement.order_by(col(Vacancy.id)))).all()
