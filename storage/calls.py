"""Hooks that were pressed, and what came of it. Queries take a session and commit nothing."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import CallState, RemediationCall


async def locked(session: AsyncSession, call_id: int) -> RemediationCall | None:
    """A call that is about to be changed; as it is now, whatever was read before."""
    statement = select(RemediationCall).where(RemediationCall.id == call_id).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def under_way(session: AsyncSession, name: str) -> RemediationCall | None:
    """The call of that name that has been pressed and has not ended, for whichever incident."""
    waiting = col(RemediationCall.state).in_([CallState.ASKED, CallState.SENDING])
    return (await session.exec(select(RemediationCall).where(RemediationCall.name == name, waiting))).first()


async def unknown_before(session: AsyncSession, name: str) -> RemediationCall | None:
    """The newest call of that name, if nobody knows whether it happened."""
    statement = select(RemediationCall).where(RemediationCall.name == name).order_by(col(RemediationCall.id).desc())
    newest = (await session.exec(statement.limit(1))).first()
    return newest if newest is not None and newest.state == CallState.UNKNOWN else None
