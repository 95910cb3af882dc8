"""The form in which a message to people outside is edited, and where it goes."""

import json
from collections.abc import Sequence
from typing import Any, Final

from commands.request import FormSubmission
from storage.models import Incident, Promise
from workflows import blocks, comms
from workflows.blocks import Block
from workflows.comms import Message
from workflows.comms_templates import LONGEST, Filled, Kind, blanks
from workflows.errors import FormErrors, UserError
from workflows.services import Services
from workflows.words import escape, one_line, plain

CALLBACK: Final = "comms"
HERE, ANNOUNCE, OTHER, COPY = "here", "announce", "other", "copy"
STOP, ANYWAY = "stop", "anyway"
PICKER: Final[dict[str, Any]] = {
    "type": "conversations_select",
    "action_id": "channel",
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}


def form(incident: Incident, kind: Kind, filled: Filled, promised: Sequence[Promise], services: Services) -> Block:
    """The draft to edit, where it goes, for whom, and the open promise that it keeps."""
    usual = COPY if kind.email else HERE
    rows: list[Block] = [
        blocks.section(unknown(filled)),
        blocks.text_input("text", kind.title, multiline=True, optional=False, initial=filled.text, most=LONGEST),
        blocks.select("where", "Where", places(incident, services), initial=usual),
    ]
    if not incident.private:
        hint = "Only for “Another channel” above."
        rows.append(blocks.input_block("channel", "Another channel", PICKER, hint=hint))
    rows.append(blocks.text_input("to_whom", "For whom", initial=kind.to, most=120))
    if promised:
        options = [(str(one.number), f"{one.number}. {one_line(plain(one.text), 60)}", "") for one in promised]
        rows.append(blocks.select("keeps", "This keeps a promise", options, optional=True))
    stop = [(STOP, "Stop and show me", ""), (ANYWAY, "Send it as it is", "")]
    rows.append(blocks.select("unfilled", "If something is still in [brackets]", stop, initial=STOP))
    about = json.dumps({"incident": str(incident.id), "kind": kind.name})
    return blocks.form(f"{incident.ref}: say it", rows, callback_id=CALLBACK, submit="Send", about=about)


def unknown(filled: Filled) -> str:
    """What the record could not fill in."""
    if not filled.blanks:
        return "Drafted from the record. Read it as somebody would who knows nothing of it."
    listed = ", ".join(escape(blank) for blank in filled.blanks[:6])
    more = f" and {len(filled.blanks) - 6} more" if len(filled.blanks) > 6 else ""
    return f"⚠️ The record does not know: {listed}{more}. Fill it in, or take the line out."


def places(incident: Incident, services: Services) -> list[tuple[str, str, str]]:
    """Where it can go. What is private is posted nowhere but in its own channel."""
    here = (HERE, "This incident's channel", "")
    copy = (COPY, "Copy it", "To send by email or elsewhere yourself")
    if incident.private:
        return [here, copy]
    name = services.policy.announce
    announce = [(ANNOUNCE, f"#{name}", "The announcement channel")] if name else []
    return [here, *announce, (OTHER, "Another channel", "Chosen below"), copy]


async def read(request: FormSubmission, incident: Incident, kind: Kind, services: Services) -> Message:
    """What is to be sent. Raises `FormErrors` for what is still to be filled in, and for a place that is none."""
    values = request.values
    text = values.get("text", "").strip()
    if not text:
        raise FormErrors({"text": "There is nothing to send. A sentence is enough."})
    left = blanks(text)
    if left and values.get("unfilled") != ANYWAY:
        raise FormErrors(
            {"text": f"Still to fill in: {', '.join(left)}. Write it, take it out, or choose “Send it as it is” below."}
        )
    return Message(
        kind=kind.name,
        text=text,
        to_whom=values.get("to_whom", "").strip(),
        channel_id=await place(values.get("where", HERE), values.get("channel", ""), incident, services),
        keeps=int(values["keeps"]) if values.get("keeps") else None,
    )


async def place(where: str, channel: str, incident: Incident, services: Services) -> str | None:
    """The id of the channel that is meant; nothing for a copy."""
    if where == COPY:
        return None
    if where == OTHER:
        if not channel:
            raise FormErrors({"channel": "Which channel? Choose it here, or another place above."})
        return channel
    if where == HERE:
        if incident.channel_id is None:
            raise FormErrors({"where": "The incident's channel is not there yet. Copy it, or try again in a moment."})
        return incident.channel_id
    try:
        return await comms.announce_channel(services)
    except UserError as refusal:
        raise FormErrors({"where": plain(str(refusal))}) from refusal
