"""The names behind ids that the record knows. Queries take a session and commit nothing."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlmodel import SQLModel, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect
from storage.inserts import replacing
from storage.models import Incident, Person

PEOPLE: Final = SQLModel.metadata.tables["person"]
KEEP: Final = replacing(PEOPLE)


async def people(session: AsyncSession, user_ids: Collection[str]) -> Sequence[Person]:
    """Whom of these we know by name."""
    statement = select(Person).where(col(Person.user_id).in_(sorted(user_ids)))
    return (await session.exec(statement)).all()


async def keep(session: AsyncSession, person: Person) -> None:
    """Remember who somebody is, also when another process learns it at this very moment."""
    await session.exec(KEEP[dialect(session)], params=person.model_dump())


async def channels(session: AsyncSession, channel_ids: Collection[str], own: str) -> dict[str, str]:
    """The names of incident channels, by id. Of the private ones only `own` is told."""
    statement = select(Incident.channel_id, Incident.channel_name).where(
        col(Incident.channel_id).in_(sorted(channel_ids)),
        or_(col(Incident.private).is_(False), Incident.channel_id == own),
    )
    return {channel_id: name for channel_id, name in (await session.exec(statement)).all() if channel_id}
