"""Conversations: public and private channels, direct messages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.practice.state.messages import Message

Json = dict[str, Any]
Kind = Literal["channel", "group", "im", "mpim"]
"""Slack's `channel_type`: public channel, private channel, direct message, group direct message."""


class Members:
    """User ids in the order they joined; `anna in channel.members` works with a person too."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._ids = dict.fromkeys(ids)

    def __contains__(self, who: object) -> bool:
        return getattr(who, "id", who) in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return repr(list(self._ids))

    def add(self, user: str) -> None:
        self._ids[user] = None

    def remove(self, user: str) -> None:
        self._ids.pop(user, None)


@dataclass(frozen=True, kw_only=True)
class Pin:
    by: str
    at: int


@dataclass(kw_only=True, eq=False)
class Canvas:
    """A document; `markdown` is all of it."""

    id: str
    title: str
    markdown: str
    channel_id: str | None = None


@dataclass(kw_only=True, eq=False)
class Channel:
    """One conversation and everything in it."""

    id: str
    name: str
    kind: Kind
    team_id: str
    creator: str
    created: int
    is_general: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    """People of other organisations are in it, through Slack Connect."""
    members: Members = field(default_factory=Members)
    topic: str = ""
    topic_by: str = ""
    topic_at: int = 0
    purpose: str = ""
    purpose_by: str = ""
    purpose_at: int = 0
    previous_names: list[str] = field(default_factory=list)
    history: dict[str, Message] = field(default_factory=dict)
    """Every message by timestamp, oldest first, replies and tombstones included."""
    pins: dict[str, Pin] = field(default_factory=dict)
    bookmarks: list[Json] = field(default_factory=list)
    canvas: Canvas | None = None

    @property
    def is_private(self) -> bool:
        return self.kind != "channel"

    @property
    def messages(self) -> list[Message]:
        """All messages that still exist, thread replies included, oldest first."""
        return [message for message in self.history.values() if not message.deleted]

    @property
    def pinned(self) -> list[Message]:
        """The pinned messages, in the order they were pinned."""
        return [self.history[ts] for ts in self.pins if not self.history[ts].deleted]

    def message(self, ts: str) -> Message | None:
        """The message with this timestamp unless it is gone."""
        found = self.history.get(ts)
        return None if found is None or found.deleted else found

    def to_json(self, *, reader: str, with_count: bool = False) -> Json:
        """The conversation object of `conversations.info` as the user `reader` gets it."""
        if self.kind == "im":
            return self._direct_json(reader)
        found = self._flags(reader) | {
            "topic": {"value": self.topic, "creator": self.topic_by, "last_set": self.topic_at},
            "purpose": {"value": self.purpose, "creator": self.purpose_by, "last_set": self.purpose_at},
            "previous_names": list(self.previous_names),
            "properties": self._properties(),
        }
        if with_count:
            found["num_members"] = len(self.members)
        return found

    def _flags(self, reader: str) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.is_private,
            "created": self.created,
            "creator": self.creator,
            "is_archived": self.is_archived,
            "is_general": self.is_general,
            "unlinked": 0,
            "is_shared": False,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "pending_connected_team_ids": [],
            "shared_team_ids": [self.team_id],
            "context_team_id": self.team_id,
            "parent_conversation": None,
            "updated": self.created * 1000,
            "is_member": reader in self.members,
        }

    def _direct_json(self, reader: str) -> Json:
        other = next((member for member in self.members if member != reader), reader)
        return {
            "id": self.id,
            "created": self.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": self.team_id,
            "updated": self.created * 1000,
            "user": other,
            "is_user_deleted": False,
            "is_open": True,
            "priority": 0,
        }

    def _properties(self) -> Json:
        if self.canvas is None:
            return {}
        return {"canvas": {"file_id": self.canvas.id, "is_empty": not self.canvas.markdown, "quip_thread_id": ""}}
