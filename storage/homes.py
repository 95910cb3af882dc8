"""What one person's home tab shows, and who looked at theirs lately. Queries take a session and commit nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import (
    OPEN_STATUSES,
    Action,
    Escalation,
    EscalationState,
    Handoff,
    HandoffState,
    Incident,
    Onlooker,
    Role,
    Run,
    Step,
    Summons,
)

# Asked all the time, so put together once.
LAST_WORDS: Final = (
    select(Run.incident_id, Step.result)
    .join(Step, col(Step.run_id) == col(Run.id))
    .where(
        Run.kind == "close", Step.name == "closed", col(Run.incident_id).in_(bindparam("of_incidents", expanding=True))
    )
    .order_by(col(Step.id))
)


async def looked(session: AsyncSession, user_id: str, now: datetime) -> None:
    """Note that somebody looks at their home tab."""
    found = await session.get(Onlooker, user_id) or Onlooker(user_id=user_id, looked_at=now)
    found.looked_at = now
    session.add(found)


async def onlookers(session: AsyncSession, since: datetime, most: int) -> Sequence[str]:
    """Who looked at their home tab since then, who looked last first."""
    statement = select(Onlooker.user_id).where(col(Onlooker.looked_at) >= since)
    return (await session.exec(statement.order_by(col(Onlooker.looked_at).desc()).limit(most))).all()


async def roles_of(session: AsyncSession, user_id: str) -> dict[int, list[str]]:
    """The roles that somebody holds in open incidents, by incident, in the order in which they took them."""
    statement = (
        select(Role.incident_id, Role.role)
        .join(Incident, col(Incident.id) == Role.incident_id)
        .where(Role.user_id == user_id, col(Role.ended_at).is_(None), col(Incident.status).in_(OPEN_STATUSES))
        .order_by(col(Role.id))
    )
    found: dict[int, list[str]] = {}
    for incident_id, role in await session.exec(statement):
        found.setdefault(incident_id, []).append(role)
    return found


async def handoffs_to(session: AsyncSession, user_id: str) -> Sequence[tuple[Handoff, Incident]]:
    """Command that is offered to somebody, oldest offer first."""
    statement = select(Handoff, Incident).join(Incident, col(Incident.id) == Handoff.incident_id)
    offered = statement.where(Handoff.to_user == user_id, Handoff.state == HandoffState.PROPOSED)
    return (await session.exec(offered.order_by(col(Handoff.id)))).all()


async def calls_to(session: AsyncSession, user_id: str) -> Sequence[tuple[Escalation, Incident]]:
    """Escalations that call somebody who has not answered yet, oldest first."""
    statement = (
        select(Escalation, Incident)
        .join(Incident, col(Incident.id) == Escalation.incident_id)
        .join(Summons, col(Summons.escalation_id) == col(Escalation.id))
        .where(Summons.user_id == user_id, Summons.answer == "", Escalation.state == EscalationState.CALLING)
    )
    return (await session.exec(statement.order_by(col(Escalation.id)))).all()


async def commanders(session: AsyncSession, incident_ids: Sequence[int]) -> dict[int, str]:
    """Who commands which of these now."""
    statement = select(Role.incident_id, Role.user_id).where(
        Role.role == "ic", col(Role.ended_at).is_(None), col(Role.incident_id).in_(list(incident_ids))
    )
    return dict((await session.exec(statement)).all())


async def with_ids(session: AsyncSession, ids: Sequence[int]) -> Sequence[Incident]:
    return (await session.exec(select(Incident).where(col(Incident.id).in_(list(ids))))).all()


async def open_ones(session: AsyncSession, levels: Sequence[str], most: int) -> Sequence[Incident]:
    """Public open incidents that are no drills, in the order of these severities, newest first within each."""
    rank = case({level: place for place, level in enumerate(levels)}, value=Incident.severity, else_=len(levels))
    statement = select(Incident).where(col(Incident.status).in_(OPEN_STATUSES), col(Incident.private).is_(False))
    statement = statement.where(col(Incident.drill).is_(False))
    return (await session.exec(statement.order_by(rank, col(Incident.id).desc()).limit(most))).all()


async def private_ones(session: AsyncSession) -> Sequence[Incident]:
    """Private open incidents that are no drills, newest first. Who may know of them is for the caller to ask."""
    statement = select(Incident).where(col(Incident.status).in_(OPEN_STATUSES), col(Incident.private).is_(True))
    statement = statement.where(col(Incident.drill).is_(False))
    return (await session.exec(statement.order_by(col(Incident.id).desc()))).all()


async def how_many_open(session: AsyncSession) -> int:
    """Public open incidents that are no drills."""
    statement = select(func.count()).select_from(Incident)
    found = statement.where(col(Incident.status).in_(OPEN_STATUSES), col(Incident.private).is_(False))
    return (await session.exec(found.where(col(Incident.drill).is_(False)))).one()


async def ended_since(session: AsyncSession, since: datetime, most: int) -> Sequence[Incident]:
    """Incidents, no drills, that were resolved or closed since then and are not open any more, newest first."""
    ended = func.coalesce(Incident.closed_at, Incident.resolved_at)
    # The same in words that have indexes: closed since then, or resolved since then and not closed.
    lately = or_(col(Incident.closed_at) >= since, col(Incident.resolved_at) >= since)
    statement = select(Incident).where(lately, ended >= since, col(Incident.status).not_in(OPEN_STATUSES))
    statement = statement.where(col(Incident.drill).is_(False))
    return (await session.exec(statement.order_by(ended.desc()).limit(most))).all()


async def open_actions(session: AsyncSession, user_id: str) -> Sequence[tuple[Action, Incident]]:
    """What somebody still has to do, each with its incident, in the order in which it was noted."""
    statement = (
        select(Action, Incident)
        .join(Incident, col(Incident.id) == Action.incident_id)
        .where(Action.owner == user_id, col(Action.done_at).is_(None), col(Action.withdrawn_at).is_(None))
        .order_by(col(Action.id))
    )
    return (await session.exec(statement)).all()


async def last_words(session: AsyncSession, incident_ids: Sequence[int]) -> dict[int, str]:
    """Where the postmortem draft of closed incidents was shared: incident to the `ts` of the closing post."""
    found = await session.exec(LAST_WORDS, params={"of_incidents": list(incident_ids)})
    return {incident_id: ts for incident_id, ts in found if incident_id is not None}


async def shows(session: AsyncSession, user_id: str, shown: str) -> None:
    """Keep what somebody's tab shows now."""
    found = await session.get(Onlooker, user_id)
    if found is not None:
        found.shown = shown
        session.add(found)
