"""Roles that nobody holds. Queries take a session and commit nothing."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Vacancy

# Asked all the time, so put together once.
STILL_OPEN: Final = (
    select(Vacancy)
    .where(col(Vacancy.incident_id) == bindparam("of_incident"), col(Vacancy.ended_at).is_(None))
    .order_by(col(Vacancy.id))
)


async def still_open(session: AsyncSession, incident_id: int) -> Sequence[Vacancy]:
    """Those that nobody has filled yet, in the order in which they came up."""
    return (await session.exec(STILL_OPEN, params={"of_incident": incident_id})).all()
