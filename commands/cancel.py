"""`/incident cancel`: it was none. The reason stays on record, the incident out of the figures."""

import json
import re
from typing import Final

from commands import speech
from commands.request import NOTHING, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import incident_meant
from storage.models import Incident, Status
from workflows import blocks, lifecycle, triage
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.services import Services
from workflows.words import escape, safe

CALLBACK: Final = "cancel"


async def command(request: SlashRequest, services: Services) -> Reply:
    """`cancel it was the load test`; without a reason, the form asks for one."""
    incident, request = await incident_meant(request, services)
    reason = speech.reason_in(request.text)
    if not re.search(r"\w", reason):
        return asked(incident, request)
    ended = await triage.cancel(services, incident.key, safe(reason), press=request.press, by=request.user_id)
    return told(f"{ended.ref} is cancelled. It stays on record and out of the figures.")


def asked(incident: Incident, request: SlashRequest, callback_id: str = CALLBACK) -> Reply:
    """The form for the reason; in a terminal, which shows no forms, a sentence."""
    lifecycle.move(incident.status, "cancel")
    if not request.response_url:
        raise UserError(f"Why? For example `/incident cancel {incident.ref} it was the load test`.")
    return shown(form(incident, callback_id))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form with the reason."""
    number, reason = int(request.about["incident"]), given_reason(request)
    await triage.cancel(services, number, reason, press=request.press, by=request.user_id)
    return NOTHING


def given_reason(request: FormSubmission) -> str:
    """The reason, Slack-encoded. Raises `FormErrors` when it says nothing."""
    reason = request.values.get("reason", "").strip()
    if not re.search(r"\w", reason):
        raise FormErrors({"reason": "A few words about why it is none, please. They stay on record."})
    return escape(reason)


def form(incident: Incident, callback_id: str = CALLBACK) -> Block:
    label = "Decline" if incident.status == Status.TRIAGE else "Cancel"
    row = blocks.text_input(
        "reason",
        "Why is it no incident?",
        optional=False,
        placeholder="It was the load test",
        hint="It stays on record with this, and out of the figures.",
    )
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"{label} {incident.ref}", [row], callback_id=callback_id, submit=f"{label} it", about=about)


SUBCOMMAND = Subcommand(
    word="cancel",
    synonyms=("cancelled", "canceled", "decline", "abort"),
    usage="cancel <why>",
    help="It was no incident: end it with the reason, and leave it out of the figures.",
    function=command,
)
