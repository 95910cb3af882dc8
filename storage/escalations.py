"""Escalations and who was called in them. Queries take a session and commit nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Escalation, EscalationState, Summons

UNDER_WAY = (EscalationState.ASKING, EscalationState.CALLING)
# Asked all the time, so put together once.
OF_INCIDENT: Final = (
    select(Escalation).where(col(Escalation.incident_id) == bindparam("of_incident")).order_by(col(Escalation.id))
)


async def get(session: AsyncSession, escalation_id: int) -> Escalation | None:
    return await session.get(Escalation, escalation_id)


async def locked(session: AsyncSession, escalation_id: int) -> Escalation | None:
    """An escalation that is about to be changed, as it stands now; others wait until this transaction ends."""
    statement = select(Escalation).where(Escalation.id == escalation_id).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Escalation]:
    """All of them, oldest first."""
    return (await session.exec(OF_INCIDENT, params={"of_incident": incident_id})).all()


async def under_way(session: AsyncSession, incident_id: int) -> list[Escalation]:
    """Those in which somebody is being asked or called, oldest first."""
    return [one for one in await of_incident(session, incident_id) if one.state in UNDER_WAY]


async def summoned(session: AsyncSession, escalation_id: int) -> Sequence[Summons]:
    """Who was called, in that order."""
    statement = select(Summons).where(Summons.escalation_id == escalation_id).order_by(col(Summons.id))
    return (await session.exec(statement)).all()


async def summoned_to(session: AsyncSession, incident_id: int) -> Sequence[Summons]:
    """Who was called in any escalation of an incident."""
    mine = select(Escalation.id).where(Escalation.incident_id == incident_id)
    statement = select(Summons).where(col(Summons.escalation_id).in_(mine)).order_by(col(Summons.id))
    return (await session.exec(statement)).all()


async def call(
    session: AsyncSession, escalation_id: int, link: int, users: Sequence[str], now: datetime
) -> list[Summons]:
    """Note who is called, each person once; returns the new ones."""
    known = {one.user_id for one in await summoned(session, escalation_id)}
    made = [
        Summons(escalation_id=escalation_id, link=link, user_id=user, called_at=now)
        for user in dict.fromkeys(users)
        if user not in known
    ]
    session.add_all(made)
    await session.flush()
    return made
