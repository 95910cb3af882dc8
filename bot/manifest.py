"""The Slack app itself, as code: `manifest.yml` is what `render(build())` says.

Fields and limits follow Slack's app manifest reference, major version 2.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from workflows.errors import UserError

Manifest = dict[str, Any]

COMMAND = "/incident"
DECLARE_SHORTCUT = "declare_incident"
DECLARE_FROM_SHORTCUT = "declare_from_message"
ACTION_SHORTCUT = "make_action"
TIMELINE_SHORTCUT = "add_to_timeline"

# Every scope that is asked for, with what would stop working without it.
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "app_mentions:read": "answer when somebody mentions the bot",
        "bookmarks:read": "see which links a channel has before adding one",
        "bookmarks:write": "keep card, runbooks and postmortem at the top of the channel",
        "canvases:write": "keep the postmortem draft as a canvas",
        "channels:history": "record what is said in public incident channels",
        "channels:join": "come back to a public incident channel after being removed",
        "channels:manage": "create, rename and archive incident channels, set the topic, invite",
        "channels:read": "notice joins, leaves, renames and archiving",
        "chat:write": "post and edit the card, updates and reminders",
        "chat:write.public": "announce in a public channel without being a member",
        "commands": "the command and the shortcuts",
        "files:read": "record the names of files that are shared",
        "files:write": "upload the postmortem draft",
        "groups:history": "record what is said in private incident channels",
        "groups:read": "notice joins, leaves, renames and archiving of private channels",
        "groups:write": "create private incident channels and invite to them",
        "im:history": "understand commands sent to the bot directly",
        "im:read": "know a direct conversation when an event comes from one",
        "im:write": "tell one person something outside a channel, such as a handoff",
        "pins:read": "notice that the card was unpinned",
        "pins:write": "pin the card",
        "reactions:read": "mark the timeline by reaction",
        "reactions:write": "confirm a mark with a reaction",
        "team:read": "name the workspace in links and exports",
        "usergroups:read": "invite the members of a group",
        "users:read": "show names instead of ids, and know people's time zones",
        "users:read.email": "find the Slack member behind an e-mail address",
    }
)

# Every event that is listened to, with the scope that Slack wants for it; `None` where it wants none.
EVENTS: Mapping[str, str | None] = MappingProxyType(
    {
        "app_home_opened": None,
        "app_mention": "app_mentions:read",
        "app_uninstalled": None,
        "channel_archive": "channels:read",
        "channel_id_changed": None,
        "channel_rename": "channels:read",
        "channel_unarchive": "channels:read",
        "file_shared": "files:read",
        "group_archive": "groups:read",
        "group_rename": "groups:read",
        "group_unarchive": "groups:read",
        "member_joined_channel": "channels:read",
        "member_left_channel": "channels:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "pin_added": "pins:read",
        "pin_removed": "pins:read",
        "reaction_added": "reactions:read",
        "reaction_removed": "reactions:read",
        "tokens_revoked": None,
    }
)

_HEADER = """\
# The Slack app: paste this at api.slack.com/apps, Create New App, From a manifest.
# Generated from bot/manifest.py by `sitrep manifest`; change it there. Changed scopes need a reinstall.
"""

# Section, then the longest text that Slack takes for each of its fields.
_LONGEST: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "display_information": {"name": 35, "description": 140, "long_description": 4000, "background_color": 7},
        "features.bot_user": {"display_name": 80},
        "features.slash_commands": {"command": 32, "description": 2000, "usage_hint": 1000, "url": 3000},
        "features.shortcuts": {"name": 24, "callback_id": 255, "description": 150},
        "settings.event_subscriptions": {"request_url": 3500},
        "settings.interactivity": {"request_url": 3500, "message_menu_options_url": 3500},
    }
)
_MOST: Mapping[str, int] = MappingProxyType(
    {
        "features.slash_commands": 50,
        "features.shortcuts": 10,
        "oauth_config.scopes.bot": 255,
        "settings.event_subscriptions.bot_events": 100,
    }
)


def public_address(text: str) -> str | None:
    """The address that was given for HTTP mode; `None` without one. Raises `UserError` for what Slack would refuse."""
    if not text or re.fullmatch(r"https://[^/?#\s]+/[^?#\s]+", text):
        return text or None
    raise UserError(
        f"“{text}” is not where Slack can send requests: give the whole address with https:// and the path, "
        "such as https://sitrep.example.com/slack/events."
    )


def build(request_url: str | None = None) -> Manifest:
    """The manifest for Socket Mode, or for HTTP when Slack shall send everything to `request_url`."""
    at = {} if request_url is None else {"request_url": request_url}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Sitrep",
            "description": "Declare, run and learn from incidents without leaving Slack",
            "background_color": "#7a1f1f",
        },
        "features": _features(request_url),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def _features(request_url: str | None) -> Manifest:
    command = {
        "command": COMMAND,
        "description": "Declare an incident and run it",
        "usage_hint": "[declare | update | handoff | resolved | help]",
        "should_escape": True,
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "sitrep", "always_online": True},
        "slash_commands": [command if request_url is None else {**command, "url": request_url}],
        "shortcuts": [
            {
                "name": "Declare an incident",
                "type": "global",
                "callback_id": DECLARE_SHORTCUT,
                "description": "Opens the form that starts an incident",
            },
            {
                "name": "Declare from message",
                "type": "message",
                "callback_id": DECLARE_FROM_SHORTCUT,
                "description": "Starts an incident from what this message says, and links back to it",
            },
            {
                "name": "Make an action item",
                "type": "message",
                "callback_id": ACTION_SHORTCUT,
                "description": "Notes what this message asks for, with an owner and a day",
            },
            {
                "name": "Add to timeline",
                "type": "message",
                "callback_id": TIMELINE_SHORTCUT,
                "description": "Puts this message on the incident's timeline",
            },
        ],
    }


def scopes(manifest: Manifest) -> tuple[str, ...]:
    """The bot scopes that the manifest asks for."""
    return tuple(manifest["oauth_config"]["scopes"]["bot"])


def render(manifest: Manifest) -> str:
    """The manifest as YAML, in the order in which it was built: the same manifest gives the same text."""
    return _HEADER + yaml.safe_dump(manifest, sort_keys=False, width=110, allow_unicode=True)


def check(path: Path) -> list[str]:
    """What keeps the file from being the manifest of this code, or from being accepted by Slack; empty when fine."""
    repair = "run `sitrep manifest > manifest.yml`"
    try:
        text = path.read_text(encoding="utf-8")
        manifest = yaml.safe_load(text)
    except FileNotFoundError:
        return [f"{path} is missing: {repair}"]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return [f"{path} is not valid YAML: {repair} ({error})"]
    if not isinstance(manifest, dict):
        return [f"{path} holds no manifest: {repair}"]
    problems = [f"{path}: {place} differs from the code: {repair}" for place in differences(manifest, build())]
    if not problems and text != render(build()):
        problems = [f"{path} is written differently from the code: {repair}"]
    return problems + list(beyond_limits(manifest))


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """The places, such as `features.shortcuts`, where two manifests do not say the same."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        if one != other:
            yield place or "the manifest"
        return
    for key in sorted({*one, *other}, key=str):
        inner = f"{place}.{key}" if place else str(key)
        if key in one and key in other:
            yield from differences(one[key], other[key], inner)
        else:
            yield inner


