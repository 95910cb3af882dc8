"""Offers of incident command. Queries take a session and commit nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Handoff


async def get(session: AsyncSession, handoff_id: int) -> Handoff | None:
    return await session.get(Handoff, handoff_id)


async def locked(session: AsyncSession, handoff_id: int) -> Handoff | None:
    """An offer that is about to be answered, as it stands now; others wait until this transaction ends."""
    statement = select(Handoff).where(Handoff.id == handoff_id).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def add(
    session: AsyncSession, *, incident_id: int, from_user: str, to_user: str, note: str, now: datetime, ends: datetime
) -> Handoff:
    """A new offer. The schema refuses a second open one for the same incident."""
    made = Handoff(
        incident_id=incident_id, from_user=from_user, to_user=to_user, note=note, proposed_at=now, expires_at=ends
    )
    session.add(made)
    await session.flush()
    return made


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Handoff]:
    """All offers, oldest first."""
    statement = select(Handoff).where(Handoff.incident_id == incident_id).order_by(col(Handoff.id))
    return (await session.exec(statement)).all()
