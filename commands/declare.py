"""`/incident declare`: one line, a form, or the shortcut of the same name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from commands import options, speech
from commands.about_service import find_service, known, without_hyphens
from commands.request import ButtonPress, FormSubmission, Reply, Shortcut, SlashRequest, Subcommand, shown, told
from commands.severity import choice, chosen_level, help_offered
from storage.models import Status
from workflows import blocks, declare, origins, people, retyped, spoken
from workflows.blocks import Block
from workflows.declare import Declared, DeclareRequest
from workflows.drills import label
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import escape, one_line, person, plain

LONGEST_TITLE: Final = 150
CALLBACK: Final = "declare"
IC_WORDS: Final = ("ic", "ic:", "commander", "lead")
TRIAGE: Final = ("triage", "maybe")
BEGAN: Final = ("began", "since", "started")
ENDED: Final = ("ended", "until")
# The boxes of the form: value, text, description.
PRIVATE: Final = ("private", "confidential", "secret")
SECURITY: Final = ("security", "breach", "data-breach")
DRILL: Final = ("drill", "gameday", "game-day", "exercise", "practice")
PAGE: Final = ("page",)
FLAGS: Final = (
    ("triage", "Maybe an incident (triage)", "A channel and a record, announced quietly until accepted"),
    ("private", "Private", "A private channel, not announced, and nobody else learns of it"),
    ("security", "Security incident or data breach", "Private too; you are asked once whether it has to be reported"),
    ("drill", "Drill", "Practice: says so everywhere, reaches nobody outside, is in no figures"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options behind two hyphens say, and the line without them."""

    triage: bool
    private: bool
    security: bool
    drill: bool
    page: bool
    began_at: datetime | None
    ended_at: datetime | None
    rest: str


async def command(request: SlashRequest, services: Services) -> Reply:
    """`declare sev1 Checkout is failing`; without any words, the form."""
    asked = await read_options(request, services)
    if not asked.rest:
        given = {"flags": ",".join(flag for flag, _, _ in FLAGS if getattr(asked, flag))}
        return shown(form(services.policy, {"declared_in": request.channel_id}, given))
    wanted = parse(replace(request, text=asked.rest), services.policy)
    wanted = replace(wanted, triage=asked.triage, private=asked.private, security=asked.security)
    wanted = replace(wanted, drill=asked.drill, reaches_out=asked.page)
    wanted = replace(wanted, began_at=asked.began_at, ended_at=asked.ended_at)
    return answer(await declare.accept(wanted, services))


async def read_options(request: SlashRequest, services: Services) -> Asked:
    """`--triage`, `--private`, `--drill`, `--began 13:40`, `--ended 14:20` …; times are in the zone of who types.

    Raises `UserError` for a time that cannot be, and for an option that nobody knows.
    """
    triage, text = options.find_flag(without_hyphens(request.text), *TRIAGE)
    private, text = options.find_flag(text, *PRIVATE)
    security, text = options.find_flag(text, *SECURITY)
    page, text = options.find_flag(text, *PAGE)
    drill, text = options.find_flag(text, *DRILL)
    refuse_page(page=page, drill=drill)
    asked = Asked(
        triage=triage,
        private=private,
        security=security,
        drill=drill,
        page=page,
        began_at=None,
        ended_at=None,
        rest=text,
    )
    if options.OPTION.search(text) is None:
        return asked
    zone, now = await people.zone(services, request.user_id), services.clock.now()
    began_at, text = options.find_moment(text, now, zone, *BEGAN)
    ended_at, text = options.find_moment(text, now, zone, *ENDED)
    options.refuse_others(text, [names[0] for names in (TRIAGE, PRIVATE, SECURITY, DRILL, PAGE, BEGAN, ENDED)])
    return replace(asked, began_at=began_at, ended_at=ended_at, rest=text)


def refuse_page(*, page: bool, drill: bool) -> None:
    """Paging is asked for in a drill alone: in an incident it goes without saying."""
    if page and not drill:
        raise UserError(
            "`--page` is for drills, in which nobody is called otherwise: `/incident declare --drill --page …`. To "
            "call people to an incident: `/incident escalate @who`. Nothing was done."
        )