def beyond_limits(manifest: Manifest) -> Iterator[str]:
    """A sentence for each text that is empty or too long and each list that has too many entries."""
    for place, most in _MOST.items():
        count = len(_at(manifest, place) or ())
        if count > most:
            yield f"{place} has {count} entries: Slack takes {most}"
    for place, limits in _LONGEST.items():
        found = _at(manifest, place)
        for entry in found if isinstance(found, list) else [found or {}]:
            yield from _misfits(place, entry, limits)
    yield from _unserved(manifest)


def _misfits(place: str, entry: Manifest, limits: Mapping[str, int]) -> Iterator[str]:
    for field, longest in limits.items():
        if field in entry and not 1 <= len(str(entry[field])) <= longest:
            yield f"{place}.{field} has {len(str(entry[field]))} characters: Slack takes 1 to {longest}"


def _unserved(manifest: Manifest) -> Iterator[str]:
    """Events that Slack would never deliver because their scope is not asked for."""
    asked = _at(manifest, "oauth_config.scopes.bot") or ()
    for event in _at(manifest, "settings.event_subscriptions.bot_events") or ():
        scope = EVENTS.get(event)
        if scope is not None and scope not in asked:
            yield f"the event {event} needs the scope {scope}"


def _at(manifest: Any, place: str) -> Any:
    for key in place.split("."):
        manifest = manifest.get(key) if isinstance(manifest, dict) else None
    return manifest
