"""`/incident promise`: what people outside were told that they would get, until when, and how it ended."""

import json
import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant, number_behind
from storage import promises as stored
from storage.models import Incident, Promise, PromiseState
from workflows import blocks, people, promise_words, promises, promises_until
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.promises_until import Promised
from workflows.services import Services
from workflows.spoken import Impossible
from workflows.words import escape, plain, quoted, safe

CALLBACK: Final = "promise"
ENDS: Final = {
    **dict.fromkeys(("kept", "keep", "done", "fulfilled"), PromiseState.KEPT),
    **dict.fromkeys(("missed", "broken", "miss", "late"), PromiseState.MISSED),
    **dict.fromkeys(("drop", "withdraw", "withdrawn", "delete", "cancel"), PromiseState.WITHDRAWN),
}
MOVES: Final = ("move", "moved", "new", "postpone", "extend")
VERB: Final = re.compile(rf"(?is)^(?P<verb>{'|'.join((*ENDS, *MOVES))})\s+#?(?P<number>\d+)\b[\s,:–-]*(?P<rest>.*)$")
TURNED: Final = re.compile(rf"(?is)^#?(?P<number>\d+)\s+(?P<verb>{'|'.join((*ENDS, *MOVES))})\b[\s,:–-]*(?P<rest>.*)$")
LIST: Final = ("", "list", "show", "all")
EXAMPLE: Final = "`/incident promise ETA for the fix by 15:30 to customers`"
TIMES: Final = "`15:30`, `in 45 min`, `tomorrow 9:00`, `friday 17:00` and `2026-11-30 12:00 UTC` work"


async def command(request: SlashRequest, services: Services) -> Reply:
    """List the promises, note one, or say how one ended."""
    incident, request = await incident_meant(request, services)
    return await answered(incident, request, services)


async def answered(incident: Incident, request: SlashRequest, services: Services) -> Reply:
    """The same for an incident that is known already."""
    text = request.text.strip()
    match = VERB.match(text) or TURNED.match(text)
    if text.lower() in LIST:
        return await listed(incident, services)
    if match is None:
        return await created(incident, text, request, services)
    number, rest = speech.number_in(match["number"]), match["rest"].strip()
    if match["verb"].lower() in MOVES:
        at = await time_meant(rest, services, request.user_id)
        moved = await promises.move(services, incident.key, number, at, press=request.press, by=request.user_id)
        return told(f"Promise {number} of {incident.ref}: {described(moved, services)}. Tell those who wait for it.")
    ended = await promises.end(
        services,
        incident.key,
        number,
        ENDS[match["verb"].lower()],
        press=request.press,
        by=request.user_id,
        reason=safe(rest),
    )
    return told(f"Noted for {incident.ref}: promise {promise_words.ended_line(ended)}.")


async def listed(incident: Incident, services: Services) -> Reply:
    async with services.database.read() as session:
        found = await stored.of_incident(session, incident.key)
    if not found:
        return told(f"Nothing has been promised outside for {incident.ref}. For example {EXAMPLE}.")
    now = services.clock.now()
    lines = "\n".join(line(promise, now) for promise in found)
    hint = "`/incident promise kept 1`, `missed 1`, `move 1 16:00` and `drop 1` end or change one."
    return told(f"*Promised outside for {incident.ref}*\n{lines}\n{hint}")


def line(promise: Promise, now: datetime) -> str:
    if promise.state == PromiseState.OPEN:
        return f"⏳ {promise.number}. {promise_words.standing(promise, now)}"
    sign = {PromiseState.KEPT: "✅", PromiseState.MISSED: "❌"}.get(PromiseState(promise.state), "➖")
    return f"{sign} {promise_words.ended_line(promise)}"


async def created(incident: Incident, text: str, request: SlashRequest, services: Services) -> Reply:
    zone = await people.zone(services, request.user_id)
    promised = understood(promises_until.in_text, safe(text), services, zone)
    if promised is None or not speech.has_words(plain(promised.text)):
        raise UserError(f"What was promised, and by when? For example {EXAMPLE}. {TIMES}. Nothing was noted.")
    promise = await promises.make(services, incident.key, promised, press=request.press, by=request.user_id)
    return told(
        f"Noted as promise {promise.number} of {incident.ref}: {described(promise, services)}. "
        f"`/incident promise kept {promise.number}` when it is."
    )


