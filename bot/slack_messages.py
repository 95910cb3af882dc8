"""Slack's messages and reactions, from events and from history, as values.

Slack pages: message event and its subtypes, reaction_added event, conversations.history.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows.ports import Heard, HeardReaction


def heard_event(event: Mapping[str, Any]) -> Heard | None:
    """A `message` event. `None` for kinds that say nothing about a message, for example a bare reply notice."""
    subtype = str(event.get("subtype") or "")
    channel_id = str(event.get("channel") or "")
    if subtype == "message_changed":
        return changed(channel_id, event)
    if subtype == "message_deleted":
        return deleted(channel_id, event)
    if subtype == "message_replied" or not event.get("ts"):
        return None
    return heard(channel_id, event)


def heard(channel_id: str, message: Mapping[str, Any]) -> Heard:
    """A message as it stands now."""
    if message.get("subtype") == "tombstone":
        return gone(channel_id, message)
    since = worded_since(message)
    return Heard(
        channel_id=channel_id,
        ts=str(message["ts"]),
        user_id=author(message),
        text=str(message.get("text") or ""),
        worded_ts=since,
        revised_ts=since,
        thread_ts=thread_of(message),
        subtype=str(message.get("subtype") or ""),
        edited=bool(message.get("edited")),
        by_app=bool(message.get("bot_id")),
        files=tuple(
            {"id": str(file.get("id", "")), "name": str(file.get("name") or file.get("title") or file.get("id"))}
            for file in message.get("files") or ()
        ),
        reactions=reactions_of(message),
        all_reactions=all(
            int(one.get("count") or 0) <= len(one.get("users") or ()) for one in message.get("reactions") or ()
        ),
        reply_count=int(message.get("reply_count") or 0),
        latest_reply=str(message.get("latest_reply") or ""),
        pinned=channel_id in (message.get("pinned_to") or ()),
    )


def reactions_of(message: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Who reacted with what, skin tones aside."""
    found: dict[str, tuple[str, ...]] = {}
    for one in message.get("reactions") or ():
        name = plain_name(str(one["name"]))
        users = (str(user) for user in one.get("users") or ())
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *users)))
    return found


def worded_since(message: Mapping[str, Any]) -> str:
    """Since when a message says what it says. Slack dates edits in whole seconds, so an edit within the second in
    which the message was written seems older than the message; it is put right after it."""
    ts = str(message["ts"])
    edited = str((message.get("edited") or {}).get("ts") or "")
    if not edited:
        return ts
    return edited if edited > ts else f"{ts}1"


def gone(channel_id: str, message: Mapping[str, Any]) -> Heard:
    """The stone that stands for a deleted parent as long as its thread has replies."""
    ts = str(message["ts"])
    return Heard(
        channel_id=channel_id,
        ts=ts,
        user_id="",
        text="",
        worded_ts="",
        revised_ts=ts,
        deleted=True,
        reply_count=int(message.get("reply_count") or 0),
        latest_reply=str(message.get("latest_reply") or ""),
    )


def changed(channel_id: str, event: Mapping[str, Any]) -> Heard | None:
    """An edit. Slack also sends this for unfurls, and when an app updates its message; the outer `ts` is its time."""
    message, previous = event.get("message") or {}, event.get("previous_message") or {}
    if not message.get("ts"):
        return None
    if message.get("subtype") == "tombstone":
        return deleted(channel_id, {**event, "deleted_ts": message["ts"]})
    at = str(event.get("ts") or event.get("event_ts") or message["ts"])
    now = replace(heard(channel_id, message), revised_ts=at)
    then = heard(channel_id, {**previous, "ts": message["ts"]}) if previous.get("ts") else None
    says_otherwise = then is None or then.text != now.text
    if now.by_app and not now.edited:
        # An app's update carries no mark of its time, and what it said before has no known time at all.
        return replace(now, worded_ts=at if says_otherwise else "")
    if then is None or (now.by_app and not then.edited):
        return now
    if says_otherwise and then.worded_ts == now.worded_ts:
        now = replace(now, worded_ts=at)  # two edits within one second
    return replace(now, before=(then.worded_ts, then.text))


def deleted(channel_id: str, event: Mapping[str, Any]) -> Heard | None:
    """A deletion, with what the message said last where Slack tells it."""
    previous = event.get("previous_message") or {}
    ts = str(event.get("deleted_ts") or previous.get("ts") or "")
    if not ts:
        return None
    at = str(event.get("ts") or event.get("event_ts") or ts)
    if not previous or previous.get("subtype") == "tombstone":
        return replace(gone(channel_id, {"ts": ts}), revised_ts=at)
    last = heard(channel_id, {**previous, "ts": ts})
    since = "" if last.by_app and not last.edited else last.worded_ts
    return replace(last, worded_ts=since, revised_ts=at, deleted=True)


def author(message: Mapping[str, Any]) -> str:
    return str(message.get("user") or message.get("bot_id") or (message.get("bot_profile") or {}).get("id") or "")


def thread_of(message: Mapping[str, Any]) -> str | None:
    """The parent's `ts` for a reply; `None` for a message of the channel itself."""
    thread_ts = message.get("thread_ts")
    return str(thread_ts) if thread_ts and thread_ts != message["ts"] else None


def reaction_event(event: Mapping[str, Any]) -> HeardReaction | None:
    """`reaction_added` or `reaction_removed`; `None` when it is not about a message."""
    item = event.get("item") or {}
    if item.get("type") != "message" or not item.get("channel") or not item.get("ts"):
        return None
    return HeardReaction(
        channel_id=str(item["channel"]),
        ts=str(item["ts"]),
        name=plain_name(str(event.get("reaction") or "")),
        user_id=str(event.get("user") or ""),
        event_ts=str(event.get("event_ts") or item["ts"]),
        removed=event.get("type") == "reaction_removed",
    )


def plain_name(name: str) -> str:
    """An emoji's name without its skin tone: 👍🏿 and 👍 mean the same."""
    return name.partition("::")[0]
