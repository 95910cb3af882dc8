"""The workspace as tests and the demo hold it: opened, filled with people, asked what happened."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain, count
from secrets import token_hex
from typing import Any, TypeVar

from bot.practice.delivery.delivery import Delivery
from bot.practice.delivery.sockets import Sockets
from bot.practice.driver.person import Person
from bot.practice.faults.faults import Faults
from bot.practice.faults.tiers import Tiers
from bot.practice.installed import install
from bot.practice.state import membership, posting
from bot.practice.state.channels import Channel
from bot.practice.state.files import File
from bot.practice.state.messages import Message
from bot.practice.state.people import User, Usergroup
from bot.practice.state.store import Clock, Plan, State
from bot.practice.web.api import Api, Tokens
from bot.practice.web.calls import CallLog, MadeCall
from bot.practice.web.server import Doors, serve

Json = dict[str, Any]
Value = TypeVar("Value")
QUIET = 0.05


class Workspace:
    """One Slack workspace on loopback with the app installed in it. Open it with `open_workspace`."""

    def __init__(
        self, *, state: State, tokens: Tokens, sockets: Sockets, delivery: Delivery, faults: Faults, log: CallLog
    ) -> None:
        self.state = state
        self.delivery = delivery
        self.faults = faults
        self._tokens = tokens
        self._sockets = sockets
        self._log = log
        self.people: list[Person] = []
        self._general = state.add_channel(name="general", kind="channel", creator="USLACKBOT", is_general=True)
        state.add_channel(name="incidents", kind="channel", creator="USLACKBOT")

    @property
    def api_url(self) -> str:
        """What `SLACK_API_URL` is set to."""
        return f"{self.state.host}/api/"

    @property
    def bot_token(self) -> str:
        return self._tokens.bot

    @property
    def app_token(self) -> str:
        return self._tokens.app

    @property
    def signing_secret(self) -> str:
        return self._tokens.signing_secret

    @property
    def bot_user_id(self) -> str:
        return self.state.account.bot_user

    @property
    def team_id(self) -> str:
        return self.state.account.team_id

    @property
    def plan(self) -> Plan:
        """`paid`, or `free`, on which canvases and user groups are refused."""
        return self.state.plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        self.state.plan = plan

    @property
    def calls(self) -> list[MadeCall]:
        """Everything the app asked for, response URLs and uploads included, in order."""
        return self._log.calls

    @property
    def files(self) -> list[File]:
        """Files that were uploaded completely, by the app or by people."""
        return [file for file in self.state.files.values() if file.complete and not file.deleted]

    def add_person(
        self,
        name: str,
        *,
        tz: str = "Europe/London",
        handle: str = "",
        email: str = "",
        guest: bool = False,
        one_channel: bool = False,
        admin: bool = False,
    ) -> Person:
        """A new member, who joins #general unless a guest; a guest may be one of `one_channel`. The handle is the
        first name in lower case, or the whole name with dots where somebody has that already."""
        handle = handle or self._free_handle(name)
        user = User(
            id=self.state.numbers.new_id("U"),
            team_id=self.team_id,
            handle=handle,
            real_name=name,
            email=email or f"{handle}@example.com",
            tz=tz,
            is_guest=guest,
            one_channel=one_channel,
            is_admin=admin,
            updated=self.state.numbers.seconds(),
        )
        self.state.users[user.id] = user
        person = Person(self.state, self.delivery, user)
        self.people.append(person)
        if not guest:
            membership.join(self.state, self._general, user.id)
        return person

    def _free_handle(self, name: str) -> str:
        taken = {user.handle for user in self.state.users.values()}
        first, whole = name.partition(" ")[0].lower(), ".".join(name.lower().split())
        numbered = (f"{whole}{number}" for number in count(2))
        return next(handle for handle in chain((first, whole), numbered) if handle not in taken)

    def deactivate(self, person: Person) -> None:
        """Somebody leaves the company: the account stays, marked as deleted, and is in no channel any more."""
        person.user.deleted = True
        for channel in self.channels:
            channel.members.remove(person.id)
        user = person.user.to_json(with_email=False, at=self.state.clock.now())
        self.state.publish({"type": "user_change", "user": user, "event_ts": self.state.numbers.new_ts()})

    def add_usergroup(self, handle: str, members: Sequence[Person], *, name: str = "") -> Usergroup:
        """A new user group such as `payments-oncall`."""
        group = Usergroup(
            id=self.state.numbers.new_id("S"),
            team_id=self.team_id,
            handle=handle,
            name=name or handle,
            created=self.state.clock.now(),
            created_by="USLACKBOT",
            members=[member.id for member in members],
        )
        self.state.usergroups[group.id] = group
        return group

    def add_channel(self, name: str, *, members: Sequence[Person | str] = (), private: bool = False) -> Channel:
        """A channel with these members (people, or the app by its user id)."""
        ids = [member if isinstance(member, str) else member.id for member in members]
        channel = self.state.add_channel(
            name=name, kind="group" if private else "channel", creator=ids[0] if ids else "USLACKBOT"
        )
        for member in ids:
            membership.join(self.state, channel, member)
        return channel

    def another_app_says(
        self, name: str, text: str, *, in_: Channel, attachments: Sequence[Json] = (), blocks: Sequence[Json] = ()
    ) -> Message:
        """A message of some other app, such as a monitoring bot; it has no user. `text` is mrkdwn."""
        return posting.post(
            self.state,
            in_,
            user=None,
            subtype="bot_message",
            text=text,
            blocks=list(blocks),
            attachments=list(attachments),
            author={"bot_id": self.state.numbers.new_id("B"), "username": name},
        )

    def unfurl(self, message: Message, title: str) -> None:
        """Slack looks up a link in a message and shows a preview below it, which counts as a change of it."""
        posting.edit(self.state, message, attachments=[{"id": 1, "title": title, "fallback": title}])

    def change_channel_id(self, channel: Channel) -> None:
        """Slack gives a channel another id."""
        membership.change_id(self.state, channel)

    def delete_channel(self, channel: Channel) -> None:
        """An administrator deletes a channel with everything in it."""
        membership.delete(self.state, channel)

    def find_channel(self, name: str) -> Channel | None:
        """The channel of that name, archived and private ones too."""
        return self.state.channel_named(name)

    def channel(self, name: str) -> Channel:
        """Like `find_channel`, but raises KeyError if there is none."""
        found = self.find_channel(name)
        if found is None:
            names = sorted(channel.name for channel in self.state.channels.values())
            raise KeyError(f"There is no channel {name!r}, only {', '.join(names)}")
        return found

    @property
    def channels(self) -> list[Channel]:
        """All channels but direct messages, oldest first."""
        return [channel for channel in self.state.channels.values() if channel.kind in ("channel", "group")]

    def deliver_over_http(self, url: str) -> None:
        """From now on post events and interactions to this URL instead of sockets. The URL is asked to verify
        itself until it does; `bot_connected` waits for that."""
        self.delivery.use_http(url, secret=self.signing_secret)

    async def bot_connected(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109 - the caller reads it as a wait
        """Wait until the app listens: a socket that has said hello, or a URL that has verified itself."""
        self.delivery.check_url_again()
        await self.until(lambda: self.delivery.is_connected, timeout=timeout)

    async def until(self, condition: Callable[[], Value | None], timeout: float = 10.0) -> Value:  # noqa: ASYNC109
        """Wait for something to become true and answer its value. AssertionError with a description of what is
        there and what went on, if that takes longer than `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise AssertionError(f"This did not happen within {timeout} s.\n{self.describe()}")
            await self.state.changes.wait(min(rest, 0.05))
        return value

    async def settled(self, quiet: float = QUIET, timeout: float = 15.0) -> None:  # noqa: ASYNC109
        """Wait until nothing is under way for `quiet` seconds: no delivery, no call."""
        deadline = time.monotonic() + timeout
        while True:
            await self.until(lambda: self._is_idle, timeout=max(0.01, deadline - time.monotonic()))
            calls, sent = len(self.calls), len(self.delivery.sent)
            await asyncio.sleep(quiet)
            if self._is_idle and (calls, sent) == (len(self.calls), len(self.delivery.sent)):
                return

    @property
    def _is_idle(self) -> bool:
        return self.delivery.is_idle and self._log.running == 0

    def describe(self) -> str:
        """The last calls, what went wrong for people, and what is in the channels: for failing tests."""
        calls = [f"  {call}" for call in self.calls[-15:]]
        complaints = [f"  {complaint}" for complaint in self.state.complaints[-5:]]
        places = [self._describe_channel(channel) for channel in self.state.channels.values()]
        whispers = [
            f"  to {self.state.user_name(whisper.user)}: {whisper.shown}" for whisper in self.state.ephemerals[-5:]
        ]
        modals = [f"  {person.name}: {person.modal.shown}" for person in self.people if person.modal]
        parts = (
            ("Last calls", calls), ("Complaints", complaints), ("Channels", places), ("Private", whispers),
            ("Modals", modals),
        )  # fmt: skip
        return "\n".join(line for title, lines in parts for line in (f"{title}:", *(lines or ["  none"])))

    def _describe_channel(self, channel: Channel) -> str:
        last = "".join(f"\n    {message.shown[:200]}" for message in channel.messages[-4:])
        return f"  #{channel.name} ({len(channel.messages)} messages){last}"


@asynccontextmanager
async def open_workspace(
    *,
    clock: Clock,
    manifest: Json,
    monotonic: Callable[[], float] = time.monotonic,
    port: int = 0,
    tokens: Tokens | None = None,
) -> AsyncIterator[Workspace]:
    """A workspace for one app, listening on 127.0.0.1 until the block ends.

    `manifest` is the app's manifest, parsed: scopes, events, commands, shortcuts and tabs are taken from it.
    `clock` dates the messages; `monotonic` is for what must not be sped up (trigger ids, rate limits).
    """
    state = State(clock=clock, monotonic=monotonic, installed=install(manifest))
    tokens = tokens or Tokens(
        bot=f"xoxb-practice-{token_hex(12)}", app=f"xapp-1-practice-{token_hex(12)}", signing_secret=token_hex(16)
    )
    sockets = Sockets(app_id=state.account.app_id, changes=state.changes)
    delivery = Delivery(state, sockets)
    state.audience = delivery.publish
    state.later = delivery.later
    faults = Faults(drop_sockets=sockets.drop, tiers=Tiers(monotonic=monotonic))
    log = CallLog(state.numbers.next_in_sequence)
    api = Api(state=state, tokens=tokens, sockets=sockets, faults=faults, log=log)
    doors = Doors(state=state, tokens=tokens, sockets=sockets, faults=faults, log=log)
    async with serve(api, doors, port=port) as host:
        state.host = host
        try:
            yield Workspace(state=state, tokens=tokens, sockets=sockets, delivery=delivery, faults=faults, log=log)
        finally:
            await delivery.close()
            await sockets.close()
