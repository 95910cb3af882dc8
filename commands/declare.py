"""`/incident declare`: one line, a form, or the shortcut of the same name."""

import json
from collections.abc import Mapping
from typing import Final

from commands import speech
from commands.request import ButtonPress, FormSubmission, Reply, Shortcut, SlashRequest, Subcommand, shown, told
from workflows import blocks, declare
from workflows.blocks import Block
from workflows.declare import Declared, DeclareRequest
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import escape, one_line, person

LONGEST_TITLE: Final = 150
CALLBACK: Final = "declare"
IC_WORDS: Final = ("ic", "ic:", "commander", "lead")


async def command(request: SlashRequest, services: Services) -> Reply:
    """`declare sev1 Checkout is failing`; without any words, the form."""
    if not request.text:
        return shown(form(services.policy, {"declared_in": request.channel_id}))
    wanted = parse(request, services.policy)
    return answer(await declare.accept(wanted, services))


async def from_shortcut(request: Shortcut, services: Services) -> Reply:
    """The global shortcut *Declare an incident*."""
    return shown(form(services.policy, {}))


async def from_home(press: ButtonPress, services: Services) -> Reply:
    """*Declare an incident* on the home tab."""
    return shown(form(services.policy, {}))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. It turns into a line about progress, and into a link when the channel is ready."""
    declared = await declare.accept(parse_form(request, services.policy), services)
    text = answer_text(declared)
    return shown(blocks.notice("Incident declared", [blocks.section(text)]))


def parse(request: SlashRequest, policy: Policy) -> DeclareRequest:
    """One line as a request. Raises `UserError` when there is no title, or a severity that does not exist."""
    found = speech.find_severity(request.text, policy)
    if found.word and found.severity is None:
        raise UserError(speech.unknown_severity(found.word, policy))
    severity = found.severity.level if found.severity else policy.default_severity
    ic, text = named_commander(found.rest)
    users, _ = speech.find_people(text)
    return DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=checked_title(speech.title_of(speech.without_companions(text)), severity, speech.find_people(text)[1]),
        severity=severity,
        ic=ic or request.user_id,
        invited=users,
        declared_in=request.channel_id,
        response_url=request.response_url,
    )


def named_commander(text: str) -> tuple[str, str]:
    """`… ic @bilal …`: the person, and the text without those two words."""
    words = text.split(" ")
    for place, word in enumerate(words[:-1]):
        users, rest = speech.find_people(words[place + 1])
        if word.lower().lstrip("-") in IC_WORDS and users and not rest:
            return users[0], " ".join(words[:place] + words[place + 2 :])
    return "", text


def checked_title(title: str, severity: str, without_people: str) -> str:
    if not speech.has_words(title) or not speech.has_words(speech.title_of(without_people)):
        raise UserError(
            "What is failing? A few words are enough, for example "
            f"`/incident declare {severity.lower()} Checkout is failing`. `/incident declare` alone opens a form."
        )
    if len(title) > LONGEST_TITLE:
        short = one_line(title, 80).rstrip("…")
        raise UserError(
            f"That title has {len(title)} characters; {LONGEST_TITLE} is the most, so that it fits on a phone. "
            f"Nothing was declared yet. For example: `/incident declare {severity.lower()} {escape(short)}`, "
            "and the rest as your first message in the channel."
        )
    return title


def parse_form(request: FormSubmission, policy: Policy) -> DeclareRequest:
    """Raises `FormErrors`; the form stays open with what was typed."""
    values = request.values
    title = " ".join(values.get("title", "").split())
    if not speech.has_words(title):
        raise FormErrors({"title": "A few words about what is failing, please."})
    if len(title) > LONGEST_TITLE:
        raise FormErrors({"title": f"{len(title)} characters; {LONGEST_TITLE} is the most. The rest fits the summary."})
    return DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=title,
        severity=values.get("severity") or policy.default_severity,
        ic=values.get("ic") or request.user_id,
        summary=escape(values.get("summary", "")),
        impact=escape(values.get("impact", "")),
        service=values.get("service") or None,
        declared_in=request.about.get("declared_in", ""),
        view_id=request.view_id,
    )


def form(policy: Policy, about: Mapping[str, str]) -> Block:
    """Only title and severity are required; each severity carries its definition."""
    severities = [(one.level, f"{one.level} · {one.name}", one.definition) for one in policy.severities]
    rows: list[Block] = [
        blocks.text_input(
            "title",
            "What is failing?",
            optional=False,
            most=LONGEST_TITLE,
            placeholder="Checkout is failing",
            hint="A few words; they name the channel.",
        ),
        blocks.select(
            "severity",
            "Severity",
            severities,
            initial=policy.default_severity,
            hint="When in doubt, take the worse one. It can be lowered at any time.",
        ),
        blocks.text_input("summary", "Summary", multiline=True, placeholder="What do you see, since when?"),
        blocks.text_input("impact", "Customer impact", multiline=True, placeholder="Who notices, and how?"),
        *service_input(policy),
        blocks.person_input("ic", "Incident commander", hint="Left empty, it is you until you hand over."),
    ]
    return blocks.form(
        "Declare an incident", rows, callback_id=CALLBACK, submit="Declare", about=json.dumps(dict(about))
    )


def service_input(policy: Policy) -> list[Block]:
    """A menu of the configured services, or a line to type in when there are none."""
    if not policy.services:
        return [blocks.text_input("service", "Affected service", most=75)]
    options = [(service.name, service.name, "") for service in policy.services]
    return [blocks.select("service", "Affected service", options, optional=True)]


def answer(declared: Declared) -> Reply:
    return told(answer_text(declared))


def answer_text(declared: Declared) -> str:
    """What the declarer reads at once. The channel follows within a moment."""
    incident = declared.incident
    if declared.again:
        where = f": <#{incident.channel_id}>" if incident.channel_id else ", its channel is on its way"
        return f"{incident.ref} is declared already{where}."
    lines = [
        f"{incident.ref} {incident.severity} declared: *{escape(incident.title)}*. "
        f"Setting up `#{incident.channel_name}` – you will be in it in a moment."
    ]
    for other in declared.alike:
        where = f"<#{other.channel_id}>" if other.channel_id else "its channel is being set up"
        lines.append(
            f"Look at {other.ref} too: “{escape(other.title)}”, declared by {person(other.declared_by)}, {where}. "
            "If it is the same, go on there and close this one."
        )
    return "\n".join(lines)


SUBCOMMAND = Subcommand(
    word="declare",
    synonyms=("new", "open", "start", "create"),
    usage="declare [sev1] [title] [ic @person] [@people to invite]",
    help="Declare an incident. Without words, a form opens.",
    function=command,
)
