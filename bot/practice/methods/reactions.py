"""reactions.add, remove, get."""

import re
from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused
from bot.practice.state import posting
from bot.practice.state.messages import Message

NAME = re.compile(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?")
MOST_EMOJI = 23


def add(call: Call) -> Json:
    name = _name(call)
    message = _writable(call)
    present = message.reactions.get(name, [])
    if call.bot in present:
        raise Refused("already_reacted")
    if not present and len(message.reactions) >= MOST_EMOJI:
        raise Refused("too_many_emoji")
    posting.react(call.state, message, name, call.bot)
    return {}


def remove(call: Call) -> Json:
    name = _name(call)
    message = _writable(call)
    if call.bot not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    posting.unreact(call.state, message, name, call.bot)
    return {}


def get(call: Call) -> Json:
    message = _message(call)
    shown = message.to_json() | {"permalink": posting.permalink(message)}
    return {"type": "message", "channel": message.channel.id, "message": shown}


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name")
    return name


def _message(call: Call) -> Message:
    if not (call.text("channel") and call.text("timestamp")):
        raise Refused("no_item_specified")
    return call.message(call.channel(), "timestamp")


def _writable(call: Call) -> Message:
    message = _message(call)
    if message.channel.is_archived:
        raise Refused("is_archived")
    if call.bot not in message.channel.members:
        raise Refused("no_access")
    return message


METHODS: Mapping[str, Method] = {
    "reactions.add": Method(run=add, scopes=("reactions:write",), tier=3),
    "reactions.remove": Method(run=remove, scopes=("reactions:write",), tier=2),
    "reactions.get": Method(run=get, scopes=("reactions:read",), tier=3, takes_json=False),
}
