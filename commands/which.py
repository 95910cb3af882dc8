"""Which incident is meant: the one named first, else the one whose channel this is."""

from collections.abc import Sequence
from dataclasses import replace

from commands import speech
from commands.request import SlashRequest
from storage import incidents
from storage.models import Incident
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import escape


async def incident_meant(request: SlashRequest, services: Services) -> tuple[Incident, SlashRequest]:
    """The incident, and the request without its name.

    Raises `UserError` that lists the open incidents when neither the text nor the channel says which.
    """
    number, channel_id, rest = speech.find_reference(request.text)
    async with services.database.read() as session:
        if number is not None:
            found = await incidents.get(session, number)
            if found is None:
                raise UserError(f"There is no INC-{number}. `/incident list` shows the open ones.")
            return found, replace(request, text=rest)
        found = await incidents.by_channel(session, channel_id or request.channel_id)
        if found is not None:
            return found, replace(request, text=rest)
        open_now = [one for one in await incidents.in_status(session) if not one.private]
    raise UserError(not_here(open_now))


def not_here(found: Sequence[Incident]) -> str:
    """What to type outside an incident channel."""
    if not found:
        return "This is not an incident channel, and no incident is open. `/incident declare` starts one."
    lines = [f"• {one.ref} {one.severity} “{escape(one.title)}” in {where(one)}" for one in found[:10]]
    return (
        "This is not an incident channel. Type it there, or name the incident first, for example "
        f"`/incident update {found[0].ref} …`. Open now:\n" + "\n".join(lines)
    )


def where(incident: Incident) -> str:
    return f"<#{incident.channel_id}>" if incident.channel_id else "a channel that is being set up"


async def by_id(value: str, services: Services) -> Incident:
    """The incident that a button of ours carries."""
    async with services.database.read() as session:
        found = await incidents.get(session, int(value))
    if found is None:
        raise UserError("This button belongs to an incident that is no longer on record. `/incident list` shows more.")
    return found
