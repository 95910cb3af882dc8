"""`/incident close`: when nothing is missing it is one step, else one form asks for exactly what is."""

import json
import re
from collections.abc import Mapping
from typing import Final

from commands import options
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from workflows import blocks, close
from workflows.blocks import Block
from workflows.close import CloseRequest, Incomplete
from workflows.errors import FormErrors
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clock_time, duration, escape, plain, safe

CALLBACK: Final = "close"
# Label, example and hint of each field.
QUESTIONS: Final[Mapping[str, tuple[str, str, str]]] = {
    "summary": (
        "Summary",
        "A deploy halved the connection pool. Rolling back ended it.",
        "What happened, in two or three sentences. It opens the postmortem.",
    ),
    "impact": (
        "Customer impact",
        "One in five payments failed for 40 minutes.",
        "Who noticed, and how? “None” is an answer.",
    ),
    "reason": (
        "Why can it be closed now?",
        "The cause is removed and every metric is back at its baseline.",
        "",
    ),
}
ASKED_AGAIN: Final[Mapping[str, str]] = {
    "summary": "A sentence about what happened, please.",
    "impact": "A few words about what customers noticed, please. “None” is an answer.",
    "reason": "A few words about why it can be closed now, please.",
}


async def command(request: SlashRequest, services: Services) -> Reply:
    """`close [reason] [--summary …] [--impact …]`; what is missing is asked for in a form."""
    incident, request = await incident_meant(request, services)
    said, reason = options.find_words(request.text, "summary", "impact")
    wanted = CloseRequest(
        press=request.press,
        user_id=request.user_id,
        incident_id=incident.key,
        reason=safe(reason),
        **{name: safe(words) for name, words in said.items()},
    )
    try:
        closed = await close.accept(wanted, services)
    except Incomplete as incomplete:
        return shown(form(incomplete, wanted, services.policy))
    return told(f"{closed.ref} is closed. The postmortem draft follows in its channel.")


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Close* on the card."""
    incident = await by_id(press.value, services)
    wanted = CloseRequest(press=press.press, user_id=press.user_id, incident_id=incident.key)
    try:
        await close.accept(wanted, services)
    except Incomplete as incomplete:
        return shown(form(incomplete, wanted, services.policy))
    return NOTHING


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. Whatever is refused stays open with what was typed."""
    wanted = parse_form(request)
    try:
        await close.accept(wanted, services)
    except Incomplete as incomplete:
        return shown(form(incomplete, wanted, services.policy))  # something else has become necessary meanwhile
    return NOTHING


def parse_form(request: FormSubmission) -> CloseRequest:
    """Raises `FormErrors` for fields that say nothing."""
    values = {name: value.strip() for name, value in request.values.items() if name in QUESTIONS}
    empty = {name: ASKED_AGAIN[name] for name, value in values.items() if not re.search(r"\w", value)}
    if empty:
        raise FormErrors(empty)
    return CloseRequest(
        press=request.press,
        user_id=request.user_id,
        incident_id=int(request.about["incident"]),
        **{name: escape(value) for name, value in values.items()},
    )


def form(incomplete: Incomplete, wanted: CloseRequest, policy: Policy) -> Block:
    """Exactly what is missing, and a reason that was typed already."""
    incident = incomplete.incident
    typed = {"summary": wanted.summary, "impact": wanted.impact, "reason": wanted.reason}
    rows: list[Block] = [blocks.section(why(incomplete, policy))]
    for name, (label, placeholder, hint) in QUESTIONS.items():
        if name in incomplete.missing or typed[name]:
            rows.append(
                blocks.text_input(
                    name,
                    label,
                    initial=plain(typed[name]),
                    placeholder=placeholder,
                    hint=hint,
                    multiline=name != "reason",
                    optional=False,
                )
            )
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Close {incident.ref}", rows, callback_id=CALLBACK, submit="Close incident", about=about)


def why(incomplete: Incomplete, policy: Policy) -> str:
    """Why something is asked, in a sentence or two."""
    sentences = []
    if "summary" in incomplete.missing or "impact" in incomplete.missing:
        sentences.append("The postmortem draft begins with what happened and what customers noticed.")
    if "reason" in incomplete.missing:
        sentences.append(
            f"An incident is closed when it has been stable for {duration(policy.stable_for)}; "
            f"that is from {clock_time(incomplete.stable_at)} on. To close it earlier, say why."
        )
    return " ".join(sentences) or "Please look at this once more."


SUBCOMMAND = Subcommand(
    word="close",
    synonyms=("closed", "finish"),
    usage="close [why now] [--summary …] [--impact …]",
    help="Close a resolved incident; the postmortem draft is written. Asks for what is missing.",
    function=command,
)
