"""What the workflows need from Slack, by noun. Adapters live in `bot/`; so does everything that speaks HTTP.

Every method may raise `Busy`, `Refused` or `Unclear`; nothing else is an expected failure.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol


class SlackTrouble(Exception):
    """Slack did not do what was asked. The subclasses say what the caller can do about it."""


class Busy(SlackTrouble):
    """Nothing happened; ask again after `retry_after`. `error` is Slack's word if it wants more than a pause."""

    def __init__(self, retry_after: timedelta, error: str = "") -> None:
        super().__init__(error or f"Slack asks for a pause of {retry_after.total_seconds():.0f} s")
        self.error = error
        self.retry_after = retry_after


class Unclear(SlackTrouble):
    """The answer was lost: it may have happened or not. Look before asking again."""


class Refused(SlackTrouble):
    """Slack said no, and will say so again until a person changes something.

    `error` is Slack's word for it, for example `restricted_action`; `detail` what else it told.
    """

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error = error
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Post:
    """Something the bot says: `text` is the notification and what screen readers read, `blocks` what people see."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Channel:
    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True  # whether the bot is in it
    creator: str = ""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who somebody is. `time_zone` is an IANA name; a guest sees those channels only that they are in."""

    user_id: str
    name: str
    time_zone: str = "UTC"
    is_bot: bool = False
    is_guest: bool = False


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message as Slack gives it now, in an event or in a channel's history.

    `worded_ts` is Slack's time since when it says this (empty: the wording is not known), `revised_ts` that of the
    news itself, which may be about something else; `deleted` says that it is gone.
    `before` is the earlier wording that an edit mentions, with the time from which it held.
    """

    channel_id: str
    ts: str
    user_id: str
    text: str
    worded_ts: str
    revised_ts: str
    thread_ts: str | None = None
    subtype: str = ""
    edited: bool = False
    deleted: bool = False
    by_app: bool = False  # apps change their messages without a mark of when
    files: tuple[Mapping[str, str], ...] = ()  # {"id", "name"}
    before: tuple[str, str] | None = None  # (revised_ts, text)
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # in history only
    all_reactions: bool = True  # Slack leaves people out where very many reacted
    reply_count: int = 0  # in history only
    latest_reply: str = ""
    pinned: bool = False  # in history only


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of a channel's history; `more` says that there is more before it."""

    messages: Sequence[Heard]
    more: bool


@dataclass(frozen=True, kw_only=True)
class HeardReaction:
    """Somebody reacted to a message or took it back. `name` has neither colons nor a skin tone."""

    channel_id: str
    ts: str
    name: str
    user_id: str
    event_ts: str
    removed: bool = False


class Channels(Protocol):
    """Slack page: Conversations API."""

    async def create(self, name: str, *, private: bool) -> Channel:
        """Create a channel. Raises `Refused("name_taken")` whoever holds the name, archived channels included."""
        ...

    async def find_own(self, name: str) -> Channel | None:
        """A channel of that name that this bot created and is in, if there is one."""
        ...

    async def info(self, channel_id: str) -> Channel:
        """What a channel is now. Raises `Refused("channel_not_found")` when the bot cannot see it."""
        ...

    async def find(self, name: str) -> Channel | None:
        """Any channel of that name that the bot can see. Slow in large workspaces: remember the id."""
        ...

    async def invite(self, channel_id: str, users: Sequence[str]) -> Mapping[str, str]:
        """Bring people in; those who are in already count as done. Returns user -> Slack's reason for the others."""
        ...

    def members(self, channel_id: str) -> AsyncIterator[str]:
        """Who is in a channel, the bot too. Raises `Refused("channel_not_found")` when the bot cannot see it."""
        ...

    async def remove(self, channel_id: str, user_id: str) -> None:
        """Take somebody out; not being in is success. Raises `Refused`, for example `restricted_action`."""
        ...

    async def set_topic(self, channel_id: str, topic: str) -> None:
        """Set the topic, cut to Slack's 250 characters. Repeating it is harmless but visible."""
        ...

    async def rename(self, channel_id: str, name: str) -> str:
        """Rename; returns the name that Slack made of it."""
        ...

    async def join(self, channel_id: str) -> None:
        """Join a public channel; being in it already is success."""
        ...


class Posts(Protocol):
    """Slack page: Sending messages."""

    async def post(self, channel_id: str, post: Post, *, key: str = "", thread_ts: str = "") -> str:
        """Post and return the `ts`. `key` travels as invisible metadata so that `find` sees it again.

        `channel_id` may be a user id: then it is a direct message (see `open_direct`).
        """
        ...

    async def find(
        self, channel_id: str, key: str, since: datetime, *, thread_ts: str = "", besides: str = ""
    ) -> str | None:
        """The `ts` of our own post with that key, looking back to `since`; in the thread, if one is named.

        `besides` is the `ts` of one that is known already.
        """
        ...

    async def update(self, channel_id: str, ts: str, post: Post) -> None:
        """Replace a post of ours, blocks included. Raises `Refused("message_not_found")` when somebody deleted it."""
        ...

    async def delete(self, channel_id: str, ts: str) -> None:
        """Take a post of ours away; one that is gone already is success."""
        ...

    async def whisper(self, channel_id: str, user_id: str, post: Post, *, thread_ts: str = "") -> None:
        """Show something to one person only, in a thread if one is named. Slack neither keeps it nor promises to."""
        ...

    async def answer(self, response_url: str, post: Post) -> None:
        """Answer a command or press privately, up to 30 minutes later. Slack page: Handling user interaction."""
        ...

    async def open_direct(self, user_id: str) -> str:
        """The id of the direct conversation with somebody."""
        ...

    async def permalink(self, channel_id: str, ts: str) -> str:
        """A link that opens this message."""
        ...


