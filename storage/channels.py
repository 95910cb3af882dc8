"""The id of a channel, which Slack changes once in a while when a channel becomes private or shared."""

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Gap, Incident, Known, Message, Reaction, ReadingPoint, Revision, Sent, Surface

KEPT_IN = (Incident, Message, Revision, Reaction, Surface, ReadingPoint, Gap, Sent)
NAMED = "channel:"  # before the name of a channel that was looked up, in the key of what is known of it


async def change_id(session: AsyncSession, old: str, new: str) -> None:
    """Everything on record about the channel `old` is about `new` from now on. Repeating it changes nothing."""
    for table in KEPT_IN:
        await session.exec(update(table).where(col(table.channel_id) == old).values(channel_id=new))
    by_name = (col(Known.key).startswith(NAMED), col(Known.value) == old)
    await session.exec(update(Known).where(*by_name).values(value=new))
