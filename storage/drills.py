"""Drills and their injects. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import OPEN_STATUSES, Drill, Incident, Inject


async def of_incident(session: AsyncSession, incident_id: int) -> Drill | None:
    return await session.get(Drill, incident_id)


async def injects(session: AsyncSession, incident_id: int) -> Sequence[Inject]:
    """All of them, in the order of the scenario."""
    return (
        await session.exec(select(Inject).where(Inject.incident_id == incident_id).order_by(col(Inject.place)))
    ).all()


async def waiting(session: AsyncSession, incident_id: int) -> Sequence[Inject]:
    """Those still to come, the next one first."""
    statement = select(Inject).where(
        Inject.incident_id == incident_id, col(Inject.sent_at).is_(None), col(Inject.dropped).is_(False)
    )
    return (await session.exec(statement.order_by(col(Inject.place)))).all()


async def inject(session: AsyncSession, inject_id: int) -> Inject | None:
    return await session.get(Inject, inject_id)


async def open_now(session: AsyncSession) -> Sequence[Incident]:
    """Drills that are under way, newest first."""
    statement = select(Incident).where(col(Incident.drill).is_(True), col(Incident.status).in_(OPEN_STATUSES))
    return (await session.exec(statement.order_by(col(Incident.id).desc()))).all()
