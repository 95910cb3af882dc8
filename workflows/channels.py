"""Channels by name: looked up once, remembered by id, because names change and looking is slow."""

from storage import known
from storage.channels import NAMED
from workflows.ports import Refused
from workflows.services import Services


async def by_name(services: Services, name: str) -> str:
    """The id of the channel called `name`. Raises `Refused("channel_not_found")` when the bot can see none."""
    async with services.database.read() as session:
        channel_id = await known.value(session, NAMED + name)
    return channel_id or await look_up(services, name)


async def join(services: Services, name: str) -> str:
    """Join the channel called `name`; its id. One that was deleted, and made anew, is looked up again."""
    channel_id = await by_name(services, name)
    try:
        await services.slack.channels.join(channel_id)
    except Refused as refused:
        if refused.error != "channel_not_found":
            raise
        channel_id = await look_up(services, name)
        await services.slack.channels.join(channel_id)
    return channel_id


async def look_up(services: Services, name: str) -> str:
    """The same, whatever was known: a channel may be deleted, and another one made in its place."""
    found = await services.slack.channels.find(name)
    if found is None:
        raise Refused("channel_not_found", name)
    async with services.database.write() as session:
        await known.keep(session, NAMED + name, found.id)
    return found.id
