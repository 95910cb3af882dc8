"""Video calls. Queries take a session and commit nothing."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import WarRoom


async def of_incident(session: AsyncSession, incident_id: int) -> WarRoom | None:
    """The call of an incident; with an empty `url` when somebody took it away."""
    return (await session.exec(select(WarRoom).where(WarRoom.incident_id == incident_id))).first()
