"""Incidents, their roles, and what has been pressed. Queries take a session and commit nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import (
    OPEN_STATUSES,
    UNCOUNTED_STATUSES,
    Handoff,
    HandoffState,
    Incident,
    Press,
    Role,
    Surface,
    Update,
)

LARGEST: Final = 2**31 - 1  # what PostgreSQL holds; people may type any number
# What is asked all the time is put together once: that takes longer than asking the database.
MINE: Final[BindParameter[int]] = bindparam("of_incident")
LOCKED: Final = (
    select(Incident)
    .where(col(Incident.id) == MINE)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
BY_CHANNEL: Final = select(Incident).where(col(Incident.channel_id) == bindparam("of_channel"))
BY_PRESS: Final = select(Incident).where(col(Incident.press) == bindparam("of_press"))
HOLDERS: Final = select(Role).where(col(Role.incident_id) == MINE, col(Role.ended_at).is_(None)).order_by(col(Role.id))
OPEN_HANDOFF: Final = select(Handoff).where(
    col(Handoff.incident_id) == MINE, col(Handoff.state) == HandoffState.PROPOSED
)
UPDATES: Final = select(Update).where(col(Update.incident_id) == MINE).order_by(col(Update.at), col(Update.id))
SURFACES: Final = select(Surface).where(col(Surface.incident_id) == MINE)
SURFACE: Final = SURFACES.where(col(Surface.kind) == bindparam("of_kind"))


async def get(session: AsyncSession, incident_id: int) -> Incident | None:
    return await session.get(Incident, incident_id) if incident_id <= LARGEST else None


async def locked(session: AsyncSession, incident_id: int) -> Incident | None:
    """An incident that is about to be changed: others who would change it wait until this transaction ends.

    Rows that only point at it may be stored meanwhile; else a tick and a change would wait for each other.
    """
    return (await session.exec(LOCKED, params={"of_incident": incident_id})).first()


async def by_channel(session: AsyncSession, channel_id: str) -> Incident | None:
    return (await session.exec(BY_CHANNEL, params={"of_channel": channel_id})).first()


async def by_press(session: AsyncSession, press: str) -> Incident | None:
    return (await session.exec(BY_PRESS, params={"of_press": press})).first()


async def in_status(
    session: AsyncSession, statuses: Sequence[str] = OPEN_STATUSES, *, most: int | None = None
) -> Sequence[Incident]:
    """Incidents in any of these statuses, newest first, at most `most`."""
    statement = select(Incident).where(col(Incident.status).in_(statuses)).order_by(col(Incident.id).desc())
    return (await session.exec(statement.limit(most))).all()


async def declared_since(session: AsyncSession, since: datetime) -> Sequence[Incident]:
    """Open incidents declared at or after `since`, oldest first."""
    statement = select(Incident).where(col(Incident.declared_at) >= since, col(Incident.status).in_(OPEN_STATUSES))
    return (await session.exec(statement.order_by(col(Incident.id)))).all()


async def open_about(session: AsyncSession, services: Sequence[str]) -> Sequence[Incident]:
    """Open incidents about any of these services, newest first."""
    if not services:
        return []
    statement = select(Incident).where(col(Incident.service).in_(services), col(Incident.status).in_(OPEN_STATUSES))
    return (await session.exec(statement.order_by(col(Incident.id).desc()))).all()


async def recently_ended(session: AsyncSession, most: int) -> Sequence[Incident]:
    """Incidents that are not open any more, newest first."""
    statement = select(Incident).where(col(Incident.status).not_in(OPEN_STATUSES))
    return (await session.exec(statement.order_by(col(Incident.id).desc()).limit(most))).all()


async def ended_since(session: AsyncSession, since: datetime) -> Sequence[Incident]:
    """Incidents that ended at or after `since`, newest first."""
    ended = func.coalesce(Incident.closed_at, Incident.resolved_at, Incident.declared_at)
    statement = select(Incident).where(col(Incident.status).not_in(OPEN_STATUSES), ended >= since)
    return (await session.exec(statement.order_by(col(Incident.id).desc()))).all()


async def counted(session: AsyncSession, since: datetime | None = None) -> Sequence[Incident]:
    """What every figure is made of, oldest first: neither merged nor cancelled, nor still in triage, nor a drill.

    With `since`, those that were declared at that time or later.
    """
    statement = select(Incident).where(col(Incident.status).not_in(UNCOUNTED_STATUSES), col(Incident.drill).is_(False))
    if since is not None:
        statement = statement.where(col(Incident.declared_at) >= since)
    return (await session.exec(statement.order_by(col(Incident.id)))).all()


async def count(session: AsyncSession) -> int:
    return (await session.exec(select(func.count()).select_from(Incident))).one()


async def names_like(session: AsyncSession, name: str) -> frozenset[str]:
    """Channel names that are reserved already and begin with `name`."""
    found = await session.exec(select(Incident.channel_name).where(col(Incident.channel_name).startswith(name)))
    return frozenset(found.all())


async def give_up_name(session: AsyncSession, name: str, instead: str) -> None:
    """Whoever has this channel name is called `instead`, until its true name is heard of."""
    found = (await session.exec(select(Incident).where(Incident.channel_name == name))).first()
    if found is not None:
        found.channel_name = instead
        session.add(found)
        await session.flush()


async def holders(session: AsyncSession, incident_id: int) -> Sequence[Role]:
    """Who holds which role now, in the order in which they took it."""
    return (await session.exec(HOLDERS, params={"of_incident": incident_id})).all()


async def role_history(session: AsyncSession, incident_id: int) -> Sequence[Role]:
    return (await session.exec(select(Role).where(Role.incident_id == incident_id).order_by(col(Role.id)))).all()


async def holder(session: AsyncSession, incident_id: int, role: str) -> str | None:
    """Who holds a role that one person holds at a time."""
    found = await holders(session, incident_id)
    return next((held.user_id for held in found if held.role == role), None)


async def give_role(session: AsyncSession, incident_id: int, role: str, user_id: str, now: datetime) -> None:
    """Hand a role to somebody. Its holder, if any, gives it up at the same instant; experts only join."""
    for held in await holders(session, incident_id):
        if held.role == role and (role != "sme" or held.user_id == user_id):
            held.ended_at = now
            session.add(held)
    # The old row must be gone from the partial index before the new one enters it.
    await session.flush()
    session.add(Role(incident_id=incident_id, role=role, user_id=user_id, began_at=now))


async def end_role(session: AsyncSession, incident_id: int, role: str, user_id: str, now: datetime) -> bool:
    """Take a role back; says whether that person held it."""
    for held in await holders(session, incident_id):
        if held.role == role and held.user_id == user_id:
            held.ended_at = now
            session.add(held)
            return True
    return False


async def open_handoff(session: AsyncSession, incident_id: int) -> Handoff | None:
    return (await session.exec(OPEN_HANDOFF, params={"of_incident": incident_id})).first()


async def updates(session: AsyncSession, incident_id: int) -> Sequence[Update]:
    """The status updates, oldest first."""
    return (await session.exec(UPDATES, params={"of_incident": incident_id})).all()


async def surface(session: AsyncSession, incident_id: int, kind: str) -> Surface | None:
    return (await session.exec(SURFACE, params={"of_incident": incident_id, "of_kind": kind})).first()


async def locked_surface(session: AsyncSession, incident_id: int, kind: str) -> Surface | None:
    """The same, locked until the transaction ends."""
    about = {"of_incident": incident_id, "of_kind": kind}
    return (await session.exec(SURFACE.with_for_update(), params=about)).first()


async def add_surface(session: AsyncSession, new: Surface) -> Surface:
    """Store a place; of two that were made of a kind, both who made them get the first one."""
    await locked(session, new.incident_id)
    known = await surface(session, new.incident_id, new.kind)
    if known is None:
        session.add(new)
    return known or new


async def surfaces(session: AsyncSession, incident_id: int) -> Sequence[Surface]:
    return (await session.exec(SURFACES, params={"of_incident": incident_id})).all()


async def first_time(session: AsyncSession, press: str, now: datetime) -> bool:
    """Note a press; says whether it is new. The note is kept only if the transaction that holds its effect is."""
    if not press:
        return True
    if await session.get(Press, press) is not None:
        return False
    session.add(Press(key=press, at=now))
    await session.flush()
    return True
