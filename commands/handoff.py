"""`/incident handoff`: offer command to somebody, and answer an offer; by one line, a form, or buttons."""

import json
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant, number_behind
from storage import incidents
from storage.models import Handoff, Incident
from workflows import blocks, handoff
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.handoff import StillOpen
from workflows.services import Services
from workflows.words import escape, safe

CALLBACK: Final = "handoff"
ANSWERS: Final = {
    "accept": "accept",
    "yes": "accept",
    "decline": "decline",
    "no": "decline",
    "reject": "decline",
    "withdraw": "withdraw",
    "cancel": "withdraw",
    "undo": "withdraw",
}
FILLERS: Final = ("over", "off", "to", "command")  # `/incident hand over to @bilal`


async def command(request: SlashRequest, services: Services) -> Reply:
    """`handoff @bilal [note]`, `handoff accept`, `decline` or `withdraw`; without words, the form."""
    incident, request = await incident_meant(request, services)
    text = without_fillers(request.text)
    users, note = speech.find_people(text)
    if text.lower() in ANSWERS:
        return await answered_in_words(request, incident, ANSWERS[text.lower()], services)
    if not text:
        return await offer_form(incident, request.user_id, services)
    if not users:
        speech.refuse_stranger(text)
    if len(users) != 1:
        raise UserError(
            ("One person takes over. " if users else "Who takes over? ")
            + "Mention them, with a note if you like: `/incident handoff @bilal The rollback is running`. "
            "`/incident handoff` alone opens a form."
        )
    try:
        offer = await handoff.propose(
            services, incident.key, press=request.press, by=request.user_id, to=users[0], note=safe(note)
        )
    except StillOpen as still:
        return still_open(still, request.user_id, services)
    return told(handoff.offered(offer, services.policy))


def without_fillers(text: str) -> str:
    words = text.split()
    while words and words[0].lower() in FILLERS:
        words = words[1:]
    return " ".join(words)


async def answered_in_words(request: SlashRequest, incident: Incident, word: str, services: Services) -> Reply:
    async with services.database.read() as session:
        offer = await incidents.open_handoff(session, incident.key)
    if offer is None or offer.id is None:
        raise UserError(f"Nobody has been asked to take over {incident.ref}. `/incident handoff @somebody` asks.")
    await give_answer(services, offer.id, word, press=request.press, by=request.user_id)
    return told({"accept": "You are incident commander now.", "decline": "Declined."}.get(word, "Withdrawn."))


async def give_answer(services: Services, handoff_id: int, word: str, *, press: str, by: str) -> Handoff:
    if word == "withdraw":
        return await handoff.withdraw(services, handoff_id, press=press, by=by)
    return await handoff.answer(services, handoff_id, press=press, by=by, accept=word == "accept")


async def offer_form(incident: Incident, user_id: str, services: Services) -> Reply:
    """The form, if this person can offer command now."""
    try:
        async with services.database.read() as session:
            await handoff.refuse_offering(session, incident, user_id, services.policy, services.clock.now())
    except StillOpen as still:
        return still_open(still, user_id, services)
    return shown(form(incident))


def still_open(still: StillOpen, user_id: str, services: Services) -> Reply:
    """Who has been asked, with the way out for those who may take it."""
    text = str(still)
    if user_id != still.handoff.from_user and user_id not in services.policy.admins:
        return told(text)
    button = blocks.button("Withdraw", "handoff_withdraw", str(still.handoff.id))
    return told(text, blocks.section(text), blocks.actions([button], block_id="still_open"))


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Hand over* on the card or on a reminder."""
    return await offer_form(await by_id(press.value, services), press.user_id, services)


async def submitted(request: FormSubmission, services: Services) -> Reply:
    to = request.values.get("to", "")
    if not to:
        raise FormErrors({"to": "Choose the person who takes over."})
    await handoff.propose(
        services,
        int(request.about["incident"]),
        press=request.press,
        by=request.user_id,
        to=to,
        note=escape(request.values.get("note", "").strip()),
    )
    return NOTHING


async def pressed(press: ButtonPress, services: Services) -> Reply:
    """*Accept*, *Decline*, *Withdraw*: what it changed is on view for everybody."""
    word = press.action_id.rpartition("_")[2]
    await give_answer(services, number_behind(press.value), word, press=press.press, by=press.user_id)
    return NOTHING


def form(incident: Incident) -> Block:
    rows: list[Block] = [
        blocks.person_input(
            "to",
            "Who takes over?",
            optional=False,
            hint="They get a briefing and can accept or decline. Until they accept, nothing changes.",
        ),
        blocks.text_input("note", "A note for them", multiline=True, placeholder="The rollback is running, ETA 10 min"),
    ]
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Hand over {incident.ref}", rows, callback_id=CALLBACK, submit="Ask", about=about)


SUBCOMMAND = Subcommand(
    word="handoff",
    synonyms=("hand", "handover", "hand-over", "hand-off", "transfer"),
    usage="handoff [@person] [note]",
    help="Ask somebody to take over as incident commander. Without words, a form opens.",
    function=command,
)
