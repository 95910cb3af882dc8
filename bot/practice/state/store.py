"""The workspace's memory: accounts, conversations, files, views, and who is told when they change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.practice.installed import Installed
from bot.practice.state.changes import Changes
from bot.practice.state.channels import Canvas, Channel, Kind, Members
from bot.practice.state.files import File
from bot.practice.state.messages import Ephemeral
from bot.practice.state.numbers import Numbers
from bot.practice.state.people import User, Usergroup
from bot.practice.state.tickets import Tickets
from bot.practice.state.views import View

Json = dict[str, Any]
Plan = Literal["paid", "free"]


class Clock(Protocol):
    def now(self) -> datetime: ...


class Audience(Protocol):
    """Whoever tells the app of events."""

    def __call__(self, event: Json, channel: Channel | None) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who the app is in this workspace."""

    team_id: str
    team_name: str
    domain: str
    app_id: str
    bot_id: str
    bot_user: str


class State:
    """All rows. Deeds in this room change them, then call `publish` and `changes.notify`."""

    def __init__(self, *, clock: Clock, monotonic: Callable[[], float], installed: Installed) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self.installed = installed
        self.numbers = Numbers(clock.now)
        self.changes = Changes()
        self.tickets = Tickets(monotonic=monotonic, now=clock.now)
        self.plan: Plan = "paid"
        self.host = ""
        self.users: dict[str, User] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.canvases: dict[str, Canvas] = {}
        self.ephemerals: list[Ephemeral] = []
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.complaints: list[str] = []
        """What went visibly wrong for people, newest last."""
        self.audience: Audience | None = None
        self.later: Callable[[Callable[[], None]], None] = lambda deed: deed()
        """Does a deed a moment from now; whoever runs the workspace says how."""
        self.account = self._install()

    def _install(self) -> Account:
        account = Account(
            team_id=self.numbers.new_id("T"),
            team_name="Practice",
            domain="practice",
            app_id=self.numbers.new_id("A"),
            bot_id=self.numbers.new_id("B"),
            bot_user=self.numbers.new_id("U"),
        )
        slackbot = User(id="USLACKBOT", team_id=account.team_id, handle="slackbot", real_name="Slackbot")
        bot = User(
            id=account.bot_user,
            team_id=account.team_id,
            handle=self.installed.handle,
            real_name=self.installed.name,
            is_bot=True,
            bot_id=account.bot_id,
            app_id=account.app_id,
            updated=self.numbers.seconds(),
        )
        self.users = {slackbot.id: slackbot, bot.id: bot}
        return account

    def publish(self, event: Json, channel: Channel | None = None) -> None:
        """Tell the app, if it asked to know, and wake whoever waits here."""
        if self.audience is not None:
            self.audience(event, channel)
        self.changes.notify()

    def add_channel(self, *, name: str, kind: Kind, creator: str, is_general: bool = False) -> Channel:
        """A new, empty conversation."""
        channel = Channel(
            id=self.numbers.new_id("D" if kind == "im" else "C"),
            name=name,
            kind=kind,
            team_id=self.account.team_id,
            creator=creator,
            created=self.numbers.seconds(),
            is_general=is_general,
        )
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, users: list[str]) -> Channel:
        """The direct conversation of exactly these users, made if there is none."""
        wanted = set(users)
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and set(channel.members) == wanted:
                return channel
        kind: Kind = "im" if len(wanted) <= 2 else "mpim"
        handles = "--".join(sorted(self.users[user].handle for user in wanted))
        name = "directmessage" if kind == "im" else f"mpdm-{handles}-1"
        channel = self.add_channel(name=name, kind=kind, creator=users[0])
        channel.members = Members(users)
        return channel

    def channel_named(self, name: str) -> Channel | None:
        """The channel that holds this name: open and public ones first, archived and private ones too."""
        found = [
            channel
            for channel in self.channels.values()
            if channel.name == name and channel.kind in ("channel", "group")
        ]
        return min(found, key=lambda channel: (channel.is_archived, channel.is_private), default=None)

    def user_name(self, user_id: str) -> str:
        user = self.users.get(user_id)
        return user.real_name if user else user_id

    def channel_name(self, channel_id: str) -> str:
        channel = self.channels.get(channel_id)
        return channel.name if channel else channel_id

    def usergroup_handle(self, usergroup_id: str) -> str:
        group = self.usergroups.get(usergroup_id)
        return group.handle if group else usergroup_id

    def new_trigger(self, user: str) -> str:
        """A trigger id for what `user` has just done."""
        number = self.numbers.new_id("")
        return self.tickets.new_trigger(f"{number}.{self.account.team_id[1:]}.{number.lower()}", user)
