"""`/incident triage`: is it one? Accept it, or decline it with a reason; the card has buttons for both."""

import re
from typing import Final

from commands import cancel, speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from workflows import triage
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import safe

CALLBACK: Final = "triage_decline"
ACCEPT: Final = frozenset({"accept", "accepted", "yes", "confirm"})
DECLINE: Final = frozenset({"decline", "declined", "no", "reject", "dismiss"})


async def command(request: SlashRequest, services: Services) -> Reply:
    """`triage accept`, `triage decline it was the load test`; alone, what can be done."""
    incident, request = await incident_meant(request, services)
    word, _, reason = request.text.strip().partition(" ")
    if word.lower() in ACCEPT:
        await triage.accept(services, incident.key, press=request.press, by=request.user_id)
        return told(f"{incident.ref} is an incident now. The card and the announcement follow.")
    triage.refuse_decided(incident)
    if word.lower() not in DECLINE:
        raise UserError(
            f"{incident.ref} waits for a decision: `/incident triage accept` makes it an incident, "
            "`/incident triage decline it was the load test` ends it with that reason."
        )
    reason = speech.reason_in(reason)
    if not re.search(r"\w", reason):
        return cancel.asked(incident, request, CALLBACK)
    await triage.decline(services, incident.key, safe(reason), press=request.press, by=request.user_id)
    return told(f"{incident.ref} is declined. It stays on record and out of the figures.")


async def accepted(press: ButtonPress, services: Services) -> Reply:
    """*Accept* on the card."""
    incident = await by_id(press.value, services)
    await triage.accept(services, incident.key, press=press.press, by=press.user_id)
    return NOTHING


async def declining(press: ButtonPress, services: Services) -> Reply:
    """*Decline* on the card: the form asks for the reason."""
    incident = await by_id(press.value, services)
    triage.refuse_decided(incident)
    return shown(cancel.form(incident, CALLBACK))


async def declined(request: FormSubmission, services: Services) -> Reply:
    """The form with the reason."""
    number, reason = int(request.about["incident"]), cancel.given_reason(request)
    await triage.decline(services, number, reason, press=request.press, by=request.user_id)
    return NOTHING


SUBCOMMAND = Subcommand(
    word="triage",
    usage="triage accept | triage decline <why>",
    help="Say whether what was opened with `declare --triage` is an incident.",
    function=command,
)
