"""Who is in an incident's channel: heard from Slack's events, known from our own invitations, read back at start.

Slack pages: member_joined_channel event, member_left_channel event, conversations.members.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, members
from workflows import scribe
from workflows.ports import Refused
from workflows.services import Services
from workflows.words import as_ts

INVITED = "0"  # older than all news: an invitation of ours counts until Slack tells more


async def came_or_went(services: Services, channel_id: str, user_id: str, *, here: bool, at: str) -> None:
    """Keep that somebody joined or left an incident's channel. `at` is Slack's time of it, a `ts`."""
    if not user_id or user_id == services.slack.user_id:
        return
    incident_id, now = await scribe.incident_of(services, channel_id), services.clock.now()
    if incident_id is None:
        return

    async def work(session: AsyncSession) -> None:
        await incidents.locked(session, incident_id)
        await members.note(session, incident_id, user_id, here=here, as_of=at, at=now)

    await services.writer.write(work)


async def invited(services: Services, channel_id: str, users: Iterable[str]) -> None:
    """Keep that these were brought in by us, before Slack says so itself."""
    for user_id in dict.fromkeys(users):
        await came_or_went(services, channel_id, user_id, here=True, at=INVITED)


async def read_back(services: Services, incident_id: int, at: datetime) -> str:
    """Make the record equal to the channel's members as Slack lists them. `at` is from before they were asked for."""
    async with services.database.read() as session:
        incident = await incidents.get(session, incident_id)
    if incident is None or incident.channel_id is None:
        return "no channel"
    try:
        listed = [user async for user in services.slack.channels.members(incident.channel_id)]
    except Refused as refused:
        return refused.error  # what cannot be seen is told elsewhere; who was there last stays on record
    async with services.database.read() as session:
        known = await members.here(session, incident_id)
    for user_id in listed:
        await came_or_went(services, incident.channel_id, user_id, here=True, at=as_ts(at))
    for user_id in sorted(set(known) - set(listed)):
        await came_or_went(services, incident.channel_id, user_id, here=False, at=as_ts(at))
    return "read"
