"""`/incident remediate`: what has been approved in advance, each behind a button that asks first."""

from typing import Final

from rapidfuzz import fuzz, process

from commands.request import ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import approved, blocks, permissions, remediation
from workflows.policy import Hook
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
        objection = await permissions.objection(session, incident, services.asker, services.policy)
    if objection:
        return told(f"{objection} Approved in advance: {', '.join(f'“{escape(one.name)}”' for one in hooks)}.")
    mine = await remediation.pressable(services, incident)
    buttons, names = await remediation.buttons(services, incident, mine), [one.name for one in mine]
    if typed and names:
        meant = process.extractOne(typed, names, scorer=fuzz.WRatio, processor=str.casefold, score_cutoff=CLOSE)
        buttons = [buttons[meant[2]]] if meant is not None else buttons
    each = "each is sent once, after a question." if buttons else "nothing that you can press now."
    lines = [f"*Approved for {incident.ref}:* {each}"]
    lines += [f"• {escape(one.name)}: {reason(one, incident, services)}" for one in hooks if one.name not in names]
    text = "\n".join(lines)
    rows = [blocks.section(text), *([blocks.actions(buttons, block_id="remediate")] if buttons else [])]
    return told(text, *rows)


def reason(hook: Hook, incident: Incident, services: Services) -> str:
    """Why there is no button for it: it is not for this incident now, or not for whoever asks."""
    if not incident.is_open:
        return f"not now, {incident.ref} is {incident.status}"
    other = approved.why_not(hook, incident, services.policy)
    if other:
        return f"not now, {escape(other)}"
    return f"for {permissions.listed(remediation.who_may(hook, services.policy))}"


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
