"""What was learned once and is asked for often, by key: ids of channels, members of user groups."""

from typing import Final

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect
from storage.inserts import replacing
from storage.models import Known

KNOWN: Final = SQLModel.metadata.tables["known"]
KEEP: Final = replacing(KNOWN)


async def value(session: AsyncSession, key: str) -> str | None:
    found = await session.get(Known, key)
    return found.value if found is not None else None


async def keep(session: AsyncSession, key: str, value: str) -> None:
    """Remember it, also when another process learns the same at this very moment."""
    await session.exec(KEEP[dialect(session)], params={"key": key, "value": value})
