"""conversations.history and conversations.replies: reading what was said."""

import re
from collections.abc import Mapping

from bot.practice.methods.call import HISTORY, Call, Json, Method, Refused, any_of
from bot.practice.methods.pages import page
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message


def history(call: Call) -> Json:
    """Newest first; replies only where they were also sent to the channel."""
    channel = _readable(call)
    found = _between(call, [message for message in channel.history.values() if message.in_history])
    part, metadata = page(call, found[::-1], default=100, most=999)
    return _answer(call, part, metadata) | {
        "pin_count": len(channel.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }


def replies(call: Call) -> Json:
    """Oldest first, the parent before everything on every first page."""
    channel = _readable(call)
    asked = channel.history.get(call.required("ts"))
    if asked is None:
        raise Refused("thread_not_found")
    parent = channel.history[asked.thread_ts] if asked.is_reply and asked.thread_ts else asked
    found = [parent, *_between(call, parent.replies)]
    part, metadata = page(call, found, default=1000, most=1000)
    return _answer(call, part, metadata)


def _readable(call: Call) -> Channel:
    channel = call.channel(needs=HISTORY)
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """Those between `oldest` and `latest`, which themselves count only if `inclusive`."""
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    inclusive = call.flag("inclusive")
    return [
        message
        for message in messages
        if (oldest is None or message.ts > oldest or (inclusive and message.ts == oldest))
        and (latest is None or message.ts < latest or (inclusive and message.ts == latest))
    ]


def _moment(call: Call, name: str) -> str | None:
    """A timestamp argument, padded so that it sorts as text beside message timestamps."""
    value = call.text(name)
    if value in ("", "0", "now"):
        return None
    if not re.fullmatch(r"\d+(\.\d{0,6})?", value):
        raise Refused(f"invalid_ts_{name}")
    seconds, _, fraction = value.partition(".")
    return f"{seconds.zfill(10)}.{fraction.ljust(6, '0')}"


def _answer(call: Call, part: list[Message], metadata: Json) -> Json:
    full = call.flag("include_all_metadata")
    return {
        "messages": [message.to_json(with_metadata=full) for message in part],
        "has_more": bool(metadata["response_metadata"]["next_cursor"]),
        **metadata,
    }


METHODS: Mapping[str, Method] = {
    "conversations.history": Method(run=history, scopes=any_of(HISTORY), tier=3),
    "conversations.replies": Method(run=replies, scopes=any_of(HISTORY), tier=3, takes_json=False),
}
