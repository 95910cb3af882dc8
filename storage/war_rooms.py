"""Video calls. Queries take a session and commit nothing."""

from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import WarRoom

# Asked all the time, so put together once.
OF_INCIDENT: Final = select(WarRoom).where(col(WarRoom.incident_id) == bindparam("of_incident"))


async def of_incident(session: AsyncSession, incident_id: int) -> WarRoom | None:
    """The call of an incident; with an empty `url` when somebody took it away."""
    return (await session.exec(OF_INCIDENT, params={"of_incident": incident_id})).first()
