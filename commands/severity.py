"""`/incident severity`: raise or lower it, in one line or with the form that explains the levels."""

import json
from collections.abc import Mapping
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, classifier, severity, updates
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.severity import ReasonNeeded
from workflows.words import escape, safe

CALLBACK: Final = "severity"
CHOICE: Final = "severity"  # the block in which a level is chosen; `severity-SEV1` once the classifier has proposed one


async def command(request: SlashRequest, services: Services) -> Reply:
    """`severity sev2 because …`; without words, or without the reason that it takes, the form."""
    incident, request = await incident_meant(request, services)
    if not request.text.strip():
        updates.refuse_ended(incident)
        return shown(form(incident, services.policy))
    found = speech.find_severity(request.text, services.policy)
    if found.severity is None:
        raise UserError(speech.unknown_severity(found.word or request.text.split()[0], services.policy))
    level, reason = found.severity.level, safe(speech.reason_in(found.rest))
    try:
        await severity.set_severity(
            services, incident.key, level, press=request.press, by=request.user_id, reason=reason
        )
    except ReasonNeeded as needed:
        if not request.response_url:
            raise  # typed in a terminal, where no form can be shown
        return shown(form(incident, services.policy, chosen=level, note=str(needed)))
    return told(f"{incident.ref} is {level} now. The card and the announcement follow.")


async def opened(press: ButtonPress, services: Services) -> Reply:
    incident = await by_id(press.value, services)
    updates.refuse_ended(incident)
    return shown(form(incident, services.policy))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. Lowering without a reason leaves it open, with what was typed."""
    answers = classifier.unpacked(request.about.get("answers", ""))
    walk = classifier.walk(services.policy, answers) if answers else None
    level = chosen_level(request.values)
    try:
        await severity.set_severity(
            services,
            int(request.about["incident"]),
            level,
            press=request.press,
            by=request.user_id,
            reason=escape(request.values.get("reason", "").strip()),
            classified=walk,
        )
    except ReasonNeeded as needed:
        raise FormErrors({"reason": f"A few words, please: at {needed.level} fewer people will look."}) from needed
    return NOTHING


def chosen_level(values: Mapping[str, str]) -> str:
    """The level that a form gives: its block has another id once the classifier has proposed one."""
    return next((value for block, value in values.items() if block.partition("-")[0] == CHOICE), "")


def form(
    incident: Incident, policy: Policy, *, chosen: str = "", answers: str = "", reason: str = "", note: str = ""
) -> Block:
    """Each level with everything it asks for. `answers` are the classifier's, when it has proposed `chosen`."""
    rows: list[Block] = [
        *([blocks.section(note)] if note else []),
        choice(policy, chosen or incident.severity, proposed=bool(answers)),
        help_offered("severity"),
        blocks.text_input(
            "reason",
            "Why?",
            initial=reason,
            placeholder="Only one region is affected",
            hint="Needed when it is lowered. It goes on the timeline.",
        ),
        *(blocks.context(severity.in_full(one)) for one in policy.severities[:20]),
    ]
    about = json.dumps({"incident": str(incident.id), "answers": answers})
    return blocks.form(f"Severity of {incident.ref}", rows, callback_id=CALLBACK, submit="Change", about=about)


def choice(policy: Policy, chosen: str, *, proposed: bool = False, hint: str = "") -> Block:
    """The menu of levels. Slack keeps what is chosen in a block, so a proposed level takes a block of its own."""
    options = [(one.level, f"{one.level} · {one.name}", one.definition) for one in policy.severities]
    block_id = f"{CHOICE}-{chosen}" if proposed else CHOICE
    return blocks.select(block_id, "Severity", options, initial=chosen, hint=hint)


def help_offered(root: str) -> Block:
    """*Help me choose*, beside the menu of a form; `root` says which form."""
    button = blocks.button("Help me choose", f"classify_help_{root}")
    return blocks.section("Not sure? A few yes-or-no questions find it.", block_id="help", accessory=button)


SUBCOMMAND = Subcommand(
    word="severity",
    synonyms=("sev", "level", "priority"),
    usage="severity [sev2] [because …]",
    help="Raise or lower the severity; lowering takes a reason. Without words, a form explains the levels.",
    function=command,
)
