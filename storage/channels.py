"""The id of a channel, which Slack changes once in a while when a channel becomes private or shared."""

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Gap, Incident, Message, Reaction, ReadingPoint, Revision, Surface

KEPT_IN = (Incident, Message, Revision, Reaction, Surface, ReadingPoint, Gap)


async def change_id(session: AsyncSession, old: str, new: str) -> None:
    """Everything on record about the channel `old` is about `new` from now on. Repeating it changes nothing."""
    for table in KEPT_IN:
        await session.exec(update(table).where(col(table.channel_id) == old).values(channel_id=new))
