"""Which incident is meant: the one named first, else the one whose channel this is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from commands import speech
from commands.request import SlashRequest
from storage import incidents
from storage.models import Incident
from workflows import access, audit, permissions
from workflows.drills import label
from workflows.errors import NotAllowed, UserError
from workflows.services import Services
from workflows.words import escape

LOOKED_AT: Final = 100  # of the open ones; some of them may be for others only
MOST_NAMED: Final = 10
NUMBER: Final = re.compile(r"[0-9]{1,9}")  # longer ones fit no database


async def incident_meant(request: SlashRequest, services: Services) -> tuple[Incident, SlashRequest]:
    """The incident, and the request without its name.

    Raises `UserError` that lists the open incidents when neither the text nor the channel says which.
    """
    number, channel_id, rest = speech.find_reference(request.text)
    async with services.database.read() as session:
        if number is not None:
            found = await incidents.get(session, number)
            if found is None:
                raise UserError(access.unknown(number))
        else:
            found = await incidents.by_channel(session, channel_id or request.channel_id)
    if found is None:
        raise UserError(await not_here(services, request.user_id))
    try:
        await allowed(found, services)
    except NotAllowed as refusal:
        async with services.database.read() as session:
            known = await access.may_see(session, found, request.user_id)
        if number is not None or known:
            raise
        # A channel that is a private incident's is like any other to those who may not know.
        raise NotAllowed(await not_here(services, request.user_id), found.key, refusal.asker) from refusal
    return found, replace(request, text=rest)


async def allowed(incident: Incident, services: Services) -> None:
    """Raise `NotAllowed` for who may not read of it; changes are checked when they are made."""
    async with services.database.read() as session:
        await permissions.require_sight(session, incident, services.asker)
        await permissions.require_reading(session, incident, services.asker, services.policy)
    if incident.private:
        await audit.looked(services, incident.key)


async def not_here(services: Services, user_id: str) -> str:
    """What to type outside an incident channel, with the newest incidents that this person may know of."""
    async with services.database.read() as session:
        newest = await incidents.in_status(session, most=LOOKED_AT)
        return options(await access.visible(session, newest, user_id))


def options(found: Sequence[Incident]) -> str:
    if not found:
        return "This is not an incident channel, and no incident is open. `/incident declare` starts one."
    lines = [
        f"• {label(one)}{one.ref} {one.severity} “{escape(one.title)}” in {where(one)}" for one in found[:MOST_NAMED]
    ]
    return (
        "This is not an incident channel. Type it there, or name the incident first, for example "
        f"`/incident update {found[0].ref} …`. Open now:\n" + "\n".join(lines)
    )


def where(incident: Incident) -> str:
    return f"<#{incident.channel_id}>" if incident.channel_id else "a channel that is being set up"


def number_behind(value: str) -> int:
    """The number that a button of ours carries. Raises `UserError` where an earlier release put something else."""
    if NUMBER.fullmatch(value) is None:
        raise UserError(
            "That button is from an older message, and nothing was done. `/incident status` shows how it stands now, "
            "`/incident help` what you can type."
        )
    return int(value)


async def by_id(value: str, services: Services) -> Incident:
    """The incident that a button of ours carries. Raises `NotAllowed` for who may not use the button."""
    number = number_behind(value)
    async with services.database.read() as session:
        found = await incidents.get(session, number)
        if found is None:
            raise UserError(access.unknown(number))
        await permissions.require(session, found, services.asker, services.policy)
    if found.private:
        await audit.looked(services, found.key)
    return found
