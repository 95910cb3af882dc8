"""`/incident action`: follow-ups with an owner and a day, noted, listed, handed over and done in one line."""

import re
from typing import Final

from commands import speech
from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from storage import actions as stored
from storage.models import Action, Incident
from workflows import actions, spoken
from workflows.actions import Wanted, described
from workflows.errors import UserError
from workflows.services import Services

VERBS: Final = re.compile(r"(?i)^(?P<verb>done|undone|reopen|drop|delete|withdraw)\s+#?(?P<number>\d{1,6})\s*$")
TURNED: Final = re.compile(r"(?i)^#?(?P<number>\d{1,6})\s+(?P<verb>done|undone|reopen|drop|delete|withdraw)\s*$")
NUMBERED: Final = re.compile(r"^#?(?P<number>\d{1,6})\b\s*(?P<rest>.*)$", re.DOTALL)
UNCLEAR: Final = re.compile(r"(?i)^(?P<verb>done|undone|reopen|drop|delete|withdraw)\b(?:[\s\d#,&+]|and\b)*$")
EXAMPLE: Final = "`/incident action @chen raise the pool limit by friday`"


async def command(request: SlashRequest, services: Services) -> Reply:
    """`action` alone lists; with a number it changes that one; everything else is a new one."""
    incident, request = await incident_meant(request, services)
    text = " ".join(request.text.split())
    if not text or text.lower() in ("list", "ls", "all"):
        return await listed(incident, services)
    verb = VERBS.match(text) or TURNED.match(text)
    if verb is not None:
        return await applied(incident, verb["verb"].lower(), int(verb["number"]), request, services)
    numbered = NUMBERED.match(text)
    if numbered is not None:
        wanted = parse(numbered["rest"], services)
        if not speech.has_words(wanted.text):
            return await amended(incident, int(numbered["number"]), wanted, request, services)
    return await created(incident, text, request, services)


async def listed(incident: Incident, services: Services) -> Reply:
    async with services.database.read() as session:
        found = await stored.of_incident(session, incident.key)
    if not found:
        return told(f"{incident.ref} has no follow-ups yet. For example {EXAMPLE}, or 🔧 on a message.")
    lines = "\n".join(line(action) for action in found)
    return told(f"*Follow-ups of {incident.ref}*\n{lines}\n`/incident action done {found[0].number}` ends one.")


def line(action: Action) -> str:
    return f"✅ {described(action)}" if action.done_at else f"⬜ {described(action)}"


async def applied(incident: Incident, verb: str, number: int, request: SlashRequest, services: Services) -> Reply:
    function, words = {
        "done": (actions.finish, "is done"),
        "undone": (actions.reopen, "is open again"),
        "reopen": (actions.reopen, "is open again"),
    }.get(verb, (actions.drop, "is withdrawn"))
    action = await function(services, incident.key, number, press=request.press, by=request.user_id)
    return told(f"Follow-up {number} of {incident.ref} {words}: {action.text}")


async def amended(incident: Incident, number: int, wanted: Wanted, request: SlashRequest, services: Services) -> Reply:
    if wanted.owner is None and wanted.due is None:
        return await shown_one(incident, number, services)
    action = await actions.amend(services, incident.key, number, wanted, press=request.press, by=request.user_id)
    return told(f"Follow-up {described(action)}")


async def shown_one(incident: Incident, number: int, services: Services) -> Reply:
    async with services.database.read() as session:
        found = [one for one in await stored.of_incident(session, incident.key) if one.number == number]
    if not found:
        raise UserError(f"{incident.ref} has no follow-up {number}. `/incident action` lists those there are.")
    return told(
        f"{line(found[0])}\n`/incident action {number} @someone` hands it over, `/incident action {number} by friday` "
        f"gives it a date, `/incident action done {number}` ends it, `/incident action drop {number}` withdraws it."
    )


async def created(incident: Incident, text: str, request: SlashRequest, services: Services) -> Reply:
    wanted = parse(text, services)
    unclear = UNCLEAR.match(text)
    if unclear is not None:
        raise UserError(
            f"Which one is meant? One at a time: `/incident action {unclear['verb'].lower()} 2`. "
            "`/incident action` lists them. Nothing was changed."
        )
    if not speech.has_words(wanted.text):
        raise UserError(f"What shall be done? For example {EXAMPLE}. Nothing was noted.")
    action = await actions.create(services, incident.key, wanted, press=request.press, by=request.user_id)
    return told(f"Noted as follow-up {described(action)}. `/incident action done {action.number}` ends it.")


def parse(text: str, services: Services) -> Wanted:
    """Raises `UserError` for a day that does not exist or has passed."""
    today = services.clock.now().astimezone(services.policy.time_zone).date()
    try:
        wanted = actions.read(text, today)
    except spoken.Impossible as impossible:
        raise UserError(
            f"There is no such day: “{impossible}”. Nothing was changed. For example {EXAMPLE}."
        ) from impossible
    if wanted.due is not None and wanted.due < today:
        raise UserError(f"{wanted.due} has passed. Nothing was changed. For example {EXAMPLE}.")
    return wanted


SUBCOMMAND = Subcommand(
    word="action",
    synonyms=("actions", "todo", "task", "follow-up", "followup"),
    usage="action [@who what by when | done 2 | undone 2 | drop 2 | 2 @who]",
    help="Note a follow-up with its owner and day, list them, or say that one is done.",
    function=command,
)
