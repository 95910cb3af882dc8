"""`/incident severity`: raise or lower it, in one line or with the form that explains the levels."""

import json

from commands import speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, course, updates
from workflows.blocks import Block
from workflows.errors import UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import escape, safe

CALLBACK = "severity"


async def command(request: SlashRequest, services: Services) -> Reply:
    """`severity sev2 [why]`; without words, the form."""
    incident, request = await incident_meant(request, services)
    if not request.text.strip():
        updates.refuse_ended(incident)
        return shown(form(incident, services.policy))
    found = speech.find_severity(request.text, services.policy)
    if found.severity is None:
        raise UserError(speech.unknown_severity(found.word or request.text.split()[0], services.policy))
    level = found.severity.level
    await course.set_severity(
        services, incident.key, level, press=request.press, by=request.user_id, reason=safe(found.rest)
    )
    return told(f"{incident.ref} is {level} now. The card and the announcement follow.")


async def opened(press: ButtonPress, services: Services) -> Reply:
    incident = await by_id(press.value, services)
    updates.refuse_ended(incident)
    return shown(form(incident, services.policy))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    await course.set_severity(
        services,
        int(request.about["incident"]),
        request.values.get("severity", ""),
        press=request.press,
        by=request.user_id,
        reason=escape(request.values.get("reason", "").strip()),
    )
    return NOTHING


def form(incident: Incident, policy: Policy) -> Block:
    options = [(one.level, f"{one.level} · {one.name}", one.definition) for one in policy.severities]
    meanings = "\n".join(f"*{escape(one.level)}* {escape(one.definition)}" for one in policy.severities)
    rows: list[Block] = [
        blocks.select("severity", "Severity", options, initial=incident.severity),
        blocks.text_input("reason", "Why?", placeholder="Only one region is affected"),
        blocks.context(meanings),
    ]
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Severity of {incident.ref}", rows, callback_id=CALLBACK, submit="Change", about=about)


SUBCOMMAND = Subcommand(
    word="severity",
    synonyms=("sev", "level", "priority"),
    usage="severity [sev2] [why]",
    help="Raise or lower the severity. Without words, a form explains the levels.",
    function=command,
)