def described(promise: Promise, services: Services) -> str:
    return promise_words.described(promise, services.clock.now())


def understood(
    read: Callable[[str, datetime, tzinfo], Promised | None], text: str, services: Services, zone: tzinfo
) -> Promised | None:
    """What `read` makes of the text. Raises `UserError` for a time that cannot be, or has passed."""
    try:
        return read(text, services.clock.now(), zone)
    except Impossible as impossible:
        raise UserError(impossible_time(str(impossible), zone)) from impossible


def impossible_time(typed: str, zone: tzinfo) -> str:
    return f"{quoted(plain(typed))} is not a time to come (yours are in {zone}). {TIMES}. Nothing was changed."


async def time_meant(typed: str, services: Services, user_id: str) -> datetime:
    """`typed` is Slack-encoded. Raises `UserError` for what is no time to come."""
    zone = await people.zone(services, user_id)
    try:
        at = promises_until.until(plain(typed), services.clock.now(), zone)
    except Impossible:
        at = None
    if at is None:
        raise UserError(impossible_time(typed, zone))
    return at


# The buttons of the line that asks


async def kept(press: ButtonPress, services: Services) -> Reply:
    incident, number = await meant(press, services)
    await promises.end(services, incident.key, number, PromiseState.KEPT, press=press.press, by=press.user_id)
    return NOTHING


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*New time* and *Missed*: a form each."""
    incident, number = await meant(press, services)
    async with services.database.read() as session:
        promise = await stored.by_number(session, incident.key, number)
    if promise is None or promise.state != PromiseState.OPEN:
        raise UserError("That has been answered already. `/incident promises` shows how.")
    return shown(form(incident, promise, press.action_id.rpartition("_")[2]))


async def meant(press: ButtonPress, services: Services) -> tuple[Incident, int]:
    incident_id, _, number = press.value.partition(" ")
    return await by_id(incident_id, services), number_behind(number)


def form(incident: Incident, promise: Promise, verb: str) -> Block:
    about = json.dumps({"incident": str(incident.id), "number": str(promise.number), "verb": verb})
    rows: list[Block] = [blocks.section(f"“{promise.text}”, promised to {promise_words.to(promise)}.")]
    if verb == "move":
        hint = "In your own time zone. Tell those who wait for it, too."
        rows.append(blocks.text_input("until", "Until when now?", optional=False, placeholder="16:00", hint=hint))
        return blocks.form("New time", rows, callback_id=CALLBACK, submit="Move", about=about)
    why = blocks.text_input(
        "reason", "Why, in a few words?", hint="It goes on the timeline. About the work, not people."
    )
    return blocks.form("Promise missed", [*rows, why], callback_id=CALLBACK, submit="Missed", about=about)


async def submitted(request: FormSubmission, services: Services) -> Reply:
    incident = await by_id(request.about["incident"], services)
    number, values = int(request.about["number"]), request.values
    if request.about["verb"] == "move":
        try:
            at = await time_meant(escape(values.get("until", "")), services, request.user_id)
        except UserError as refusal:
            raise FormErrors({"until": plain(str(refusal))}) from refusal
        await promises.move(services, incident.key, number, at, press=request.press, by=request.user_id)
        return NOTHING
    reason = escape(values.get("reason", "").strip())
    await promises.end(
        services, incident.key, number, PromiseState.MISSED, press=request.press, by=request.user_id, reason=reason
    )
    return NOTHING


SUBCOMMAND = Subcommand(
    word="promise",
    synonyms=("promises", "promised", "eta", "commitment", "commitments"),
    usage="promise [what by 15:30 to whom | kept 1 | missed 1 why | move 1 16:00 | drop 1]",
    help="What people outside were promised, until when, and whether it was kept.",
    function=command,
)
