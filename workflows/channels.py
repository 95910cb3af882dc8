"""Channels by name: looked up once, remembered by id, because names change and looking is slow."""

from storage.models import Known
from workflows.ports import Refused
from workflows.services import Services


async def by_name(services: Services, name: str) -> str:
    """The id of the channel called `name`. Raises `Refused("channel_not_found")` when the bot can see none."""
    key = f"channel:{name}"
    async with services.database.read() as session:
        known = await session.get(Known, key)
    if known is not None:
        return known.value
    found = await services.slack.channels.find(name)
    if found is None:
        raise Refused("channel_not_found", name)
    async with services.database.write() as session:
        await session.merge(Known(key=key, value=found.id))
    return found.id
