"""pins.add, pins.remove, pins.list."""

from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused
from bot.practice.state import posting

MOST_PINS = 100


def add(call: Call) -> Json:
    channel = call.joined()
    if not call.text("timestamp"):
        raise Refused("no_item_specified")
    message = call.message(channel, "timestamp")
    if message.is_pinned:
        raise Refused("already_pinned")
    if message.subtype not in (None, "file_share", "bot_message", "thread_broadcast", "me_message"):
        raise Refused("not_pinnable")
    if len(channel.pins) >= MOST_PINS:
        raise Refused("too_many_pins")
    posting.pin(call.state, message, call.bot)
    return {}


def remove(call: Call) -> Json:
    channel = call.joined()
    if not call.text("timestamp"):
        raise Refused("no_item_specified")
    message = call.message(channel, "timestamp")
    if not message.is_pinned:
        raise Refused("no_pin")
    posting.unpin(call.state, message, call.bot)
    return {}


def listing(call: Call) -> Json:
    channel = call.channel()
    return {"items": [posting.pin_item(message) for message in reversed(channel.pinned)]}


METHODS: Mapping[str, Method] = {
    "pins.add": Method(run=add, scopes=("pins:write",), tier=2),
    "pins.remove": Method(run=remove, scopes=("pins:write",), tier=2),
    "pins.list": Method(run=listing, scopes=("pins:read",), tier=2, takes_json=False),
}
