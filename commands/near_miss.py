"""`/incident near-miss`: it almost happened. Recorded and reviewed, no channel needed."""

import json
import re
from typing import Final

from commands import options, speech
from commands.about_service import find_service, known
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import number_behind
from storage.models import NearMiss
from workflows import blocks, near_misses, people
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.near_misses import NearMissReport
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clipped, escape, plain, safe

REPORT: Final = "near_miss"
REVIEW: Final = "near_miss_review"
LIST: Final = frozenset({"list", "ls", "all", "show"})
REVIEWED: Final = re.compile(r"(?i)^(?:review(?:ed)?|done)\b[:\s]*(?:nm-?)?(\d+)?[:\s,–-]*")
LISTED: Final = re.compile(r"(?i)near[-_ ]?miss(?:es)?")  # after `/incident list`
MOST_LISTED: Final = 15


async def command(request: SlashRequest, services: Services) -> Reply:
    """`near-miss disk at 99% caught by luck`, `near-miss review 3 alert added`, `near-miss list`; alone, a form."""
    text = request.text.strip()
    if text.lower() in LIST:
        return await listed(services)
    reviewed = REVIEWED.match(text)
    if reviewed is not None:
        return await reviewing(request, reviewed, services)
    if not re.search(r"\w", text):
        return shown(form(services.policy))
    zone, now = await people.zone(services, request.user_id), services.clock.now()
    happened_at, text = options.find_moment(text, now, zone, "at", "when", "began")
    service, text = find_service(text, services.policy)
    report = NearMissReport(
        press=request.press,
        user_id=request.user_id,
        text=safe(text),
        service=service,
        happened_at=happened_at,
    )
    return told(thanks(await near_misses.record(report, services)))


async def reviewing(request: SlashRequest, match: re.Match[str], services: Services) -> Reply:
    """`review NM-3 the alert is in place`; without a note, the form for it."""
    if match[1] is None:
        raise UserError("Which one? For example `/incident near-miss review NM-3 the disk alert is in place`.")
    number, note = speech.number_in(match[1]), request.text.strip()[match.end() :].strip()
    found = await near_misses.get(services, number)
    if not re.search(r"\w", note):
        return shown(review_form(found))
    await near_misses.review(services, number, safe(note), press=request.press, by=request.user_id)
    return told(f"{found.ref} is reviewed. `/incident list near-misses` shows what is left.")


def thanks(made: NearMiss) -> str:
    text = clipped(made.text, near_misses.LONGEST)
    return (
        f"{made.ref} is on record: {text}\nNobody was disturbed. `/incident near-miss review {made.ref} …` keeps "
        "what comes of looking at it; `/incident declare …` if it is an incident after all."
    )


async def listed(services: Services) -> Reply:
    """Those that wait for a review first, each with a button."""
    found = await near_misses.newest(services, MOST_LISTED)
    if not found:
        return told("No near miss is on record. `/incident near-miss …` records one: what almost happened?")
    rows = [blocks.section("*Near misses*"), *(row(one) for one in found)]
    return told("\n".join(near_misses.line(one) for one in found), *rows)


def row(one: NearMiss) -> Block:
    label = "Review" if one.reviewed_at is None else "Change the note"
    button = blocks.button(label, "near_miss_review", str(one.id))
    return blocks.section(near_misses.line(one), accessory=button)


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Review* in the list."""
    return shown(review_form(await near_misses.get(services, number_behind(press.value))))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """A report by form."""
    values = request.values
    if not re.search(r"\w", values.get("text", "")):
        raise FormErrors({"text": "A few words about what almost happened, please."})
    service = values.get("service", "").strip()
    try:
        about = known(service, services.policy) if service else None
    except UserError as error:
        raise FormErrors({"service": plain(str(error))}) from error
    lucky = values.get("lucky", "").strip()
    text = escape(values["text"].strip()) + (f" – {escape(lucky)}" if lucky else "")
    report = NearMissReport(press=request.press, user_id=request.user_id, text=text, service=about)
    made = await near_misses.record(report, services)
    return shown(blocks.notice("Near miss recorded", [blocks.section(thanks(made))]))


async def reviewed(request: FormSubmission, services: Services) -> Reply:
    """The note of a review by form."""
    note = request.values.get("note", "").strip()
    if not re.search(r"\w", note):
        raise FormErrors({"note": "A few words about what came of it, please. “Nothing to change” is an answer."})
    number = int(request.about["near_miss"])
    await near_misses.review(services, number, escape(note), press=request.press, by=request.user_id)
    return NOTHING


def form(policy: Policy) -> Block:
    rows = [
        blocks.text_input(
            "text",
            "What almost happened?",
            multiline=True,
            optional=False,
            placeholder="The disk was 99% full",
        ),
        blocks.text_input("lucky", "What prevented it?", placeholder="Somebody happened to look"),
        blocks.text_input("service", "Service", most=75),
    ]
    return blocks.form("Record a near miss", rows, callback_id=REPORT, submit="Record")


def review_form(one: NearMiss) -> Block:
    row = blocks.text_input(
        "note",
        "What came of it?",
        initial=plain(one.review),
        multiline=True,
        optional=False,
        placeholder="An alert at 80%, and a runbook for cleaning up",
    )
    about = json.dumps({"near_miss": str(one.id)})
    rows = [blocks.section(near_misses.line(replace_review(one))), row]
    return blocks.form(f"Review {one.ref}", rows, callback_id=REVIEW, submit="Keep", about=about)


def replace_review(one: NearMiss) -> NearMiss:
    """Without its note, which stands in the form."""
    return NearMiss(**{**one.model_dump(), "reviewed_at": None})


SUBCOMMAND = Subcommand(
    word="near-miss",
    synonyms=("nearmiss", "near_miss", "near"),
    usage="near-miss <what almost happened> | near-miss review NM-3 <note> | near-miss list",
    help="Record what almost became an incident, and what came of looking at it. No channel is made.",
    function=command,
)
