"""What was learned once and is asked for often, by key: ids of channels, members of user groups."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect
from storage.models import Known

KNOWN: Final = SQLModel.metadata.tables["known"]
KEEP: Final[Mapping[str, Any]] = {
    name: statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
    for name, statement in (("sqlite", sqlite.insert(KNOWN)), ("postgresql", postgresql.insert(KNOWN)))
}


async def value(session: AsyncSession, key: str) -> str | None:
    found = await session.get(Known, key)
    return found.value if found is not None else None


async def keep(session: AsyncSession, key: str, value: str) -> None:
    """Remember it, also when another process learns the same at this very moment."""
    await session.exec(KEEP[dialect(session)], params={"key": key, "value": value})
