"""*Make an action item* in a message's menu: a form with what the message asks for, an owner and a day."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from commands import action, speech
from commands.request import ButtonPress, FormSubmission, Reply, Shortcut, shown, told
from commands.which import by_id
from storage import incidents
from storage.models import Incident
from workflows import access, actions, blocks, people, scribe, spoken
from workflows.action_lines import described, noun
from workflows.actions import Wanted
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.links import labelled, message_link
from workflows.ports import SlackTrouble
from workflows.services import Services
from workflows.words import clipped, escape, mentioned, plain, ts_time

CALLBACK: Final = "make_action"
MOST: Final = 100  # options of a menu. Slack page: Block Kit, select menu element
ENDED: Final = 50  # incidents that are over and may still get follow-ups
DAYS: Final = "For example 15:30, in 20 min, friday, tomorrow, in 3 days or 2026-12-01."
WHEN: Final = (("now", "Now, during the incident", ""), ("after", "After it, as a follow-up", ""))


async def from_shortcut(request: Shortcut, services: Services) -> Reply:
    """The form. In an incident's channel that incident is meant; elsewhere the form asks."""
    here = await scribe.incident_of(services, request.channel_id)
    choice = () if here is not None else await to_choose_from(request.user_id, services)
    if here is None and not choice:
        raise UserError(
            "An action item belongs to an incident, and there is none on record that you can see. "
            "`/incident declare` starts one."
        )
    thread_ts = request.thread_ts if request.thread_ts != request.message_ts else ""
    about = {
        "incident": str(here or ""),
        "channel": request.channel_id,
        "ts": request.message_ts,
        "thread": thread_ts,
    }
    return shown(form(await suggested(request, services), choice, about))


async def from_button(press: ButtonPress, services: Services) -> Reply:
    """*New action* below the list of an incident's actions."""
    incident = await by_id(press.value, services)
    about = {"incident": str(incident.key), "channel": "", "ts": "", "thread": ""}
    return shown(form(Wanted(text="", owner=None, due=None), (), about, now=incident.is_open))


async def to_choose_from(user_id: str, services: Services) -> Sequence[Incident]:
    """Incidents that this person may know of: what is open first, then what ended last."""
    async with services.database.read() as session:
        found = [*await incidents.in_status(session), *await incidents.recently_ended(session, ENDED)]
        return (await access.visible(session, found, user_id))[:MOST]


async def suggested(request: Shortcut, services: Services) -> Wanted:
    """What the message asks for, of whom, until when; its text as people read it."""
    written = ts_time(request.message_ts).astimezone(services.policy.time_zone).date()
    try:
        wanted = actions.read(request.text, written)
    except spoken.Impossible:
        wanted = Wanted(text=request.text, owner=None, due=None)
    try:
        names = await people.names(services, mentioned(wanted.text))
    except SlackTrouble:
        names = {}
    author = request.message_user if request.message_user.startswith(("U", "W")) else None
    return replace(wanted, text=" ".join(plain(wanted.text, names).split()), owner=wanted.owner or author)


def form(wanted: Wanted, choice: Sequence[Incident], about: dict[str, str], *, now: bool = False) -> Block:
    """`now`: it is offered as something for this hour, not for after the incident."""
    rows: list[Block] = []
    if not about["incident"]:
        options = [(str(one.key), f"{one.ref} {one.severity} {one.title}", one.status) for one in choice]
        first = options[0][0] if choice[0].is_open else ""
        rows.append(blocks.select("incident", "Which incident?", options, initial=first))
    rows += [
        blocks.text_input(
            "what", "What shall be done?", initial=wanted.text[: actions.LONGEST], optional=False, most=actions.LONGEST
        ),
        blocks.person_input("owner", "Who?", initial=wanted.owner or "", hint="Left empty, it is you."),
        blocks.select("when", "Is it needed now?", WHEN, initial="now" if now else "after"),
        blocks.text_input("due", "Until when?", initial=wanted.due.isoformat() if wanted.due else "", hint=DAYS),
    ]
    return blocks.form("Make an action item", rows, callback_id=CALLBACK, submit="Note it", about=json.dumps(about))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form. Whatever is refused stays open with what was typed."""
    wanted = parse(request, services, await people.zone(services, request.user_id))
    chosen = request.about.get("incident") or request.values.get("incident") or ""
    async with services.database.read() as session:
        incident = await incidents.get(session, int(chosen)) if chosen.isdigit() else None
        seen = incident is not None and await access.may_see(session, incident, request.user_id)
    if incident is None or not seen:
        raise FormErrors({"incident" if not request.about.get("incident") else "what": "That incident is gone."})
    made = await actions.create(
        services,
        incident.key,
        wanted,
        press=request.press,
        by=request.user_id,
        source_ts=(request.about.get("ts") or None) if request.about.get("incident") else None,
    )
    return told(f"Noted as {noun(made).lower()} {described(made)} of {incident.ref}.")


def parse(request: FormSubmission, services: Services, zone: ZoneInfo) -> Wanted:
    """Raises `FormErrors` for fields that say nothing, or a day that there is not."""
    what = " ".join(request.values.get("what", "").split())
    if not speech.has_words(what):
        raise FormErrors({"what": "A few words about what shall be done, please."})
    text = escape(what)
    if not request.about.get("incident") and request.about.get("ts"):
        text = with_link(text, request, services.slack.team_url)
    wanted = replace(until(request, services, zone), text=text, owner=request.values.get("owner") or None)
    return replace(wanted, during=request.values.get("when") == "now" or wanted.due_at is not None)


def until(request: FormSubmission, services: Services, zone: ZoneInfo) -> Wanted:
    """The day, or time, in the words that `/incident action … by …` takes."""
    typed = request.values.get("due", "").strip()
    day = typed.removeprefix("by ").removeprefix("until ")
    if not day:
        return Wanted(text="", owner=None, due=None)
    try:
        wanted = action.parse(f"x by {escape(day)}", services, zone)
    except UserError as refusal:
        raise FormErrors({"due": f"{plain(str(refusal)).partition('.')[0]}. {DAYS}"}) from refusal
    if wanted.due is None and wanted.due_at is None:
        raise FormErrors({"due": f"“{typed}” is no day that I know. {DAYS}"})
    return wanted


def with_link(text: str, request: FormSubmission, team_url: str) -> str:
    """What shall be done, with the way back to the message that it is made of."""
    about = request.about
    address = message_link(team_url, about["channel"], about["ts"], thread_ts=about.get("thread", ""))
    if not address:
        return text
    link = labelled(address, "message")
    return f"{clipped(text, actions.LONGEST - len(link) - 3)} ({link})"
