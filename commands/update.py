"""`/incident update`: one line, a form, or the card's button."""

import json
import re
from datetime import timedelta

from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, updates
from workflows.blocks import Block
from workflows.errors import FormErrors
from workflows.services import Services
from workflows.words import clock_time, escape, plain, safe

CALLBACK = "update"
NEXT_IN = ((15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours"))


async def command(request: SlashRequest, services: Services) -> Reply:
    """`update <what changed>`; without words, the form."""
    incident, request = await incident_meant(request, services)
    if not request.text.strip():
        updates.refuse_ended(incident)
        return shown(form(incident))
    posted = await updates.post_update(
        services, incident.key, press=request.press, by=request.user_id, changed=safe(request.text.strip())
    )
    return told(done_text(posted))


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Post update* on the card or on a reminder."""
    incident = await by_id(press.value, services)
    updates.refuse_ended(incident)
    return shown(form(incident))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    values = request.values
    changed = values.get("changed", "").strip()
    if not re.search(r"\w", changed):
        raise FormErrors({"changed": "A few words about what changed. If nothing did, “Nothing new” is a good update."})
    await updates.post_update(
        services,
        int(request.about["incident"]),
        press=request.press,
        by=request.user_id,
        changed=escape(changed),
        impact=escape(values.get("impact", "").strip()),
        next_step=escape(values.get("next_step", "").strip()),
        next_in=timedelta(minutes=int(values["next_in"])) if values.get("next_in") else None,
    )
    return NOTHING


def form(incident: Incident) -> Block:
    """Prefilled with what is known, so that only what changed needs typing."""
    rows: list[Block] = [
        blocks.text_input(
            "changed",
            "What changed?",
            multiline=True,
            optional=False,
            placeholder="Still investigating: the auth service logs database time-outs.",
        ),
        blocks.text_input("impact", "Customer impact now", multiline=True, initial=plain(incident.impact)),
        blocks.text_input("next_step", "Next step", initial=plain(incident.next_step)),
        blocks.select(
            "next_in",
            "Next update in",
            [(str(minutes), label, "") for minutes, label in NEXT_IN],
            optional=True,
            hint=f"Left empty: the cadence of {incident.severity}.",
        ),
    ]
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Update {incident.ref}", rows, callback_id=CALLBACK, submit="Post", about=about)


def done_text(incident: Incident) -> str:
    if incident.update_due_at is None:
        return f"Update posted for {incident.ref}."
    return f"Update posted for {incident.ref}. The next one is due {clock_time(incident.update_due_at)}."


SUBCOMMAND = Subcommand(
    word="update",
    synonyms=("up", "post"),
    usage="update [what changed]",
    help="Post a status update and start the clock anew. Without words, a form opens.",
    function=command,
)
