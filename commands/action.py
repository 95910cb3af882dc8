"""`/incident action`: what somebody will do until when, noted, listed, handed over and done in one line."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from commands import speech
from commands.request import NOTHING, ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import by_id, incident_meant, number_behind
from storage import actions as stored
from storage.models import Action, Incident
from workflows import actions, blocks, people, spoken
from workflows.action_lines import described, done_button, noun
from workflows.actions import Wanted
from workflows.blocks import Block
from workflows.errors import UserError
from workflows.services import Services

# What people type for what `workflows.actions.VERBS` does.
MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "done": "done",
        "undone": "undone",
        "reopen": "undone",
        "drop": "drop",
        "delete": "drop",
        "withdraw": "drop",
        "after": "after",
        "later": "after",
        "afterwards": "after",
        "now": "now",
    }
)
SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "done": "done",
        "undone": "open again",
        "drop": "withdrawn",
        "after": "for after the incident, as a follow-up",
        "now": "needed now",
    }
)
WORD: Final = rf"(?P<verb>{'|'.join(MEANT)})"
NUMBERS: Final = r"(?P<numbers>#?\d+(?:(?:\s*[,&+]\s*(?:and\s+)?|\s+and\s+|\s+)#?\d+)*)"
FIRST_VERB: Final = re.compile(rf"(?i)^{WORD}\s+{NUMBERS}\s*$")
LAST_VERB: Final = re.compile(rf"(?i)^{NUMBERS}\s+(?:for\s+)?{WORD}\s*$")
NUMBERED: Final = re.compile(r"^#?(?P<number>\d+)\b\s*(?P<rest>.*)$", re.DOTALL)
UNCLEAR: Final = re.compile(rf"(?i)^{WORD}[\s,.#&+]*$")
WHEN: Final = re.compile(r"(?i)^(?:(?P<later>follow-?up|later)|(?P<now>now))\s*:?\s+(?=\S)")
EXAMPLE: Final = "`/incident action @chen restart the workers by 15:30`"
LISTED: Final = 40  # Slack shows 50 blocks in a message


async def command(request: SlashRequest, services: Services) -> Reply:
    """`action` alone lists; with numbers it changes those; everything else is a new one."""
    incident, request = await incident_meant(request, services)
    text = " ".join(request.text.split())
    if not text or text.lower() in ("list", "ls", "all"):
        return await listed(incident, services)
    verb = FIRST_VERB.match(text) or LAST_VERB.match(text)
    if verb is not None:
        numbers = [speech.number_in(number) for number in re.findall(r"\d+", verb["numbers"])]
        return await applied(incident, MEANT[verb["verb"].lower()], numbers, request, services)
    zone = await people.zone(services, request.user_id)
    numbered = NUMBERED.match(text)
    if numbered is not None:
        wanted = parse(numbered["rest"], services, zone)
        if not speech.has_words(wanted.text):
            return await amended(incident, speech.number_in(numbered["number"]), wanted, request, services)
    return await created(incident, text, zone, request, services)


async def listed(incident: Incident, services: Services) -> Reply:
    """What is to be done now, then what can wait, then what is done."""
    async with services.database.read() as session:
        found = await stored.of_incident(session, incident.key)
    if not found:
        text = f"{incident.ref} has no actions yet. For example {EXAMPLE}, or 🔧 on a message."
        return told(text, blocks.section(text), new_button(incident))
    groups = {
        "Now": [one for one in found if one.during and one.done_at is None],
        "After the incident": [one for one in found if not one.during and one.done_at is None],
        "Done": [one for one in found if one.done_at is not None],
    }
    tail = f"`/incident action done {found[0].number}` ends one."
    head = f"*Actions of {incident.ref}*"
    lines = [
        head,
        *(part for name, group in groups.items() if group for part in [f"*{name}*", *map(line, group)]),
        tail,
    ]
    rows: list[Block] = [blocks.section(head)]
    for name, group in groups.items():
        rows += [blocks.context(f"*{name}*")] if group else []
        rows += [row(one) for one in group]
    return told("\n".join(lines), *rows[:LISTED], blocks.context(tail), new_button(incident))


def new_button(incident: Incident) -> Block:
    return blocks.actions([blocks.button("New action", "action_new", str(incident.id))])


def row(action: Action) -> Block:
    return blocks.section(line(action), accessory=None if action.done_at else done_button(action))


def line(action: Action) -> str:
    return f"✅ {described(action)}" if action.done_at else f"⬜ {described(action)}"


async def applied(
    incident: Incident, verb: str, numbers: Sequence[int], request: SlashRequest, services: Services
) -> Reply:
    done = await actions.apply(services, incident.key, verb, numbers, press=request.press, by=request.user_id)
    return told("\n".join(f"Action {one.number} of {incident.ref} is {SAID[verb]}: {one.text}" for one in done))


async def amended(incident: Incident, number: int, wanted: Wanted, request: SlashRequest, services: Services) -> Reply:
    if wanted.owner is None and wanted.due is None and wanted.due_at is None:
        return await shown_one(incident, number, services)
    action = await actions.amend(services, incident.key, number, wanted, press=request.press, by=request.user_id)
    return told(f"{noun(action)} {described(action)}")


async def shown_one(incident: Incident, number: int, services: Services) -> Reply:
    async with services.database.read() as session:
        found = [one for one in await stored.of_incident(session, incident.key) if one.number == number]
    if not found:
        raise UserError(f"{incident.ref} has no action {number}. `/incident action` lists those there are.")
    other = "after" if found[0].during else "now"
    return told(
        f"{line(found[0])}\n`/incident action {number} @someone` hands it over, `/incident action {number} by 15:30` "
        f"or `by friday` says until when, `/incident action {number} {other}` moves it, "
        f"`/incident action done {number}` ends it, `/incident action drop {number}` withdraws it."
    )


async def created(incident: Incident, text: str, zone: ZoneInfo, request: SlashRequest, services: Services) -> Reply:
    unclear = UNCLEAR.match(text)
    if unclear is not None:
        raise UserError(
            f"Which one is meant? For example `/incident action {unclear['verb'].lower()} 2`, or `done 1, 2`. "
            "`/incident action` lists them. Nothing was changed."
        )
    speech.refuse_stranger(text)
    wanted = now_or_later(parse(text, services, zone), incident)
    if not speech.has_words(wanted.text):
        raise UserError(f"What shall be done? For example {EXAMPLE}. Nothing was noted.")
    action = await actions.create(services, incident.key, wanted, press=request.press, by=request.user_id)
    later = " `action {0} after` makes it a follow-up." if action.during else ""
    return told(
        f"Noted as {noun(action).lower()} {described(action)}. `/incident action done {action.number}` ends it."
        + later.format(action.number)
    )


def now_or_later(wanted: Wanted, incident: Incident) -> Wanted:
    """While the incident is open, what names no later day is to be done now; `follow-up: …` and `now: …` say which."""
    said = WHEN.match(wanted.text)
    text = wanted.text[said.end() :] if said is not None else wanted.text
    by_time = wanted.due_at is not None or wanted.due is None
    during = (bool(said["now"]) if said is not None else by_time) and incident.is_open
    due_at = wanted.due_at if during else None
    due = wanted.due_at.date() if wanted.due_at is not None and not during else wanted.due
    return Wanted(text=text, owner=wanted.owner, due=due, due_at=due_at, during=during)


def parse(text: str, services: Services, zone: ZoneInfo | None = None) -> Wanted:
    """Times are in `zone`, the team's if none is given. Raises `UserError` for one that is not, or has passed."""
    now = services.clock.now()
    today = now.astimezone(services.policy.time_zone).date()
    zone = zone or services.policy.time_zone
    try:
        wanted = actions.read(text, today, now=now, zone=zone)
    except spoken.Impossible as impossible:
        raise UserError(
            f"There is no such day or time, or it has just passed: “{impossible}” in {zone}. Nothing was changed. "
            f"For example {EXAMPLE}, or `by friday`."
        ) from impossible
    if wanted.due is not None and wanted.due < today:
        raise UserError(f"{wanted.due} has passed. Nothing was changed. For example {EXAMPLE}, or `by friday`.")
    return wanted


# Buttons: on the line about an action, in a list, and where somebody is reminded of one.


async def done(press: ButtonPress, services: Services) -> Reply:
    return await pressed(press, "done", services)


async def after(press: ButtonPress, services: Services) -> Reply:
    return await pressed(press, "after", services)


async def now(press: ButtonPress, services: Services) -> Reply:
    return await pressed(press, "now", services)


async def more(press: ButtonPress, services: Services) -> Reply:
    """*30 min more*."""
    return await pressed(press, "more", services)


async def pressed(press: ButtonPress, verb: str, services: Services) -> Reply:
    """The value is `incident.number`."""
    incident_id, _, number = press.value.partition(".")
    incident = await by_id(incident_id, services)
    await actions.apply(services, incident.key, verb, [number_behind(number)], press=press.press, by=press.user_id)
    return NOTHING


SUBCOMMAND = Subcommand(
    word="action",
    synonyms=("actions", "todo", "task", "follow-up", "followup"),
    usage="action [@who what by 15:30 | done 1, 2 | undone 2 | drop 2 | 2 @who | 2 after | 2 now]",
    help="Note what somebody will do until when, list it, or say that it is done.",
    function=command,
)
