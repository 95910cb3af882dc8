"""The buttons of a reminder: *Nothing new* and *Snooze*. (*Post update* and *Hand over* have their own files.)"""

import json
import re
from datetime import timedelta
from typing import Final

from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, shown
from commands.which import by_id
from storage.models import Incident
from workflows import blocks, snooze, updates
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clock_time, duration, escape

CALLBACK: Final = "nag_snooze"


async def nothing_new(press: ButtonPress, services: Services) -> Reply:
    """A valid update: people know that somebody is there. Refused when somebody else was quicker."""
    incident = await by_id(press.value, services)
    if not incident.is_open:
        raise UserError(f"{incident.ref} is {incident.status}, so no update is due. Nothing was posted.")
    due_at = incident.update_due_at
    if due_at is not None and due_at > services.clock.now():
        raise UserError(f"An update has just come in; the next one is due {clock_time(due_at)}. Nothing was posted.")
    await updates.post_update(services, incident.key, press=press.press, by=press.user_id, changed=updates.NOTHING_NEW)
    return NOTHING


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Snooze*: the form, if there is something to snooze."""
    incident = await by_id(press.value, services)
    snooze.refuse_calm(incident, services.policy, services.clock.now())
    return shown(form(incident, services.policy))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    reason = request.values.get("reason", "").strip()
    if not re.search(r"\w", reason):
        raise FormErrors({"reason": "A few words, please: everybody in the channel will read why it is quiet."})
    await snooze.snooze(
        services,
        int(request.about["incident"]),
        press=request.press,
        by=request.user_id,
        reason=escape(reason),
        length=timedelta(seconds=int(request.values["length"])),
    )
    return NOTHING


def form(incident: Incident, policy: Policy) -> Block:
    lengths = snooze.lengths(incident, policy)
    usual = policy.snooze if policy.snooze in lengths else lengths[0]
    rows: list[Block] = [
        blocks.text_input(
            "reason",
            "Why can the update wait?",
            optional=False,
            most=300,
            placeholder="The rollback takes ten more minutes",
            hint="It goes to the channel and on the timeline.",
        ),
        blocks.select(
            "length",
            "Remind us again in",
            [(seconds(length), duration(length), "") for length in lengths],
            initial=seconds(usual),
        ),
    ]
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Snooze {incident.ref}", rows, callback_id=CALLBACK, submit="Snooze", about=about)


def seconds(length: timedelta) -> str:
    return str(int(length.total_seconds()))
