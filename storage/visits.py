"""When people last read how an incident stands. Queries take a session and commit nothing."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Visit


async def last(session: AsyncSession, incident_id: int, user_id: str) -> datetime | None:
    """When this person last looked; nothing when they never did."""
    found = await find(session, incident_id, user_id)
    return found.at if found else None


async def find(session: AsyncSession, incident_id: int, user_id: str) -> Visit | None:
    statement = select(Visit).where(Visit.incident_id == incident_id, Visit.user_id == user_id)
    return (await session.exec(statement)).first()


async def note(session: AsyncSession, incident_id: int, user_id: str, at: datetime) -> None:
    """Remember that they looked. A look is never taken back by an earlier one."""
    found = await find(session, incident_id, user_id) or Visit(incident_id=incident_id, user_id=user_id, at=at)
    found.at = max(found.at, at)
    session.add(found)
    await session.flush()
