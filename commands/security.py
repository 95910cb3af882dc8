"""`/incident security`: it turns out to be a security incident or a data breach."""

import json
import re
from typing import Final

from commands import speech
from commands.request import NOTHING, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import incident_meant
from storage.models import Incident
from workflows import blocks, need_to_know
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.services import Services
from workflows.words import escape, safe

CALLBACK: Final = "security"


async def command(request: SlashRequest, services: Services) -> Reply:
    """`security mails of customers were read`; without a word, the form says what it does and asks for one."""
    incident, request = await incident_meant(request, services)
    need_to_know.refuse_security(incident)
    reason = speech.reason_in(request.text)
    if not re.search(r"\w", reason):
        return asked(incident, request)
    was_public = not incident.private
    await need_to_know.security(services, incident.key, safe(reason), press=request.press, by=request.user_id)
    hidden = f" {need_to_know.CANNOT_HIDE}" if was_public else ""
    return told(f"{incident.ref} is a security incident from now on, and private.{hidden}")


def asked(incident: Incident, request: SlashRequest) -> Reply:
    """The form; in a terminal, which shows no forms, a sentence."""
    if not request.response_url:
        raise UserError(f"What makes it one? For example `/incident security {incident.ref} customer mails were read`.")
    return shown(form(incident))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form with what makes it one."""
    reason = request.values.get("reason", "").strip()
    if not re.search(r"\w", reason):
        raise FormErrors({"reason": "A few words about what was seen or taken, please. They stay on record."})
    number = int(request.about["incident"])
    await need_to_know.security(services, number, escape(reason), press=request.press, by=request.user_id)
    return NOTHING


def form(incident: Incident) -> Block:
    does = (
        "It is private from then on: its announcement goes, and nobody else hears of it. The incident commander is "
        "asked once whether it has to be reported. There is no way back."
    )
    row = blocks.text_input(
        "reason",
        "What makes it one?",
        optional=False,
        placeholder="Mails of customers were read",
        hint="It goes to the channel and on the timeline.",
    )
    about = json.dumps({"incident": str(incident.id)})
    rows = [blocks.section(does), row]
    return blocks.form(f"Security: {incident.ref}", rows, callback_id=CALLBACK, submit="Mark it", about=about)


SUBCOMMAND = Subcommand(
    word="security",
    synonyms=("breach", "data-breach"),
    usage="security <what was seen or taken>",
    help="It is a security incident or data breach: private from now on, and the duties to report are asked about.",
    function=command,
)