class Decor(Protocol):
    """What hangs on a channel's wall. Slack pages: Pins, Bookmarks, Reactions."""

    async def pin(self, channel_id: str, ts: str) -> None:
        """Pin; pinned already is success."""
        ...

    async def unpin(self, channel_id: str, ts: str) -> None:
        """Take a pin away; not pinned is success."""
        ...

    async def bookmark(self, channel_id: str, title: str, url: str) -> str:
        """Add a link to the channel's bar and return its id; nothing when somebody put such a link there already.

        Repeating it finds what was added, and adds nothing.
        """
        ...

    async def change_bookmark(self, channel_id: str, bookmark_id: str, title: str, url: str) -> None:
        """Change a link. Raises `Refused("not_found")` when somebody removed it."""
        ...

    async def remove_bookmark(self, channel_id: str, bookmark_id: str) -> None:
        """Take a link away; one that is gone already is success."""
        ...

    async def react(self, channel_id: str, ts: str, name: str) -> None:
        """React to a message; having done so is success."""
        ...


class History(Protocol):
    """Reading back what was said. Slack pages: conversations.history, conversations.replies."""

    async def page(self, channel_id: str, *, after: str, before: str) -> Page:
        """The newest messages between two `ts`, both left out, newest first, without thread replies.

        It is empty only where there are none. The next page lies before the last message of this one.
        """
        ...

    def replies(self, channel_id: str, thread_ts: str) -> AsyncIterator[Heard]:
        """A thread, parent first."""
        ...


class Files(Protocol):
    """Slack pages: Working with files, Canvases."""

    async def upload(self, channel_id: str, name: str, content: bytes, *, title: str, comment: str) -> str:
        """Share a file in a channel and return its id."""
        ...

    async def find(self, channel_id: str, name: str) -> str | None:
        """The id of a file of that name that the bot has shared in the channel."""
        ...

    async def canvas(self, channel_id: str, markdown: str) -> str:
        """Make or replace the channel's canvas; returns its id. Many plans refuse: treat it as decoration."""
        ...


class Views(Protocol):
    """Slack page: Modals."""

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a form. The trigger is good for three seconds and once."""
        ...

    async def push(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a form on top of the one from which the trigger came; Slack takes three. The trigger is good once."""
        ...

    async def update(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open form; one that was closed is success."""
        ...

    async def publish(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Show somebody's home tab."""
        ...


class People(Protocol):
    """Slack page: users.info."""

    async def profile(self, user_id: str) -> Profile:
        """Raises `Refused("user_not_found")` for ids that this workspace does not know."""
        ...


class Groups(Protocol):
    """User groups, which paid plans have. Slack page: usergroups.users.list."""

    async def members(self, group_id: str) -> Sequence[str]:
        """The user ids of a group. Raises `Refused("no_such_subteam")` when it was disabled or is unknown."""
        ...


@dataclass(frozen=True, kw_only=True)
class Room:
    """A video call that a vendor made. `passcode` is for those who dial in."""

    url: str
    passcode: str = ""


class Rooms(Protocol):
    """Video calls made through their vendor, who fails in the same three ways as Slack.

    `Refused.error` is one of the words of `workflows.refusals` that begin with `call_`. `Unclear`: a call may exist.
    """

    async def create(self, topic: str, marker: str) -> Room:
        """Make a call that people can join without a host. No vendor makes it once only: look for it first."""
        ...

    async def find(self, marker: str) -> Room | None:
        """A call made with this marker; `None` also where the vendor gives no way to look."""
        ...


class NoRooms:
    """Nothing is configured that could make a call."""

    async def create(self, topic: str, marker: str) -> Room:
        """Raises `Refused`."""
        raise Refused("call_login_refused")

    async def find(self, marker: str) -> Room | None:
        """There is none."""
        return None


@dataclass(frozen=True, kw_only=True)
class Slack:
    """Everything of Slack, handed around as one value. `user_id` and `bot_id` are the bot's own."""

    channels: Channels
    posts: Posts
    decor: Decor
    history: History
    files: Files
    views: Views
    people: People
    groups: Groups
    user_id: str
    bot_id: str
    team_url: str


# Beside Slack: addresses that people may call with one press.


class NotSent(Exception):
    """Nothing has happened: the other side was not reached. The message says why, without secrets."""


class NoAnswer(Exception):
    """It may have happened: what was sent was not answered. The message says why, without secrets."""


@dataclass(frozen=True, kw_only=True)
class HookCall:
    """One request. `secret` names the environment variable whose value travels in `header`; `body` is JSON or empty."""

    url: str
    method: str
    body: str
    secret: str
    header: str
    timeout: timedelta


@dataclass(frozen=True, kw_only=True)
class HookAnswer:
    """What was answered: the HTTP status and the beginning of the text."""

    status: int
    text: str


class Hooks(Protocol):
    """Pre-approved remediation."""

    async def call(self, call: HookCall) -> HookAnswer:
        """Send it once. Raises `NotSent` when nothing happened, `NoAnswer` when that is not known."""
        ...


class NoHooks:
    """Where nothing may be called, as on the command line."""

    async def call(self, call: HookCall) -> HookAnswer:
        raise NotSent("this process calls nothing")
