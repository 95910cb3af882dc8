"""Which function deals with which of Slack's events. What is not listed is acknowledged and left alone.

Each reads the event into a value and returns when that is stored.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.door import SPOKEN
from bot.slack_messages import heard_event, reaction_event
from workflows import catchup_visits, home, presence, scribe, unfurl, watch
from workflows.services import Services

EventFunction = Callable[[Mapping[str, Any], Services], Awaitable[None]]


async def message(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: message event. Posts, edits, deletions, thread replies, files, the bot's own included."""
    heard = heard_event(event)
    if heard is None:
        return
    await scribe.hear(services, heard)
    if heard.deleted:
        await watch.deleted(services, heard.channel_id, heard.ts, heard.revised_ts)
    elif heard.subtype == "channel_convert_to_private":
        await watch.made_private(services, heard.channel_id, heard.user_id)
    elif heard.subtype in ("channel_archive", "channel_unarchive"):
        state = watch.ARCHIVED if heard.subtype == "channel_archive" else watch.OPENED
        await watch.moved(services, heard.channel_id, state, heard.user_id, heard.ts)
    elif said_here(event):
        await unfurl.heard(services, heard)


def said_here(event: Mapping[str, Any]) -> bool:
    """Whether this is somebody's new words in a channel that no other organisation reads. `shared` is the wrapper's."""
    return event.get("subtype") in SPOKEN and not event.get("shared")


async def reaction(event: Mapping[str, Any], services: Services) -> None:
    """Slack pages: reaction_added event, reaction_removed event."""
    heard = reaction_event(event)
    if heard is not None:
        await scribe.hear_reaction(services, heard)


async def renamed(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: channel_rename event. It has the new name only."""
    channel = event.get("channel") or {}
    at = str(event.get("event_ts") or "")
    await scribe.hear_rename(services, str(channel.get("id") or ""), str(channel.get("name") or ""), at)


async def archived(event: Mapping[str, Any], services: Services) -> None:
    """Slack pages: channel_archive event, channel_unarchive event. Private channels have events of their own."""
    state = watch.OPENED if str(event.get("type")).endswith("_unarchive") else watch.ARCHIVED
    channel_id, by, at = (str(event.get(name) or "") for name in ("channel", "user", "event_ts"))
    await watch.moved(services, channel_id, state, by, at)


async def came_or_went(event: Mapping[str, Any], services: Services) -> None:
    """Slack pages: member_joined_channel event, member_left_channel event. They come for the bot itself too."""
    joined = event.get("type") == "member_joined_channel"
    channel_id, by, at = (str(event.get(name) or "") for name in ("channel", "inviter", "event_ts"))
    if event.get("user") == services.slack.user_id:
        await watch.moved(services, channel_id, watch.HERE if joined else watch.LEFT, by, at)
    else:
        user_id = str(event.get("user") or "")
        await presence.came_or_went(services, channel_id, user_id, here=joined, at=at)
        if joined:
            await catchup_visits.joined(services, channel_id, user_id, inviter=by)


async def id_changed(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: channel_id_changed event."""
    await watch.id_changed(services, str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or ""))


async def unpinned(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: pin_removed event."""
    ts = str(((event.get("item") or {}).get("message") or {}).get("ts") or "")
    channel_id, by, at = (str(event.get(name) or "") for name in ("channel_id", "user", "event_ts"))
    if ts and at:
        await watch.unpinned(services, channel_id, ts, by, at)


async def home_opened(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: app_home_opened event. It also comes for the messages tab, which needs no drawing."""
    if event.get("tab") == "home":
        await home.opened(services, str(event.get("user") or ""))


EVENTS: Mapping[str, EventFunction] = MappingProxyType(
    {
        "app_home_opened": home_opened,
        "message": message,
        "reaction_added": reaction,
        "reaction_removed": reaction,
        "channel_id_changed": id_changed,
        "channel_rename": renamed,
        "group_rename": renamed,
        "channel_archive": archived,
        "channel_unarchive": archived,
        "group_archive": archived,
        "group_unarchive": archived,
        "member_joined_channel": came_or_went,
        "member_left_channel": came_or_went,
        "pin_removed": unpinned,
    }
)
