"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused
from bot.practice.methods.composing import attachments_of, blocks_of, markdown_of, metadata_of, text_of
from bot.practice.state import posting
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message

UPDATE_LONGEST = 4_000
EPHEMERAL_LONGEST = 4_000
"""In bytes, unlike the other."""


def post(call: Call) -> Json:
    channel = _destination(call)
    text, warning = text_of(call)
    blocks = markdown_of(call, blocks_of(call)) or []
    attachments = attachments_of(call) or []
    if not (text.strip() or blocks or attachments):
        raise Refused("no_text")
    parent = _parent(call, channel)
    message = posting.post(
        call.state,
        channel,
        user=call.bot,
        text=text,
        blocks=blocks,
        attachments=attachments,
        thread_ts=parent.ts if parent else None,
        subtype="thread_broadcast" if parent and call.flag("reply_broadcast") else None,
        author=posting.bot_author(call.state),
        metadata=metadata_of(call) or None,
    )
    shown = message.to_json(with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown, **warning}


def _destination(call: Call) -> Channel:
    """A conversation's id, a user's id (their direct messages), or a public channel's name."""
    wanted = call.required("channel")
    if wanted in call.state.users:
        return _direct(call, wanted)
    named = call.state.channel_named(wanted.removeprefix("#"))
    channel = call.state.channels.get(wanted) or named
    if channel is None or (channel.is_private and call.bot not in channel.members):
        raise Refused("channel_not_found")
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot not in channel.members and not call.has_any("chat:write.public"):
        raise Refused("not_in_channel")
    if channel.kind == "im" and not call.state.installed.has_messages:
        raise Refused("messages_tab_disabled")
    return channel


def _direct(call: Call, user_id: str) -> Channel:
    if not call.state.installed.has_messages:
        raise Refused("messages_tab_disabled")
    if call.state.users[user_id].deleted or user_id == "USLACKBOT":
        raise Refused("channel_not_found")
    return call.state.direct_channel([call.bot, user_id])


def _parent(call: Call, channel: Channel) -> Message | None:
    """The message a reply goes under; a reply's own timestamp leads to its parent."""
    if not call.text("thread_ts"):
        return None
    asked = channel.message(call.text("thread_ts"))
    if asked is None:
        raise Refused("cannot_reply_to_message")
    return channel.history[asked.thread_ts] if asked.is_reply and asked.thread_ts else asked


def update(call: Call) -> Json:
    """Text without blocks takes the blocks away; blocks without text keep the old text."""
    message = _own(call, "cant_update_message", archived="is_inactive")
    blocks = blocks_of(call)
    attachments = attachments_of(call)
    metadata = metadata_of(call)
    text = call.text("text")
    if len(text) > UPDATE_LONGEST:
        raise Refused("msg_too_long")
    if not text and blocks is None and attachments is None and metadata is None:
        raise Refused("no_text")
    fields: Json = {}
    if text or blocks is not None:
        fields |= {"blocks": blocks or [], "text": text or message.text}
        if not blocks:
            fields["edited"] = {"user": call.bot, "ts": call.state.numbers.new_ts()}
    if attachments is not None:
        fields["attachments"] = attachments
    if metadata is not None:
        fields["metadata"] = metadata or None
    posting.edit(call.state, message, **fields)
    shown = message.to_json(with_metadata=True)
    return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message", archived="message_not_found")
    posting.delete(call.state, message)
    return {"channel": message.channel.id, "ts": message.ts}


def _own(call: Call, otherwise: str, *, archived: str) -> Message:
    channel = call.channel()
    if channel.is_archived:
        raise Refused(archived)
    message = call.message(channel)
    if message.author.get("bot_id") != call.state.account.bot_id or message.subtype in ("tombstone",):
        raise Refused(otherwise)
    return message


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    if call.required("user") not in channel.members:
        raise Refused("user_not_in_channel")
    text, _ = text_of(call)
    if len(text.encode()) > EPHEMERAL_LONGEST:
        raise Refused("msg_too_long")
    blocks = markdown_of(call, blocks_of(call)) or []
    if not (text.strip() or blocks):
        raise Refused("no_text")
    parent = _parent(call, channel)
    ephemeral = posting.whisper(
        call.state,
        channel,
        call.text("user"),
        text=text,
        blocks=blocks,
        thread_ts=parent.ts if parent else None,
    )
    return {"message_ts": ephemeral.ts}


def permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": posting.permalink(message)}


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(run=post, scopes=("chat:write",)),
    "chat.update": Method(run=update, scopes=("chat:write",), tier=3),
    "chat.delete": Method(run=delete, scopes=("chat:write",), tier=3),
    "chat.postEphemeral": Method(run=post_ephemeral, scopes=("chat:write",), tier=4),
    "chat.getPermalink": Method(run=permalink, takes_json=False),
}
