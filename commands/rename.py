"""`/incident rename`: another title; the channel's name follows."""

from commands import speech
from commands.declare import LONGEST_TITLE
from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from workflows import course
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import escape


async def command(request: SlashRequest, services: Services) -> Reply:
    """`rename <new title>`."""
    incident, request = await incident_meant(request, services)
    title = speech.title_of(request.text)
    if not speech.has_words(title):
        raise UserError(f"What shall it be called? For example `/incident rename {escape(incident.title)} in Europe`.")
    if len(title) > LONGEST_TITLE:
        raise UserError(f"That title has {len(title)} characters; {LONGEST_TITLE} is the most. Nothing was changed.")
    renamed = await course.rename(services, incident.key, title, press=request.press, by=request.user_id)
    return told(f"{renamed.ref} is called “{escape(renamed.title)}” now. The channel's name follows.")


SUBCOMMAND = Subcommand(
    word="rename",
    synonyms=("title",),
    usage="rename <new title>",
    help="Give the incident a better title.",
    function=command,
)