async def from_shortcut(request: Shortcut, services: Services) -> Reply:
    """The global shortcut *Declare an incident*."""
    return shown(form(services.policy, {}))


async def from_home(press: ButtonPress, services: Services) -> Reply:
    """*Declare an incident* on the home tab."""
    return shown(form(services.policy, {}))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. It turns into a line about progress, and into a link when the channel is ready."""
    wanted = parse_form(request, services.policy)
    began_at, ended_at = await form_times(request, services)
    declared = await declare.accept(replace(wanted, began_at=began_at, ended_at=ended_at), services)
    if declared.retyped is not None:
        return shown(blocks.notice("Declared already", [blocks.section(answer_text(declared))]))
    await origins.link(services, declared.incident, request.about, press=request.press, by=request.user_id)
    text = answer_text(declared)
    return shown(blocks.notice("Incident declared", [blocks.section(text)]))


def parse(request: SlashRequest, policy: Policy) -> DeclareRequest:
    """One line as a request. Raises `UserError` when there is no title, or a severity that does not exist."""
    found = speech.find_severity(request.text, policy)
    if found.word and found.severity is None:
        raise UserError(speech.unknown_severity(found.word, policy))
    severity = found.severity.level if found.severity else policy.default_severity
    ic, text = named_commander(found.rest)
    service, text = find_service(text, policy)
    users, alone = speech.find_people(text)
    groups, alone = speech.find_groups(alone)
    return DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=checked_title(speech.title_of(speech.without_companions(text)), severity, alone),
        severity=severity,
        ic=ic or request.user_id,
        invited=users,
        groups=groups,
        service=service,
        declared_in=request.channel_id,
        response_url=request.response_url,
    )


def named_commander(text: str) -> tuple[str, str]:
    """`… ic @bilal …`: the person, and the text without those two words."""
    words = text.split(" ")
    for place, word in enumerate(words[:-1]):
        if word.lower().lstrip("-") not in IC_WORDS:
            continue
        speech.refuse_stranger(words[place + 1])
        users, rest = speech.find_people(words[place + 1])
        if users and not rest:
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
        severity=chosen_level(values) or policy.default_severity,
        triage="triage" in values.get("flags", "").split(","),
        private="private" in values.get("flags", "").split(","),
        security="security" in values.get("flags", "").split(","),
        drill="drill" in values.get("flags", "").split(","),
        answers=request.about.get("answers", ""),
        ic=values.get("ic") or request.user_id,
        summary=escape(values.get("summary", "")),
        impact=escape(values.get("impact", "")),
        service=service_in_form(values.get("service", ""), policy),
        declared_in=request.about.get("declared_in", ""),
        view_id=request.view_id,
    )


async def form_times(request: FormSubmission, services: Services) -> tuple[datetime | None, datetime | None]:
    """When it began and ended, where that was said. Raises `FormErrors`."""
    typed = {name: request.values.get(name, "").strip() for name in ("began", "ended")}
    if not any(typed.values()):
        return None, None
    zone, now = await people.zone(services, request.user_id), services.clock.now()
    found: dict[str, datetime | None] = {}
    for name, text in typed.items():
        try:
            moment = spoken.find_moment(text, now, zone)
        except spoken.Impossible as impossible:
            raise FormErrors({name: f"“{impossible}” is not a time that has passed. Times are in {zone}."}) from None
        if text and (moment.at is None or moment.rest):
            raise FormErrors({name: f"As 13:40, yesterday 22:10, 2026-11-20 22:10 or 20 min ago, please, in {zone}."})
        found[name] = moment.at
    if found["ended"] and (found["began"] is None or found["began"] >= found["ended"]):
        raise FormErrors({"ended": "It ends after it began: say both times, the earlier one first."})
    return found["began"], found["ended"]


def form(policy: Policy, about: Mapping[str, str], typed: Mapping[str, str] = MappingProxyType({})) -> Block:
    """Only title and severity are required; each severity carries its definition. `typed` is filled in already.

    `about` may hold the classifier's `answers`: then `typed["severity"]` is what they led to.
    """
    rows: list[Block] = [
        blocks.text_input(
            "title",
            "What is failing?",
            optional=False,
            most=LONGEST_TITLE,
            initial=typed.get("title", ""),
            placeholder="Checkout is failing",
            hint="A few words; they name the channel.",
        ),
        choice(
            policy,
            typed.get("severity") or policy.default_severity,
            proposed=bool(about.get("answers")),
            hint="When in doubt, take the worse one. It can be lowered at any time.",
        ),
        help_offered("declare"),
        *more_inputs(policy, typed),
    ]
    return blocks.form(
        "Declare an incident", rows, callback_id=CALLBACK, submit="Declare", about=json.dumps(dict(about))
    )


def service_in_form(typed: str, policy: Policy) -> str | None:
    """As chosen, or as typed where there is no menu. Raises `FormErrors` for a service that there is not."""
    try:
        return known(typed, policy) if typed.strip() else None
    except UserError as error:
        raise FormErrors({"service": plain(str(error))}) from error


def more_inputs(policy: Policy, typed: Mapping[str, str]) -> list[Block]:
    """What may be left empty."""
    return [
        blocks.text_input(
            "summary",
            "Summary",
            initial=typed.get("summary", ""),
            multiline=True,
            placeholder="What do you see, since when?",
        ),
        blocks.text_input(
            "impact",
            "Customer impact",
            initial=typed.get("impact", ""),
            multiline=True,
            placeholder="Who notices, and how?",
        ),
        *service_input(policy, typed.get("service", "")),
        blocks.person_input(
            "ic",
            "Incident commander",
            initial=typed.get("ic", ""),
            hint="Left empty, it is you until you hand over.",
        ),
        blocks.checkboxes("flags", "What kind?", FLAGS, initial=typed.get("flags", "").split(",")),
        blocks.text_input(
            "began",
            "When did it begin?",
            initial=typed.get("began", ""),
            placeholder="13:40, yesterday 22:10, 20 min ago",
        ),
        blocks.text_input(
            "ended", "When did it end?", initial=typed.get("ended", ""), hint="Only if it is over already."
        ),
    ]


def service_input(policy: Policy, initial: str = "") -> list[Block]:
    """A menu of the configured services, or a line to type in when there are none, or more than a menu holds."""
    if not 0 < len(policy.services) <= blocks.MOST_OPTIONS:
        return [blocks.text_input("service", "Affected service", initial=initial, most=75)]
    menu = [(service.name, service.name, "") for service in policy.services]
    return [blocks.select("service", "Affected service", menu, initial=initial, optional=True)]


def answer(declared: Declared) -> Reply:
    return told(answer_text(declared))


def answer_text(declared: Declared) -> str:
    """What the declarer reads at once. The channel follows within a moment."""
    incident = declared.incident
    if declared.again:
        where = f": <#{incident.channel_id}>" if incident.channel_id else ", its channel is on its way"
        return f"{incident.ref} is declared already{where}."
    if declared.retyped is not None:
        where = f"<#{incident.channel_id}>" if incident.channel_id else f"`#{incident.channel_name}`"
        when = retyped.moment(declared.retyped)
        return f"You declared this {when}: {incident.ref} in {where}. If it is another one, give it another title."
    what = {Status.TRIAGE: "is being looked at (triage)", Status.RESOLVED: "is on record as over"}
    lines = [
        f"{label(incident)}{incident.ref} {incident.severity} {what.get(Status(incident.status), 'declared')}: "
        f"*{escape(incident.title)}*. Setting up `#{incident.channel_name}` – you will be in it in a moment."
    ]
    for other in declared.alike:
        where = f"<#{other.channel_id}>" if other.channel_id else "its channel is being set up"
        lines.append(
            f"Look at {other.ref} too: “{escape(other.title)}”, declared by {person(other.declared_by)}, {where}. "
            f"If it is the same: `/incident merge {incident.ref} into {other.ref}`."
        )
    return "\n".join(lines)


SUBCOMMAND = Subcommand(
    word="declare",
    synonyms=("new", "open", "start", "create"),
    usage="declare [sev1] [title] [service:name] [ic @person] [@people] [--triage, --private, --drill] [--began …]",
    help="Declare an incident. Without words, a form opens.",
    function=command,
)
