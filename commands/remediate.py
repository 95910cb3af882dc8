"""`/incident remediate`: what has been approved in advance, each behind a button that asks first."""

from typing import Final

from rapidfuzz import fuzz, process

from commands.request import ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import approved, blocks, remediation
from workflows.services import Services
from workflows.words import escape, plain

CLOSE: Final = 60  # of 100: a name that is meant


async def command(request: SlashRequest, services: Services) -> Reply:
    """The buttons for this incident. Typing a name presses nothing: it only shows the one that is meant."""
    incident, request = await incident_meant(request, services)
    return await offered(incident, plain(request.text).strip(), services)


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Remediate* on the card."""
    return await offered(await by_id(press.value, services), "", services)


async def offered(incident: Incident, typed: str, services: Services) -> Reply:
    hooks = services.policy.hooks
    if not hooks:
        return told(
            "Nothing has been approved in advance. `[[remediation]]` in sitrep.toml does; see docs/remediation.md."
        )
    async with services.database.read() as session:
        buttons = await remediation.buttons(session, incident, services.policy)
    names = [one.name for one in approved.available(incident, services.policy)]
    if typed and names:
        meant = process.extractOne(typed, names, scorer=fuzz.WRatio, processor=str.casefold, score_cutoff=CLOSE)
        buttons = [buttons[meant[2]]] if meant is not None else buttons
    lines = [f"*Approved for {incident.ref}:* each is sent once, after a question."] if buttons else []
    lines += [
        f"• {escape(one.name)}: not now, {escape(reason(one.name, incident, services))}"
        for one in hooks
        if one.name not in names
    ]
    text = "\n".join(lines)
    rows = [blocks.section(text), *([blocks.actions(buttons, block_id="remediate")] if buttons else [])]
    return told(text, *rows)


def reason(name: str, incident: Incident, services: Services) -> str:
    if not incident.is_open:
        return f"{incident.ref} is {incident.status}"
    return approved.why_not(approved.named(services.policy, name), incident, services.policy)


async def pressed(press: ButtonPress, services: Services) -> Reply:
    """Confirmed. Whether this person may is decided here, and so is whether it is still for this incident."""
    number, _, name = press.value.partition(".")
    incident = await by_id(number, services)
    call = await remediation.press(services, incident.key, name, press=press.press, by=press.user_id)
    return told(f"“{escape(call.name)}” is being sent. The answer comes into the channel of {incident.ref}.")


SUBCOMMAND = Subcommand(
    word="remediate",
    synonyms=("remediation", "hook", "hooks"),
    usage="remediate [name]",
    help="What has been approved in advance, each behind a button that asks first.",
    function=command,
)
