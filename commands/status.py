"""`/incident status`: the card, for you alone."""

from commands.request import Reply, SlashRequest, Subcommand
from commands.which import incident_meant
from workflows import card
from workflows.overview import overview
from workflows.ports import Post
from workflows.services import Services


async def command(request: SlashRequest, services: Services) -> Reply:
    """The state of an incident as the card shows it, without its buttons."""
    incident, _ = await incident_meant(request, services)
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    shown = card.card(view)
    return Reply(post=Post(text=shown.text, blocks=shown.blocks[:1]))


SUBCOMMAND = Subcommand(
    word="status",
    synonyms=("show", "card", "info"),
    usage="status [INC-7]",
    help="How an incident stands, for you alone.",
    function=command,
)
