"""Near misses. Queries take a session and commit nothing."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.incidents import LARGEST
from storage.models import NearMiss


async def by_press(session: AsyncSession, press: str) -> NearMiss | None:
    return (await session.exec(select(NearMiss).where(NearMiss.press == press))).first()


async def get(session: AsyncSession, number: int) -> NearMiss | None:
    return await session.get(NearMiss, number) if number <= LARGEST else None


async def locked(session: AsyncSession, number: int) -> NearMiss | None:
    """One that is about to be changed: others who would change it wait until this transaction ends."""
    if number > LARGEST:
        return None
    statement = select(NearMiss).where(NearMiss.id == number).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def newest(session: AsyncSession, most: int | None = None) -> Sequence[NearMiss]:
    """Those that nobody has reviewed first, and then the newest first; all of them without `most`."""
    order = (col(NearMiss.reviewed_at).is_not(None), col(NearMiss.id).desc())
    return (await session.exec(select(NearMiss).order_by(*order).limit(most))).all()
