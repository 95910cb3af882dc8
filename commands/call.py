"""`/incident call`: the video call of an incident; shows it, has one made, or takes the link of one that is open."""

import re
from typing import Final

from commands.request import Reply, SlashRequest, Subcommand, told
from commands.speech import GROUP
from commands.which import incident_meant
from storage.models import Incident, WarRoom
from workflows import blocks, war_room, war_room_opening
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import ENTITY, PERSON, clock_time, escape, plain, quoted

LONGEST: Final = 2000  # characters of an address; Slack takes 3000 in a button
OFF: Final = frozenset({"off", "none", "remove", "delete", "clear", "end", "away"})
FILLERS: Final = frozenset({"is", "set", "on", "at", "to", "link", "the", "a", "open", "start", "new", "show", "join"})


async def command(request: SlashRequest, services: Services) -> Reply:
    """`call`, `call https://…`, `call off`."""
    incident, request = await incident_meant(request, services)
    words = [word for word in request.text.split() if word.lower() not in FILLERS]
    if not words:
        room = await war_room_opening.ask_for(services, incident.key, press=request.press, by=request.user_id)
        return on_view(incident, room) if room is not None else told(under_way(incident, services))
    if [word.lower() for word in words] in [[word] for word in OFF]:
        await war_room_opening.set_link(services, incident.key, "", press=request.press, by=request.user_id)
        return told(f"{incident.ref} has no call any more. The one that is running goes on until people leave it.")
    room = await war_room_opening.set_link(
        services, incident.key, address_in(words), press=request.press, by=request.user_id
    )
    return on_view(incident, room)


def address_in(words: list[str]) -> str:
    """The one address that was typed, bare or as Slack encodes it. Raises `UserError` for anything else."""
    if any(PERSON.fullmatch(word) or GROUP.fullmatch(word) for word in words):
        raise UserError(
            "To call people in: `/incident escalate @somebody`. For the video call: `/incident call https://…`."
        )
    if len(words) > 1:
        raise UserError("One link at a time, please: `/incident call https://…`.")
    entity = ENTITY.fullmatch(words[0])
    address = plain(f"<{entity[1].partition('|')[0]}>") if entity else plain(words[0])
    if re.fullmatch(r"https?://[^\s/<>|]+[^\s<>|]*", address) is None or len(address) > LONGEST:
        raise UserError(
            f"{quoted(plain(words[0]))} is not a link that people can open. Copy the whole address of the call, with "
            "https:// in front: `/incident call https://…`. `/incident call` alone shows the one there is."
        )
    return address


def on_view(incident: Incident, room: WarRoom) -> Reply:
    by = "" if room.by == "sitrep" else f" (given by <@{room.by}>)" if room.via == "hand" else ""
    code = f" Passcode for those who dial in: `{escape(room.passcode)}`." if room.passcode else ""
    text = f"The call of {incident.ref}: {war_room.shown(room.url)}{by}, since {clock_time(room.at)}.{code}"
    return told(text, blocks.section(text))


def under_way(incident: Incident, services: Services) -> str:
    name = war_room.NAMES[services.policy.war_room.via]
    return f"{name} is making a call for {incident.ref}. Its link comes in the channel and on the card in a moment."


SUBCOMMAND = Subcommand(
    word="call",
    synonyms=("warroom", "war-room", "zoom", "meet", "bridge", "video"),
    usage="call [https://… | off]",
    help="The video call: shows it, has one made, or takes the link of one that is open.",
    function=command,
)
