"""Who is in an incident's channel, and who may know of a private incident. Queries take a session, commit nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Admission, ChannelMember


async def here(session: AsyncSession, incident_id: int) -> Sequence[str]:
    """Who is in the incident's channel now, those who came first first. The bot itself is not among them."""
    statement = select(ChannelMember.user_id).where(
        ChannelMember.incident_id == incident_id, col(ChannelMember.here).is_(True)
    )
    return (await session.exec(statement.order_by(col(ChannelMember.id)))).all()


async def find(session: AsyncSession, incident_id: int, user_id: str) -> ChannelMember | None:
    """What is known of one person and one channel; `None` when they were never there."""
    statement = select(ChannelMember).where(ChannelMember.incident_id == incident_id, ChannelMember.user_id == user_id)
    return (await session.exec(statement)).first()


async def is_here(session: AsyncSession, incident_id: int, user_id: str) -> bool:
    found = await find(session, incident_id, user_id)
    return found is not None and found.here


async def note(session: AsyncSession, incident_id: int, user_id: str, *, here: bool, as_of: str, at: datetime) -> bool:
    """Keep that somebody came or went. `as_of` is Slack's time of it; says whether this is news.

    The caller holds the incident, so that two who tell of the same person wait for each other.
    """
    found = await find(session, incident_id, user_id) or ChannelMember(
        incident_id=incident_id, user_id=user_id, here=False, as_of=""
    )
    if found.as_of >= as_of or (found.id is not None and found.here == here):
        return False
    found.here, found.as_of = here, as_of
    if here:
        found.joined_at, found.left_at = found.joined_at or at, None
    else:
        found.left_at = at
    session.add(found)
    await session.flush()
    return True


async def incidents_with(session: AsyncSession, user_id: str) -> frozenset[int]:
    """The incidents in whose channels somebody is."""
    statement = select(ChannelMember.incident_id).where(
        ChannelMember.user_id == user_id, col(ChannelMember.here).is_(True)
    )
    return frozenset(await session.exec(statement))


async def decisions(session: AsyncSession, incident_id: int) -> Sequence[Admission]:
    """Who was let in or shut out by somebody, in the order in which it was first decided."""
    statement = select(Admission).where(Admission.incident_id == incident_id)
    return (await session.exec(statement.order_by(col(Admission.id)))).all()


async def decisions_about(session: AsyncSession, user_id: str, incident_ids: Collection[int]) -> dict[int, bool]:
    """Incident to whether this person was let in (`True`) or shut out (`False`); absent: nobody decided."""
    statement = select(Admission).where(
        Admission.user_id == user_id, col(Admission.incident_id).in_(sorted(incident_ids))
    )
    return {found.incident_id: found.allowed for found in await session.exec(statement)}


async def decide(
    session: AsyncSession, incident_id: int, user_id: str, *, allowed: bool, by: str, at: datetime
) -> None:
    """Let somebody in, or shut them out. The caller holds the incident."""
    statement = select(Admission).where(Admission.incident_id == incident_id, Admission.user_id == user_id)
    found = (await session.exec(statement)).first() or Admission(
        incident_id=incident_id, user_id=user_id, allowed=allowed, by=by, at=at
    )
    found.allowed, found.by, found.at = allowed, by, at
    session.add(found)
    await session.flush()
