"""Runbooks of an incident and their steps. Queries take a session and commit nothing."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Checklist, ChecklistStep

# Asked all the time, so put together once.
OF_INCIDENT: Final = (
    select(Checklist).where(col(Checklist.incident_id) == bindparam("of_incident")).order_by(col(Checklist.id))
)


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Checklist]:
    """What was offered or started, in that order."""
    return (await session.exec(OF_INCIDENT, params={"of_incident": incident_id})).all()


async def foremost(session: AsyncSession, incident_id: int) -> Checklist | None:
    """The one that people should know of: what was started last, else what is offered."""
    found = await of_incident(session, incident_id)
    started = [one for one in found if one.started_at is not None]
    return max(started, key=lambda one: (one.started_at, one.key)) if started else next(iter(found), None)


async def by_slug(session: AsyncSession, incident_id: int, slug: str) -> Checklist | None:
    statement = select(Checklist).where(Checklist.incident_id == incident_id, Checklist.slug == slug)
    return (await session.exec(statement)).first()


async def steps(session: AsyncSession, checklist_id: int) -> Sequence[ChecklistStep]:
    statement = select(ChecklistStep).where(ChecklistStep.checklist_id == checklist_id)
    return (await session.exec(statement.order_by(col(ChecklistStep.number)))).all()
