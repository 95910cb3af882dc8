"""Clocks of an incident, what started them and their steps. Queries take a session and commit nothing."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Clock, ClockEvent, ClockQuestion, ClockState, ClockStep, Incident

# Asked all the time, so put together once.
OF_INCIDENT: Final = select(Clock).where(col(Clock.incident_id) == bindparam("of_incident")).order_by(col(Clock.id))
MERGED_THAT_OWE: Final = (
    select(ClockStep.incident_id)
    .join(Incident, col(Incident.id) == col(ClockStep.incident_id))
    .where(ClockStep.state == ClockState.RUNNING, col(Incident.merged_into).is_not(None))
    .distinct()
)


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Clock]:
    """Every clock, in the order in which they were started."""
    return (await session.exec(OF_INCIDENT, params={"of_incident": incident_id})).all()


async def steps_of(session: AsyncSession, incident_id: int) -> Sequence[ClockStep]:
    """The steps of all its clocks, each clock's in the order of its file."""
    statement = select(ClockStep).where(ClockStep.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(ClockStep.clock_id), col(ClockStep.place)))).all()


async def events_of(session: AsyncSession, incident_id: int) -> Sequence[ClockEvent]:
    """What started the clocks of an incident."""
    statement = select(ClockEvent).join(Clock, col(Clock.id) == col(ClockEvent.clock_id))
    statement = statement.where(Clock.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(ClockEvent.id)))).all()


async def merged_that_owe(session: AsyncSession) -> frozenset[int]:
    """Merged incidents of which a report is still owed: very few, if any."""
    return frozenset(await session.exec(MERGED_THAT_OWE))


async def step(session: AsyncSession, step_id: int) -> ClockStep | None:
    return await session.get(ClockStep, step_id)


async def question(session: AsyncSession, incident_id: int) -> ClockQuestion | None:
    return (await session.exec(select(ClockQuestion).where(ClockQuestion.incident_id == incident_id))).first()
