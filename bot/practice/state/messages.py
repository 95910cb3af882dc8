"""A message, as Slack keeps it and as a person reads it."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.practice.reading import Names, buttons_in, pings_in, read_message

if TYPE_CHECKING:
    from bot.practice.state.channels import Channel

Json = dict[str, Any]


@dataclass(kw_only=True, eq=False)
class Message:
    """One message in a conversation.

    `shown` is what a person reads, `text` and `blocks` what Slack stores. `thread_ts` is the parent's
    timestamp in a reply, the message's own once it has replies, else None.
    """

    channel: "Channel"
    names: Names
    ts: str
    user: str | None
    text: str
    team: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    subtype: str | None = None
    thread_ts: str | None = None
    author: Json = field(default_factory=dict)
    """What marks an app's message: `bot_id`, `app_id`, `bot_profile`."""
    extra: Json = field(default_factory=dict)
    """What only one subtype has, such as `topic`, `inviter` or `root`."""
    metadata: Json | None = None
    edited: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list["Message"] = field(default_factory=list)
    deleted: bool = False

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def in_history(self) -> bool:
        """Replies are only in their thread, unless they were also sent to the channel."""
        return not self.is_reply or self.subtype == "thread_broadcast"

    @property
    def shown(self) -> str:
        """The plain text a person reads: names for mentions, UTC times for dates, [brackets] for buttons."""
        return read_message(
            text=self.text,
            blocks=self.blocks,
            attachments=self.attachments,
            files=self.files,
            names=self.names,
        )

    @property
    def pings(self) -> list[str]:
        """Everybody whom this message notifies: `@channel`, `@Anna Keller`, `@payments-oncall`."""
        return pings_in(self.text, self.blocks, self.names)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons, in order."""
        return buttons_in(self.blocks)

    @property
    def is_pinned(self) -> bool:
        return self.ts in self.channel.pins

    def to_json(self, *, with_metadata: bool = False) -> Json:
        """The message object of `conversations.history`."""
        if self.deleted:
            return self._tombstone()
        found: Json = {"type": "message", "ts": self.ts, "text": self.text, "team": self.team}
        optional: Json = {
            "user": self.user,
            "subtype": self.subtype,
            "blocks": deepcopy(self.blocks),
            "attachments": deepcopy(self.attachments),
            "files": deepcopy(self.files),
            "edited": self.edited,
            "metadata": deepcopy(self.metadata) if with_metadata else None,
            "reactions": self.reactions_json(),
        }
        found |= {key: value for key, value in optional.items() if value}
        if self.is_pinned:
            found["pinned_to"] = [self.channel.id]
        return found | deepcopy(self.author) | deepcopy(self.extra) | self._thread_json()

    def reactions_json(self) -> list[Json]:
        return [{"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()]

    def _thread_json(self) -> Json:
        if self.is_reply:
            parent = self.channel.history.get(self.thread_ts or "")
            return {"thread_ts": self.thread_ts, "parent_user_id": parent.user if parent else None}
        if not self.replies:
            return {}
        users = list(dict.fromkeys(reply.user for reply in self.replies if reply.user))
        return {
            "thread_ts": self.ts,
            "reply_count": len(self.replies),
            "reply_users_count": len(users),
            "latest_reply": self.replies[-1].ts,
            "reply_users": users,
            "is_locked": False,
            "subscribed": False,
        }

    def _tombstone(self) -> Json:
        return {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
            "ts": self.ts,
        } | self._thread_json()


@dataclass(kw_only=True, eq=False)
class Ephemeral:
    """Something only one person sees: an answer to a command, `chat.postEphemeral`, a response URL's post."""

    channel: "Channel"
    names: Names
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    from_app: bool = True
    """False when Slack itself says it, for example that a command got no answer."""

    @property
    def shown(self) -> str:
        return read_message(text=self.text, blocks=self.blocks, names=self.names)

    @property
    def buttons(self) -> list[str]:
        return buttons_in(self.blocks)
