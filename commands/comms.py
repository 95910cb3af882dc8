"""`/incident comms`: messages to people outside, drafted from the record, edited and sent by a person."""

from dataclasses import replace
from typing import Final

from commands import promise
from commands.comms_form import CALLBACK, form, read
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage import promises, sent
from storage.models import Incident, Sent, Status
from workflows import blocks, comms, comms_asking, comms_copy, permissions
from workflows.blocks import Block
from workflows.comms_templates import Kind, kinds, name_of
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import day_and_time, escape, one_line, person, plain, quoted

MOST_SENT: Final = 5
__all__ = ["CALLBACK", "SUBCOMMAND"]

SPOKEN: Final = {
    **dict.fromkeys(("first", "notice", "initial", "notification", "ack"), "first-notice"),
    **dict.fromkeys(("status", "status-update"), "update"),
    **dict.fromkeys(("resolved", "resolve", "all-clear"), "resolution"),
    **dict.fromkeys(("email", "mail", "customer", "customers"), "customer-email"),
    **dict.fromkeys(("details", "full", "apology", "email-details"), "customer-email-details"),
    **dict.fromkeys(("stakeholder", "stakeholders", "summary", "exec", "execs"), "stakeholder-summary"),
    **dict.fromkeys(("invite", "postmortem", "retro", "invitation"), "postmortem-invite"),
}
# What is most likely wanted in each state comes first.
WANTED: Final = {
    Status.MITIGATED: ("update", "stakeholder-summary"),
    Status.RESOLVED: ("resolution", "customer-email-details"),
    Status.CLOSED: ("customer-email-details", "postmortem-invite"),
}


async def command(request: SlashRequest, services: Services) -> Reply:
    """The menu; with a word the form for it, `promises`, or what was `sent`."""
    incident, request = await incident_meant(request, services)
    word, _, rest = request.text.strip().partition(" ")
    word = word.lower()
    if not word:
        return await menu(incident, services)
    if word in ("promise", "promises", "promised", "eta"):
        text = request.text.strip() if word == "eta" else rest
        return await promise.answered(incident, replace(request, text=text), services)
    if word in ("sent", "log", "history"):
        return await what_was_sent(incident, services)
    return await form_for(incident, kind_meant(request.text, services), services)


def kind_meant(text: str, services: Services) -> Kind:
    """The message that is called so, in any of its names. Raises `UserError` that lists them."""
    typed = "-".join(plain(text).lower().split())
    found = {kind.name: kind for kind in kinds(services.policy.templates)}
    for name in (typed, SPOKEN.get(typed, ""), SPOKEN.get(typed.partition("-")[0], "")):
        if name in found:
            return found[name]
    names = ", ".join(f"`{name}`" for name in found)
    raise UserError(f"There is no template {quoted(typed)}. There are {names}; `/incident comms` alone is a menu.")


async def menu(incident: Incident, services: Services) -> Reply:
    """A button for every message, the likeliest first; who may not write any reads why, and what there is."""
    first = WANTED.get(Status(incident.status), ("first-notice", "update"))
    found = sorted(kinds(services.policy.templates), key=lambda kind: kind.name not in first)
    text = f"*What shall be said about {incident.ref}?* Each opens as a draft; nothing leaves before you send it."
    lines = "\n".join(f"• *{escape(kind.title)}*: {escape(kind.help)}" for kind in found)
    buttons = [
        blocks.button(kind.title, f"comms_open_{kind.name}", str(incident.id), style="primary" if place == 0 else "")
        for place, kind in enumerate(found)
    ]
    async with services.database.read() as session:
        objection = await permissions.objection(session, incident, services.asker, services.policy)
    if objection:
        return told(f"{objection}\n{lines}")
    small = "`/incident comms sent` shows what has left, `/incident promises` what was promised."
    return told(
        f"{text}\n{lines}",
        blocks.section(f"{text}\n{lines}"),
        blocks.actions(buttons, block_id="comms"),
        blocks.context(small),
    )


