"""`/incident catchup`: what you have missed, for you alone, in ninety seconds."""

from typing import Final

from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from workflows import blocks, catchup_visits
from workflows.services import Services

ALL: Final = ("all", "everything", "full", "from the start", "whole")


async def command(request: SlashRequest, services: Services) -> Reply:
    """Since you last looked, or in all."""
    incident, request = await incident_meant(request, services)
    whole = request.text.strip().lower() in ALL
    text = await catchup_visits.look(services, incident, request.user_id, all_of_it=whole)
    hint = "`/incident catchup all` tells it from the start, `/incident timeline` line by line."
    return told(text, blocks.section(text), blocks.context(hint))


SUBCOMMAND = Subcommand(
    word="catchup",
    synonyms=("catch-up", "tldr", "brief", "briefing", "missed"),
    usage="catchup [all]",
    help="What happened since you were last here, and how it stands, for you alone.",
    function=command,
)
