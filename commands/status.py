"""`/incident status`: the card, for you alone, and what of it Slack does not show; `status repair` tries that again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from workflows import blocks, card, catchup_visits, repair
from workflows.overview import overview
from workflows.ports import Post
from workflows.refusals import who_can_fix
from workflows.repair import Missing
from workflows.services import Services

REPAIR: Final = ("repair", "retry", "fix")
OUTSIDE: Final = ("stakeholders", "stakeholder", "execs", "management")


async def command(request: SlashRequest, services: Services) -> Reply:
    """`status [INC-7]`: as the card shows it, without its buttons. `status repair [INC-7]` tries again.

    `status --stakeholders [INC-7]`: what concerns those who do not work on it.
    """
    words = request.text.split()
    outside = any(word.lower().strip("-–—") in OUTSIDE for word in words)
    words = [word for word in words if word.lower().strip("-–—") not in OUTSIDE]
    wanted = [word for word in words if word.lower() not in REPAIR]
    incident, _ = await incident_meant(replace(request, text=" ".join(wanted)), services)
    if outside:
        return told(await catchup_visits.for_stakeholders(services, incident))
    if len(wanted) < len(words):
        found = await repair.repair(services, incident.key, press=request.press)
        return told(repaired(incident.ref, found))
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
        found = await repair.missing(session, incident.key)
    shown = card.card(view)
    rows = [blocks.section(still_missing(incident.ref, found))] if found else []
    return Reply(post=Post(text=shown.text, blocks=(*shown.blocks[:1], *rows)))


def repaired(ref: str, found: Sequence[Missing]) -> str:
    if not found:
        return f"Slack shows everything of {ref}; there is nothing to repair."
    return f"Trying again for {ref}:\n{listed(found)}\nWhat Slack refuses again is in `/incident status {ref}`."


def still_missing(ref: str, found: Sequence[Missing]) -> str:
    return f"*Not in Slack yet*\n{listed(found)}\nWhen it is put right: `/incident status repair {ref}`."


def listed(found: Sequence[Missing]) -> str:
    return "\n".join(f"• {line(one)}" for one in found[:10])


def line(one: Missing) -> str:
    if not one.error:
        return f"{one.what}: waits for Slack and follows by itself"
    return f"{one.what}: `{one.error}`. {who_can_fix(one.error)}"


SUBCOMMAND = Subcommand(
    word="status",
    synonyms=("show", "card", "info"),
    usage="status [INC-7] | status --stakeholders [INC-7] | status repair [INC-7]",
    help="How an incident stands, for you alone; `repair` tries again what Slack refused.",
    function=command,
)
