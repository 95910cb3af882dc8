"""Which events the app hears of, and the wrapper they come in.

Source: docs.slack.dev "The Events API" and the page of each event (its scope).
"""

from collections.abc import Mapping
from typing import Any

from bot.practice.state.channels import Channel
from bot.practice.state.store import State

Json = dict[str, Any]
MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
HISTORY_SCOPE = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}
SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_id_changed": (),
    "group_deleted": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "app_home_opened": (),
    "file_shared": ("files:read",),
    "file_created": ("files:read",),
    "file_deleted": ("files:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "app_uninstalled": (),
    "tokens_revoked": (),
}
"""For each event the scopes of which one is enough."""
FOR_ALL_PUBLIC = frozenset(
    {"channel_created", "channel_rename", "channel_archive", "channel_unarchive", "channel_deleted"}
)
"""Events about public channels that the app need not be in."""


def is_wanted(state: State, event: Json, channel: Channel | None) -> bool:
    """Subscribed, allowed by the scopes, and about a conversation the app is in."""
    kind = str(event["type"])
    installed = state.installed
    if channel is not None and kind not in FOR_ALL_PUBLIC and state.account.bot_user not in channel.members:
        return False
    if kind == "message":
        place = channel.kind if channel else "channel"
        return MESSAGES[place] in installed.events and HISTORY_SCOPE[place] in installed.scopes
    scopes = SCOPES.get(kind)
    if scopes is None or kind not in installed.events:
        return False
    return not scopes or not installed.scopes.isdisjoint(scopes)


def wrap(state: State, event: Json, channel: Channel | None) -> Json:
    """The `event_callback` around an event, with an event id of its own."""
    account = state.account
    authorization = {
        "enterprise_id": None,
        "team_id": account.team_id,
        "user_id": account.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    place = channel.id if channel else account.team_id
    return {
        "token": "practice-verification-token",
        "team_id": account.team_id,
        "context_team_id": account.team_id,
        "context_enterprise_id": None,
        "api_app_id": account.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": state.numbers.new_id("Ev"),
        "event_time": state.numbers.seconds(),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": f"4-{event['type']}-{account.team_id}-{account.app_id}-{place}",
    }
