"""`/incident drill`: practice. Lists scenarios, begins one or a past incident anew, pauses, hurries, aborts, scores."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz, process

from commands import options, speech
from commands.declare import PAGE, PRIVATE, answer, answer_text, named_commander
from commands.request import (
    NOTHING,
    ButtonPress,
    FormSubmission,
    Reply,
    SlashFunction,
    SlashRequest,
    Subcommand,
    shown,
    told,
)
from commands.which import by_id, incident_meant
from storage import drills, incidents
from storage.models import Incident
from workflows import blocks, declare, drill_score, drilling, permissions, replays, scenarios
from workflows.blocks import Block
from workflows.declare import DeclareRequest
from workflows.drill_words import leading, scored
from workflows.errors import FormErrors, UserError
from workflows.policy import Policy
from workflows.record import read_with_names
from workflows.scenarios import Scenario
from workflows.services import Services
from workflows.words import duration, escape, one_line, plain, quoted, safe

CALLBACK: Final = "drill"
ABORT: Final = "drill_abort"
LIST: Final = ("list", "scenarios", "ls")
SPEED: Final = re.compile(r"(\d{1,3}(?:\.\d)?)\s*[x×]?(?=\s|$)")
FLAGS: Final = (
    ("page", "Page and call people", "As in an incident. If not, nobody outside the channel hears of it"),
    ("private", "Private", "A private channel, not announced"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of a drill, and the words without them. `faster` is 1 where nobody said so."""

    page: bool
    private: bool
    faster: float
    rest: str


async def command(request: SlashRequest, services: Services) -> Reply:
    """`drill`, `drill bad-deploy --page`, `drill replay INC-7 --faster 4x`, `drill abort why` and its like."""
    word, _, rest = request.text.strip().partition(" ")
    if not word:
        return await desk(request, services)
    if word.lower() in LIST:
        return on_offer(services.policy)
    does = next((function for words, function in DOES if word.lower() in words), None)
    if does is not None:
        return await does(replace(request, text=rest), services)
    return await begin(request, services)


async def desk(request: SlashRequest, services: Services) -> Reply:
    """In the channel of a drill that runs, what its leader needs; anywhere else the form that begins one."""
    async with services.database.read() as session:
        here = await incidents.by_channel(session, request.channel_id)
        if here is not None and here.drill and here.is_open:
            drill = await drills.of_incident(session, here.key)
            waiting = await drills.waiting(session, here.key)
            if drill is not None:
                return Reply(post=leading(here, drill, waiting))
    return on_offer(services.policy) if not request.response_url else shown(form(services.policy))


def read_options(text: str) -> Asked:
    """`--page`, `--private`, `--faster 4x`. Raises `UserError` for others, and for a speed that is none."""
    page, text = options.find_flag(text, *PAGE)
    private, text = options.find_flag(text, *PRIVATE)
    faster, text = find_speed(text)
    options.refuse_others(text, [PAGE[0], PRIVATE[0], "faster"])
    return Asked(page=page, private=private, faster=faster, rest=text)


def find_speed(text: str) -> tuple[float, str]:
    found = options.pattern("faster").search(text)
    if found is None:
        return 1, text
    speed = SPEED.match(text, found.end())
    if speed is None or not 1 <= float(speed[1]) <= 100:
        raise UserError("How much faster? From 1x to 100x, for example `--faster 4x`. Nothing was begun.")
    return float(speed[1]), options.joined(text[: found.start()], text[speed.end() :])


async def begin(request: SlashRequest, services: Services) -> Reply:
    """`drill bad-deploy sev1 ic @bilal @chen`: the scenario first, then who and how."""
    permissions.require_general(services.asker, services.policy, "drill")
    asked = read_options(request.text)
    ic, text = named_commander(asked.rest)
    users, text = speech.find_people(text)
    scenario = scenarios.called(services.policy.scenarios, text)
    level = ""
    if scenario is None:
        found = speech.find_severity(text, services.policy)
        if found.word and found.severity is None:
            raise UserError(speech.unknown_severity(found.word, services.policy))
        level = found.severity.level if found.severity else ""
        scenario = scenarios.called(services.policy.scenarios, found.rest)
    if scenario is None:
        raise UserError(unknown(text, services.policy))
    wanted = DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=scenario.title,
        severity=level or level_of(scenario, services.policy),
        ic=ic,
        invited=users,
        private=asked.private,
        reaches_out=asked.page,
        declared_in=request.channel_id,
        response_url=request.response_url,
    )
    return answer(await declare.accept(as_drill(wanted, scenarios.faster(scenario, asked.faster)), services))


