"""The app as its manifest describes it: what it may do and what it hears of.

Source: docs.slack.dev "App manifest reference".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SlashCommand:
    name: str
    should_escape: bool


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    name: str
    callback_id: str
    on_message: bool


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An app installed in the workspace."""

    name: str
    handle: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: Mapping[str, SlashCommand]
    shortcuts: tuple[Shortcut, ...]
    has_home: bool
    has_messages: bool
    interactive: bool


def install(manifest: Json) -> Installed:
    """Read a parsed manifest; what it leaves out is off."""
    features: Json = manifest.get("features") or {}
    settings: Json = manifest.get("settings") or {}
    home: Json = features.get("app_home") or {}
    name = str((manifest.get("display_information") or {}).get("name") or "App")
    scopes = ((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    return Installed(
        name=name,
        handle=str((features.get("bot_user") or {}).get("display_name") or name.lower()),
        scopes=frozenset(scopes),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
        commands={command.name: command for command in _commands(features)},
        shortcuts=_shortcuts(features),
        has_home=bool(home.get("home_tab_enabled")),
        has_messages=bool(home.get("messages_tab_enabled")) and not home.get("messages_tab_read_only_enabled"),
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
    )


def _commands(features: Json) -> list[SlashCommand]:
    return [
        SlashCommand(name=found["command"], should_escape=bool(found.get("should_escape")))
        for found in features.get("slash_commands") or []
    ]


def _shortcuts(features: Json) -> tuple[Shortcut, ...]:
    return tuple(
        Shortcut(name=found["name"], callback_id=found["callback_id"], on_message=found.get("type") == "message")
        for found in features.get("shortcuts") or []
    )
