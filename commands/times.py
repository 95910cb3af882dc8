"""`/incident times`: the milestones of an incident, shown and put right."""

import json
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, people, spoken, times
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.services import Services
from workflows.words import day_and_time, duration, plain, quoted

CALLBACK: Final = "times"
UNKNOWN: Final = frozenset({"unknown", "none", "clear", "-", "?"})
SPOKEN: Final[Mapping[str, str]] = {
    **{word: word for word in times.MILESTONES},
    "begin": "began",
    "begun": "began",
    "start": "began",
    "started": "began",
    "impact": "began",
    "noticed": "detected",
    "ack": "acknowledged",
    "acked": "acknowledged",
    "fixed": "resolved",
}
FORMAT: Final = "%Y-%m-%d %H:%M"


async def command(request: SlashRequest, services: Services) -> Reply:
    """`times` shows them, `times began 13:40` puts one right; several may stand in one line."""
    incident, request = await incident_meant(request, services)
    if not request.text.strip():
        return on_view(incident)
    zone = await people.zone(services, request.user_id)
    wanted = parse(request.text, services.clock.now(), zone)
    changed = await times.correct(services, incident.key, wanted, press=request.press, by=request.user_id)
    return told(f"Put right.\n{table(changed)}")


def parse(text: str, now: datetime, zone: tzinfo) -> dict[str, datetime | None]:
    """`began 13:40 detected yesterday 23:10`. Raises `UserError` with what would work."""
    found: dict[str, datetime | None] = {}
    rest = " ".join(text.split())
    while rest:
        word, _, rest = rest.partition(" ")
        milestone = SPOKEN.get(word.lower().strip(",:=;"))
        if milestone is None and word.lower() in ("and", "at", "impact"):
            continue
        if milestone is None:
            raise UserError(f"{quoted(plain(word))} is no milestone. {usage(zone)}")
        if rest.lower().startswith("began"):  # `impact began 13:40`
            _, _, rest = rest.partition(" ")
        first = rest.partition(" ")[0].lower().strip(",;")
        if first in UNKNOWN:
            found[milestone], rest = None, rest.partition(" ")[2].strip()
            continue
        try:
            moment = spoken.find_moment(rest, now, zone)
        except spoken.Impossible as impossible:
            said = quoted(plain(str(impossible)))
            raise UserError(f"{said} is not a time that has passed. {usage(zone)}") from impossible
        if moment.at is None:
            raise UserError(f"There is no time behind {quoted(plain(word))}. {usage(zone)}")
        found[milestone], rest = moment.at, moment.rest
    return found


def usage(zone: tzinfo) -> str:
    words = ", ".join(word for word in times.MILESTONES if word not in times.FIXED)
    return (
        f"There are {words}, each with a time in {zone}: `/incident times began 13:40`, "
        "`/incident times detected yesterday 22:10`. Nothing was changed."
    )


def on_view(incident: Incident) -> Reply:
    text = f"*Times of {incident.ref}*\n{table(incident)}"
    button = blocks.button("Put right", "times_open", str(incident.id))
    return told(text, blocks.section(text), blocks.actions([button], block_id="times"))


def table(incident: Incident) -> str:
    """A line for each milestone, with how long after the beginning it came."""
    known = times.milestones(incident)
    start = incident.began_at or incident.declared_at
    return "\n".join(line(times.MILESTONES[word][1], at, start) for word, at in known.items())


def line(name: str, at: datetime | None, start: datetime) -> str:
    if at is None:
        return f"• {name}: _not known_" if name in ("Impact began", "Detected") else f"• {name}: –"
    since = f" · after {duration(at - start)}" if at > start else ""
    return f"• {name}: {day_and_time(at)}{since}"


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Put right*: all of them in one form."""
    incident = await by_id(press.value, services)
    return shown(form(incident, await people.zone(services, press.user_id)))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. What cannot be stays open with what was typed."""
    incident = await by_id(request.about["incident"], services)
    zone, now = ZoneInfo(request.about["zone"]), services.clock.now()
    before = typed_times(incident, zone)
    typed = {word: value.strip() for word, value in request.values.items() if value.strip() != before.get(word, "")}
    wanted = {word: moment_in(word, text, now, zone) for word, text in typed.items()}
    if not wanted:
        return NOTHING
    try:
        await times.correct(services, incident.key, wanted, press=request.press, by=request.user_id)
    except times.WrongTime as refusal:
        raise FormErrors({refusal.word: plain(str(refusal))}) from refusal
    return NOTHING


def moment_in(word: str, text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """A field as a time; empty takes it back. Raises `FormErrors`."""
    if not text or text.lower() in UNKNOWN:
        return None
    try:
        moment = spoken.find_moment(text, now, zone)
    except spoken.Impossible as impossible:
        raise FormErrors({word: f"“{impossible}” is not a time that has passed. Times are in {zone}."}) from impossible
    if moment.at is None or moment.rest:
        raise FormErrors({word: f"As 2026-11-20 22:10, 13:40 or yesterday 22:10, please, in {zone}."})
    return moment.at


def typed_times(incident: Incident, zone: tzinfo) -> dict[str, str]:
    """The milestones as the form shows them: those that can be changed."""
    known = times.milestones(incident)
    may = [word for word in known if word not in times.FIXED]
    may = [word for word in may if incident.status in times.REACHED_BY.get(word, (incident.status,))]
    return {word: at.astimezone(zone).strftime(FORMAT) if (at := known[word]) is not None else "" for word in may}


def form(incident: Incident, zone: ZoneInfo) -> Block:
    rows: list[Block] = [
        blocks.text_input(word, times.MILESTONES[word][1], initial=text, placeholder="2026-11-20 22:10, or 13:40")
        for word, text in typed_times(incident, zone).items()
    ]
    rows.append(blocks.context(f"In your own time, {zone.key}. Declared {day_and_time(incident.declared_at)}."))
    about = json.dumps({"incident": str(incident.id), "zone": zone.key})
    return blocks.form(f"Times of {incident.ref}", rows, callback_id=CALLBACK, submit="Put right", about=about)


SUBCOMMAND = Subcommand(
    word="times",
    synonyms=("milestones", "timestamps"),
    usage="times [began 13:40] [detected …]",
    help="When it began, was detected, taken up and ended: look, and put right.",
    function=command,
)