def as_drill(wanted: DeclareRequest, scenario: Scenario) -> DeclareRequest:
    return replace(
        wanted,
        drill=True,
        scenario=scenario,
        summary=escape(scenario.summary),
        service=scenario.service or None,
    )


def level_of(scenario: Scenario, policy: Policy) -> str:
    """The scenario's severity as this team calls it, or the usual one."""
    found = policy.severity(scenario.severity) if scenario.severity else None
    return found.level if found is not None else policy.default_severity


def unknown(typed: str, policy: Policy) -> str:
    keys = [one.key for one in policy.scenarios]
    near = process.extractOne(typed, keys, scorer=fuzz.ratio, score_cutoff=55)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    known = speech.listed([f"`{key}`" for key in keys], last="and") if keys else "none"
    return (
        f"There is no scenario {quoted(plain(typed))}.{guess} There are {known}. For something of your own: "
        "`/incident declare --drill …`. Nothing was begun."
    )


def on_offer(policy: Policy) -> Reply:
    """Every scenario with what it is about."""
    lines = [offer(one) for one in policy.scenarios]
    how = (
        "`/incident drill <name> [@people] [ic @who] [--page] [--faster 4x]` begins one, "
        "`/incident drill replay INC-7` lives through a past incident again, "
        "`/incident declare --drill …` is for something of your own."
    )
    return told("\n".join(["*Scenarios for a drill*", *lines, how]))


def offer(scenario: Scenario) -> str:
    count = f"{len(scenario.beats)} injects, {duration(scenario.length)}"
    return f"• `{scenario.key}` · *{escape(scenario.title)}* ({count})\n   {escape(scenario.summary)}"


async def replay(request: SlashRequest, services: Services) -> Reply:
    """`drill replay INC-7 --faster 4x`. Of a private incident only for who may see it, and privately again."""
    permissions.require_general(services.asker, services.policy, "drill")
    asked = read_options(request.text)
    number, channel_id, _ = speech.find_reference(asked.rest)
    if number is None and channel_id is None:
        raise UserError("Which incident is to be lived through again? For example `/incident drill replay INC-7`.")
    again, inside = await incident_meant(replace(request, text=asked.rest), services)
    ic, text = named_commander(inside.text)
    users, _ = speech.find_people(text)
    scenario = replays.replayed(await read_with_names(services, again.key))
    wanted = DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=one_line(scenario.title, 150),
        severity=level_of(scenario, services.policy),
        ic=ic,
        invited=users,
        private=asked.private or again.private,
        reaches_out=asked.page,
        declared_in=request.channel_id,
        response_url=request.response_url,
    )
    return answer(await declare.accept(as_drill(wanted, scenarios.faster(scenario, asked.faster)), services))


async def abort(request: SlashRequest, services: Services) -> Reply:
    """`drill abort a real alert fired`; without a reason, the form asks for one."""
    incident, request = await incident_meant(request, services)
    reason = speech.reason_in(request.text)
    if not speech.has_words(reason):
        if not request.response_url:
            raise UserError(f"Why? For example `/incident drill abort {incident.ref} a real alert fired`.")
        return shown(abort_form(incident))
    ended = await drilling.abort(services, incident.key, safe(reason), press=request.press, by=request.user_id)
    return told(f"The drill {ended.ref} is aborted, and everybody in its channel knows. Nothing more happens in it.")


async def pause(request: SlashRequest, services: Services) -> Reply:
    incident, request = await incident_meant(request, services)
    reason = safe(speech.reason_in(request.text))
    await drilling.pause(services, incident.key, reason, press=request.press, by=request.user_id)
    return told(f"The drill {incident.ref} is paused. `/incident drill resume` goes on.")


async def resume(request: SlashRequest, services: Services) -> Reply:
    incident, request = await incident_meant(request, services)
    await drilling.resume(services, incident.key, press=request.press, by=request.user_id)
    return told(f"The drill {incident.ref} goes on.")


async def hurry(request: SlashRequest, services: Services) -> Reply:
    incident, request = await incident_meant(request, services)
    await drilling.hurry(services, incident.key, press=request.press, by=request.user_id)
    return told("The next inject comes now, and those after it sooner by as much.")