async def opened(press: ButtonPress, services: Services) -> Reply:
    """A button of the menu, or *Write it* below a reminder."""
    incident = await by_id(press.value, services)
    kind = comms.kind_named(services, press.action_id.rpartition("_")[2])
    return await form_for(incident, kind, services)


async def no_email(press: ButtonPress, services: Services) -> Reply:
    """*No customer is affected*."""
    incident = await by_id(press.value, services)
    await comms_asking.not_needed(services, incident.key, press=press.press, by=press.user_id)
    return told(f"Noted for {incident.ref}: no email to customers, as none is affected. You can still write one.")


async def form_for(incident: Incident, kind: Kind, services: Services) -> Reply:
    filled = await comms.draft(services, incident, kind)
    async with services.database.read() as session:
        open_now = await promises.still_open(session, incident.key)
    return shown(form(incident, kind, filled, open_now, services))


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """Send it, unless something is still to be filled in; then the form stays, with what was typed."""
    incident = await by_id(request.about["incident"], services)
    kind = comms.kind_named(services, request.about["kind"])
    message = await read(request, incident, kind, services)
    said, masked = await comms.send(services, incident.key, message, press=request.press, by=request.user_id)
    if said.channel_id and not masked:
        return NOTHING
    return shown(blocks.notice("Sent" if said.channel_id else "Copy it", what_left(said, kind, masked)))


def what_left(said: Sent, kind: Kind, masked: int) -> list[Block]:
    """The text to copy, and what was masked in it."""
    rows: list[Block] = []
    if masked:
        what = "1 secret was" if masked == 1 else f"{masked} secrets were"
        rows.append(blocks.section(f"⚠️ {what} masked in it. Passwords and keys do not leave Sitrep."))
    if said.channel_id:
        return [*rows, blocks.section(f"It is posted in <#{said.channel_id}>.")]
    whom = f" to {escape(said.to_whom)}" if said.to_whom else ""
    kept = "It is on the timeline, and in `/incident comms sent`."
    if comms_copy.is_long(said):
        head = f"*{escape(kind.title)}*: it comes as a file in a direct message from me, to copy and send{whom}. {kept}"
        return [*rows, blocks.section(head)]
    head = f"*{escape(kind.title)}*: copy it and send it{whom}. {kept}"
    return [*rows, blocks.section(head), *comms_copy.as_code(said.text)]


async def what_was_sent(incident: Incident, services: Services) -> Reply:
    """What has left, newest first: the newest whole, the others in a line each."""
    async with services.database.read() as session:
        found = list(await sent.of_incident(session, incident.key))[::-1]
    if not found:
        return told(f"Nothing has been sent for {incident.ref} yet. `/incident comms` shows what can be.")
    lines = [sent_line(one, name_of(one.template)) for one in found[:MOST_SENT]]
    more = f"\n…and {len(found) - MOST_SENT} more in `sitrep export {incident.ref}`" if len(found) > MOST_SENT else ""
    text = f"*Sent for {incident.ref}, newest first*\n" + "\n".join(lines) + more
    return told(text, blocks.section(text), *comms_copy.as_code(found[0].text))


def sent_line(said: Sent, title: str) -> str:
    where = f"in <#{said.channel_id}>" if said.channel_id else "copied"
    whom = f" for {escape(said.to_whom)}" if said.to_whom else ""
    first = escape(one_line(said.text, 100))
    return f"• {day_and_time(said.at)} *{escape(title)}*{whom}, {where}, by {person(said.by)}: {first}"


SUBCOMMAND = Subcommand(
    word="comms",
    synonyms=("comm", "communicate", "communication", "say", "message", "messages"),
    usage="comms [first-notice | update | resolution | email | stakeholders | invite | sent | promises]",
    help="Say it outside: drafts from the record for notices, emails and summaries, kept with who, where and when.",
    function=command,
)
