"""Which function deals with which of Slack's events. What is not listed is acknowledged and left alone.

Each reads the event into a value and returns when that is stored.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.slack_messages import heard_event, reaction_event
from workflows import home, scribe
from workflows.services import Services

EventFunction = Callable[[Mapping[str, Any], Services], Awaitable[None]]


async def message(event: Mapping[str, Any], services: Services) -> None:
    """Slack page: message event. Posts, edits, deletions, thread replies, files, the bot's own included."""
    heard = heard_event(event)
    if heard is not None:
        await scribe.hear(services, heard)


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
        "channel_rename": renamed,
        "group_rename": renamed,
    }
)