async def so_far(request: SlashRequest, services: Services) -> Reply:
    """How it went, or how it goes so far, for the one who asks."""
    incident, _ = await incident_meant(request, services)
    if not incident.drill:
        raise UserError(f"{incident.ref} is no drill, so nothing is scored.")
    record = await read_with_names(services, incident.key)
    return Reply(post=scored(incident, drill_score.score(record, services.policy)))


# What the first word asks for; any other is a scenario.
DOES: Final[Sequence[tuple[tuple[str, ...], SlashFunction]]] = (
    (("replay", "again"), replay),
    (("abort", "stop", "cancel", "end"), abort),
    (("pause", "wait"), pause),
    (("resume", "continue", "go"), resume),
    (("next", "hurry"), hurry),
    (("score", "result", "results"), so_far),
)

# Buttons and forms.


async def pressed(press: ButtonPress, services: Services) -> Reply:
    """*Abort drill*, *Pause*, *Go on*, *Next inject*: what it changed is on view."""
    incident = await by_id(press.value, services)
    about = {"press": press.press, "by": press.user_id}
    if press.action_id == "drill_abort":
        return shown(abort_form(incident))
    if press.action_id == "drill_resume":
        await drilling.resume(services, incident.key, **about)
    elif press.action_id == "drill_next":
        await drilling.hurry(services, incident.key, **about)
    else:
        await drilling.pause(services, incident.key, "", **about)
    return NOTHING


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form that begins one. It turns into a line about progress, as declaring does."""
    permissions.require_general(services.asker, services.policy, "drill")
    values = request.values
    scenario = next((one for one in services.policy.scenarios if one.key == values.get("scenario")), None)
    if scenario is None:
        raise FormErrors({"scenario": "This scenario is not there any more. Choose another one, please."})
    flags = values.get("flags", "").split(",")
    wanted = DeclareRequest(
        press=request.press,
        user_id=request.user_id,
        title=scenario.title,
        severity=level_of(scenario, services.policy),
        ic=values.get("ic", ""),
        private="private" in flags,
        reaches_out="page" in flags,
        view_id=request.view_id,
    )
    declared = await declare.accept(as_drill(wanted, scenario), services)
    return shown(blocks.notice("Drill begun", [blocks.section(answer_text(declared))]))


async def aborted(request: FormSubmission, services: Services) -> Reply:
    """The form with the reason."""
    reason = request.values.get("reason", "").strip()
    if not speech.has_words(reason):
        raise FormErrors({"reason": "A few words about why everybody stops, please. They stay on record."})
    number = int(request.about["incident"])
    await drilling.abort(services, number, escape(reason), press=request.press, by=request.user_id)
    return NOTHING


def first_sentence(text: str) -> str:
    """The beginning of a summary, as a menu has room for."""
    return one_line(re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0], 75)


def form(policy: Policy) -> Block:
    """Choose a scenario; all the rest may be left as it is."""
    menu = [(one.key, one_line(one.title, 75), first_sentence(one.summary)) for one in policy.scenarios]
    if not menu:
        raise UserError("There are no scenarios. `/incident declare --drill …` begins a drill of your own.")
    rows: Sequence[Block] = [
        blocks.select("scenario", "What do you practise?", menu[: blocks.MOST_OPTIONS], initial=menu[0][0]),
        blocks.person_input(
            "ic", "Incident commander", hint="Left empty, somebody has to take it, which is part of it."
        ),
        blocks.checkboxes("flags", "How?", FLAGS),
    ]
    return blocks.form("Begin a drill", rows, callback_id=CALLBACK, submit="Begin")


def abort_form(incident: Incident) -> Block:
    row = blocks.text_input("reason", "Why does everybody stop?", optional=False, placeholder="A real alert fired")
    about = json.dumps({"incident": str(incident.id)})
    return blocks.form(f"Abort {incident.ref}", [row], callback_id=ABORT, submit="Abort it", about=about)


SUBCOMMAND = Subcommand(
    word="drill",
    synonyms=("drills", "gameday", "game-day", "exercise", "tabletop"),
    usage="drill [scenario] | drill replay INC-7 [--faster 4x] | drill pause | next | abort <why>",
    help="Practise: an incident that says everywhere that it is none, and is scored at the end.",
    function=command,
)
