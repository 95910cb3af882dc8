"""Deeds on messages: post, edit, delete, react, pin. Each tells the app, as Slack does.

Source: docs.slack.dev event pages `message`, `reaction_added`, `pin_added`.
"""

from typing import Any

from bot.practice.state.channels import Channel, Pin
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.store import State

Json = dict[str, Any]


def with_ids(blocks: list[Json], state: State) -> list[Json]:
    """The blocks with a `block_id` each and an `action_id` for each element, as Slack fills them in."""
    for block in blocks:
        block.setdefault("block_id", state.numbers.new_id("")[-5:])
        elements = block.get("elements") or [] if block.get("type") in ("actions", "context_actions") else []
        for element in (*elements, block.get("accessory"), block.get("element")):
            if element and element.get("type") != "image":
                element.setdefault("action_id", state.numbers.new_id("")[-5:])
    return blocks


def bot_author(state: State) -> Json:
    """The fields by which a message shows that this app wrote it."""
    account = state.account
    profile = {
        "id": account.bot_id,
        "deleted": False,
        "name": state.installed.name,
        "updated": state.users[account.bot_user].updated,
        "app_id": account.app_id,
        "icons": {"image_48": "https://avatars.slack-edge.invalid/48.png"},
        "team_id": account.team_id,
    }
    return {"bot_id": account.bot_id, "app_id": account.app_id, "bot_profile": profile}


def post(state: State, channel: Channel, **fields: Any) -> Message:
    """Add a message and tell the app. `fields` are those of `Message`."""
    fields["blocks"] = with_ids(fields.get("blocks") or [], state)
    message = Message(channel=channel, names=state, ts=state.numbers.new_ts(), team=state.account.team_id, **fields)
    if message.is_reply:
        parent = channel.history[message.thread_ts or ""]
        parent.replies.append(message)
        parent.thread_ts = parent.ts
        if message.subtype == "thread_broadcast":
            message.extra["root"] = parent.to_json()
    channel.history[message.ts] = message
    state.publish(_in_channel(message.to_json(), channel, message.ts), channel)
    _mention(state, message)
    return message


def _mention(state: State, message: Message) -> None:
    bot = state.account.bot_user
    if message.channel.kind == "im" or message.user == bot or message.subtype not in (None, "file_share"):
        return
    if f"<@{bot}>" in message.text or f"<@{bot}|" in message.text:
        event = message.to_json() | {"type": "app_mention", "channel": message.channel.id, "event_ts": message.ts}
        state.publish(event, message.channel)


def _in_channel(event: Json, channel: Channel, ts: str) -> Json:
    return event | {"channel": channel.id, "event_ts": ts, "channel_type": channel.kind}


def edit(state: State, message: Message, **fields: Any) -> None:
    """Change fields of a message; `message_changed` carries both versions."""
    before = message.to_json()
    if fields.get("blocks"):
        fields["blocks"] = with_ids(fields["blocks"], state)
    for name, value in fields.items():
        setattr(message, name, value)
    changed = {"type": "message", "subtype": "message_changed", "message": message.to_json()}
    _announce(state, message, changed | {"previous_message": before})


def delete(state: State, message: Message) -> None:
    """Remove a message. A thread's parent leaves a tombstone as long as there are replies."""
    before = message.to_json()
    channel = message.channel
    channel.pins.pop(message.ts, None)
    message.deleted = True
    parent = channel.history.get(message.thread_ts or "") if message.is_reply else None
    if parent is not None:
        parent.replies.remove(message)
    if not message.replies:
        del channel.history[message.ts]
    removed = {"type": "message", "subtype": "message_deleted", "deleted_ts": message.ts}
    _announce(state, message, removed | {"previous_message": before})


def _announce(state: State, message: Message, event: Json) -> None:
    ts = state.numbers.new_ts()
    state.publish(_in_channel(event | {"hidden": True, "ts": ts}, message.channel, ts), message.channel)


def whisper(
    state: State,
    channel: Channel,
    user: str,
    *,
    text: str,
    blocks: list[Json],
    thread_ts: str | None = None,
    from_app: bool = True,
) -> Ephemeral:
    """Show something to one person only. No event tells of it."""
    ephemeral = Ephemeral(
        channel=channel,
        names=state,
        ts=state.numbers.new_ts(),
        user=user,
        text=text,
        blocks=with_ids(blocks, state),
        thread_ts=thread_ts,
        from_app=from_app,
    )
    state.ephemerals.append(ephemeral)
    state.changes.notify()
    return ephemeral


def react(state: State, message: Message, name: str, user: str) -> None:
    """Add a reaction."""
    message.reactions.setdefault(name, []).append(user)
    _tell_reaction(state, message, name, user, "reaction_added")


def unreact(state: State, message: Message, name: str, user: str) -> None:
    """Take a reaction back."""
    message.reactions[name].remove(user)
    if not message.reactions[name]:
        del message.reactions[name]
    _tell_reaction(state, message, name, user, "reaction_removed")


def _tell_reaction(state: State, message: Message, name: str, user: str, kind: str) -> None:
    item = {"type": "message", "channel": message.channel.id, "ts": message.ts}
    event: Json = {"type": kind, "user": user, "reaction": name, "item": item}
    if message.user:
        event["item_user"] = message.user
    state.publish(event | {"event_ts": state.numbers.new_ts()}, message.channel)


def pin(state: State, message: Message, user: str) -> None:
    """Pin a message to its channel."""
    message.channel.pins[message.ts] = Pin(by=user, at=state.numbers.seconds())
    _tell_pin(state, message, user, "pin_added")


def unpin(state: State, message: Message, user: str) -> None:
    """Take a message off the pins."""
    item = pin_item(message)
    del message.channel.pins[message.ts]
    _tell_pin(state, message, user, "pin_removed", item)


def pin_item(message: Message) -> Json:
    """The item object of `pins.list`."""
    found = message.channel.pins[message.ts]
    return {
        "type": "message",
        "created": found.at,
        "created_by": found.by,
        "channel": message.channel.id,
        "message": message.to_json() | {"permalink": permalink(message)},
    }


def permalink(message: Message) -> str:
    """The address of a message in Slack's web client."""
    address = f"https://practice.slack.com/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        address += f"?thread_ts={message.thread_ts}&cid={message.channel.id}"
    return address


def _tell_pin(state: State, message: Message, user: str, kind: str, item: Json | None = None) -> None:
    event: Json = {"type": kind, "user": user, "channel_id": message.channel.id}
    event |= {"item": item or pin_item(message), "item_user": message.user, "pin_count": len(message.channel.pins)}
    event |= {"pinned_info": {"channel": message.channel.id, "pinned_by": user, "pinned_ts": state.numbers.seconds()}}
    state.publish(event | {"event_ts": state.numbers.new_ts()}, message.channel)
