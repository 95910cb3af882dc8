"""`/incident update`: one line, a form, or the card's button."""

import json
import re
from datetime import timedelta

from commands import promise
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, people, promises_until, updates
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.promise_words import moment
from workflows.promises_until import Promised
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
    text = safe(request.text.strip())
    if text.lower() in ("promise", "promises", "promised"):
        return await promise.listed(incident, services)
    promised = await promised_in(text, request.user_id, services)
    posted = await updates.post_update(
        services,
        incident.key,
        press=request.press,
        by=request.user_id,
        changed=(promised and promised.rest) or text,
        promised=promised,
    )
    return told(done_text(posted, promised, services))


async def promised_in(text: str, user_id: str, services: Services) -> Promised | None:
    """`… ETA 15:30 to customers` at the end of an update. Raises `UserError` for a time that cannot be."""
    if not promises_until.MAYBE.search(text):
        return None  # so that nobody's time zone need be asked for
    return promise.understood(promises_until.at_end, text, services, await people.zone(services, user_id))


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
        promised=await promised_with(request, services),
    )
    return NOTHING


async def promised_with(request: FormSubmission, services: Services) -> Promised | None:
    """What the form says was promised outside. Raises `FormErrors` when its time is none, or is missing."""
    what, until = (request.values.get(name, "").strip() for name in ("promised", "promised_until"))
    if not what and not until:
        return None
    if not until:
        raise FormErrors({"promised_until": "Until when? For example 15:30, or “in 45 min”."})
    try:
        at = await promise.time_meant(escape(until), services, request.user_id)
    except UserError as refusal:
        raise FormErrors({"promised_until": plain(str(refusal))}) from refusal
    to_whom = escape(request.values.get("promised_to", "").strip())
    return Promised(text=escape(what) or "Next update", to_whom=to_whom, due_at=at)


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
        blocks.text_input("promised", "Promised outside", placeholder="ETA for the fix", most=300),
        blocks.text_input(
            "promised_until", "… until when?", placeholder="15:30", hint="In your time zone. You will be asked before."
        ),
        blocks.text_input("promised_to", "… to whom?", placeholder="customers", most=120),
    ]
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Update {incident.ref}", rows, callback_id=CALLBACK, submit="Post", about=about)


def done_text(incident: Incident, promised: Promised | None, services: Services) -> str:
    text = f"Update posted for {incident.ref}."
    if incident.update_due_at is not None:
        text += f" The next one is due {clock_time(incident.update_due_at)}."
    if promised is not None:
        when = moment(promised.due_at, services.clock.now())
        text += f" Noted as promised outside: {promised.text} by {when}."
    return text


SUBCOMMAND = Subcommand(
    word="update",
    synonyms=("up", "post"),
    usage="update [what changed] [ETA 15:30 to customers]",
    help="Post a status update and start the clock anew. Without words, a form opens.",
    function=command,
)
