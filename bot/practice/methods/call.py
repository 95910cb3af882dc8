"""What every Web API method is given, and how it refuses.

Source: docs.slack.dev "Using the Web API" and the page of each method.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.practice.state.channels import Channel, Kind
from bot.practice.state.messages import Message
from bot.practice.state.people import User
from bot.practice.state.store import State

Json = dict[str, Any]
Family = Mapping[Kind, tuple[str, ...]]
"""For each kind of conversation the scopes of which one is enough."""


class Refused(Exception):
    """The method answers `ok: false` with this error name and these further fields."""

    def __init__(self, error: str, /, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.fields = fields


def invalid(error: str, *problems: str, **fields: Any) -> Refused:
    """A refusal that points at the bad fields, as Slack's validation does."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return Refused(error, response_metadata={"messages": messages}, **fields)


def family(suffix: str, *, extra: str | None = None) -> Family:
    """`family("read")` is channels:read, groups:read, im:read and mpim:read, each for its own kind."""
    kinds: dict[Kind, str] = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
    suffixes = (suffix, extra) if extra else (suffix,)
    return {kind: tuple(f"{name}:{end}" for end in suffixes) for kind, name in kinds.items()}


READ = family("read")
HISTORY = family("history")
MANAGE: Family = {**family("write"), "channel": ("channels:manage", "channels:write")}
INVITES: Family = {
    **MANAGE,
    "channel": ("channels:manage", "channels:write", "channels:write.invites"),
    "group": ("groups:write", "groups:write.invites"),
}
TOPIC: Family = {
    "channel": ("channels:manage", "channels:write", "channels:write.topic"),
    "group": ("groups:write", "groups:write.topic"),
    "im": ("im:write", "im:write.topic"),
    "mpim": ("mpim:write", "mpim:write.topic"),
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of one method by the app: its arguments, and the state to work on."""

    state: State
    args: Mapping[str, Any]

    @property
    def bot(self) -> str:
        return self.state.account.bot_user

    def text(self, name: str, default: str = "") -> str:
        """An argument as text; absent and null are the default."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """An argument that must be there."""
        value = self.text(name)
        if not value:
            raise invalid("invalid_arguments", f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean in any of the ways clients write it."""
        value = self.text(name).lower()
        return default if value == "" else value in ("1", "true")

    def number(self, name: str, default: int, *, error: str = "invalid_limit") -> int:
        value = self.text(name)
        if value and not value.lstrip("-").isdigit():
            raise Refused(error)
        return int(value) if value else default

    def json(self, name: str, error: str) -> Any:
        """An argument that may come as JSON text or as JSON itself; absent is None."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def listed(self, name: str) -> list[str]:
        """A comma-separated list, or a JSON one."""
        value = self.args.get(name)
        items = value if isinstance(value, list) else self.text(name).split(",")
        return [str(item).strip() for item in items if str(item).strip()]

    def has_any(self, *scopes: str) -> bool:
        return not self.state.installed.scopes.isdisjoint(scopes)

    def need(self, *scopes: str) -> None:
        """Refuse unless one of the scopes was granted."""
        if not self.has_any(*scopes):
            provided = ",".join(sorted(self.state.installed.scopes))
            raise Refused("missing_scope", needed=",".join(scopes), provided=provided)

    def channel(self, name: str = "channel", *, needs: Family | None = None) -> Channel:
        """The conversation an argument names, if the app can see it."""
        found = self.state.channels.get(self.required(name))
        if found is None or (found.is_private and self.bot not in found.members):
            raise Refused("channel_not_found")
        if needs is not None:
            self.need(*needs[found.kind])
        return found

    def joined(self, name: str = "channel", *, needs: Family | None = None) -> Channel:
        """Like `channel`, and the app must be in it."""
        found = self.channel(name, needs=needs)
        if self.bot not in found.members:
            raise Refused("is_archived" if found.is_archived else "not_in_channel")
        return found

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """The message in the channel that an argument names."""
        found = channel.message(self.required(name))
        if found is None:
            raise Refused("message_not_found")
        return found

    def user(self, name: str = "user") -> User:
        found = self.state.users.get(self.required(name))
        if found is None:
            raise Refused("user_not_found")
        return found

    def user_json(self, user: User) -> Json:
        with_email = self.has_any("users:read.email")
        return user.to_json(with_email=with_email, at=self.state.clock.now())


@dataclass(frozen=True, kw_only=True)
class Method:
    """One Web API method: what runs, which scopes open it (one of them is enough), how often it may be called."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int | None = None
    """Slack's tier 1–4; None is special."""
    takes_json: bool = True
    """Whether Slack reads a JSON body for this method."""


def any_of(scopes: Family) -> tuple[str, ...]:
    """All scopes of a family: enough to be let in, before the kind of conversation is known."""
    return tuple(dict.fromkeys(scope for kind in scopes.values() for scope in kind))
