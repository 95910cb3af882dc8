"""Slack's messages, from events and from history, as one value. Slack page: message event and its subtypes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows.ports import Heard


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


def heard(channel_id: str, message: Mapping[str, Any], revised_ts: str = "") -> Heard:
    """A message as it stands now."""
    ts = str(message["ts"])
    edited = message.get("edited") or {}
    return Heard(
        channel_id=channel_id,
        ts=ts,
        user_id=author(message),
        text=str(message.get("text") or ""),
        revised_ts=str(edited.get("ts") or revised_ts or ts),
        thread_ts=thread_of(message),
        subtype=str(message.get("subtype") or ""),
        edited=bool(edited),
        files=tuple(
            {"id": str(file.get("id", "")), "name": str(file.get("name") or file.get("title") or file.get("id"))}
            for file in message.get("files") or ()
        ),
        reactions={
            str(one["name"]): tuple(str(user) for user in one.get("users") or ())
            for one in message.get("reactions") or ()
        },
        reply_count=int(message.get("reply_count") or 0),
        latest_reply=str(message.get("latest_reply") or ""),
    )


def changed(channel_id: str, event: Mapping[str, Any]) -> Heard | None:
    """An edit. Slack also sends this for unfurls and for our own updates; the outer `ts` is then its time."""
    message, previous = event.get("message") or {}, event.get("previous_message") or {}
    if not message.get("ts"):
        return None
    if message.get("subtype") == "tombstone":
        return deleted(channel_id, {**event, "deleted_ts": message["ts"]})
    now = heard(channel_id, message, revised_ts=str(event.get("ts") or ""))
    if not previous.get("ts"):
        return now
    since = str((previous.get("edited") or {}).get("ts") or previous["ts"])
    return replace(now, before=(since, str(previous.get("text") or "")))


def deleted(channel_id: str, event: Mapping[str, Any]) -> Heard | None:
    previous = event.get("previous_message") or {}
    ts = str(event.get("deleted_ts") or previous.get("ts") or "")
    if not ts:
        return None
    known = heard(channel_id, {**previous, "ts": ts})
    return replace(known, revised_ts=str(event.get("ts") or event.get("event_ts") or ts), deleted=True)


def author(message: Mapping[str, Any]) -> str:
    return str(message.get("user") or message.get("bot_id") or (message.get("bot_profile") or {}).get("id") or "")


def thread_of(message: Mapping[str, Any]) -> str | None:
    """The parent's `ts` for a reply; `None` for a message of the channel itself."""
    thread_ts = message.get("thread_ts")
    return str(thread_ts) if thread_ts and thread_ts != message["ts"] else None
