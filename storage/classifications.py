"""What the severity classifier was told about an incident. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Classification


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Classification]:
    """Oldest first."""
    statement = select(Classification).where(Classification.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Classification.id)))).all()
