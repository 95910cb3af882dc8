"""Who did what with an incident, and who was refused. Queries take a session and commit nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Deed

CHANGED: Final = "changed"
LOOKED: Final = "looked"
REFUSED: Final = "refused"
EXPORTED: Final = "exported"


async def note(session: AsyncSession, deed: Deed) -> None:
    """Keep a deed. One press is one deed per incident: what it changed counts more than that somebody looked."""
    statement = select(Deed).where(Deed.press == deed.press, Deed.incident_id == deed.incident_id)
    found = (await session.exec(statement)).first()
    if found is None:
        session.add(deed)
    elif found.outcome == LOOKED and deed.outcome != LOOKED:
        found.outcome, found.at, found.detail = deed.outcome, deed.at, deed.detail
        session.add(found)
    await session.flush()


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Deed]:
    """In the order in which they happened."""
    statement = select(Deed).where(Deed.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Deed.at), col(Deed.id)))).all()


async def exports(session: AsyncSession, incident_id: int) -> Sequence[tuple[datetime, str]]:
    """When the record left, and by whom it was taken."""
    statement = select(Deed.at, Deed.by).where(Deed.incident_id == incident_id, Deed.outcome == EXPORTED)
    return (await session.exec(statement.order_by(col(Deed.at)))).all()


async def notable(session: AsyncSession, most: int = 1000) -> Sequence[Deed]:
    """The newest refusals and exports of all incidents, in the order in which they happened."""
    statement = select(Deed).where(col(Deed.outcome).in_((REFUSED, EXPORTED))).order_by(col(Deed.id).desc())
    return list(reversed((await session.exec(statement.limit(most))).all()))
