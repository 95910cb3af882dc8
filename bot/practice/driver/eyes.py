"""What a person sees: channels, private answers, modals, the home tab."""

from datetime import UTC, datetime

from bot.practice.driver.modal import ModalSeen, look_at
from bot.practice.driver.seat import Place, Seat
from bot.practice.reading import read_blocks
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.store import State


class Eyes(Seat):
    """Questions about what somebody can see."""

    @property
    def modal(self) -> ModalSeen | None:
        """The modal on top, as filled in so far."""
        stack = self._state.stacks.get(self.id) or []
        return look_at(stack[-1], self._state) if stack else None

    @property
    def home(self) -> str:
        """The app's home tab as text; empty if the app never published one."""
        view = self._state.homes.get(self.id)
        return read_blocks(view.definition["blocks"], self._state) if view else ""

    def ephemerals(self, in_: Place | None = None) -> list[Ephemeral]:
        """What only this person saw, in order: answers to commands, private messages of the app, and errors
        from Slack itself. Replaced ones show their newest content; deleted ones are gone."""
        channel = None if in_ is None else self._channel(in_)
        return [
            ephemeral
            for ephemeral in self._state.ephemerals
            if ephemeral.user == self.id and channel in (None, ephemeral.channel)
        ]

    def channels(self) -> list[str]:
        """The names of the open channels this person is in."""
        return [
            channel.name
            for channel in self._state.channels.values()
            if self.id in channel.members and not channel.is_archived and channel.kind in ("channel", "group")
        ]

    def sees(self, place: Place) -> str:
        """Everything this person can see in a channel, oldest first, replies under their parents."""
        channel = self._channel(place)
        lines = [(message.ts, show(self._state, message)) for message in channel.messages if not message.is_reply]
        lines += [(ephemeral.ts, whispered(ephemeral)) for ephemeral in self.ephemerals(channel)]
        return "\n".join(line for _, line in sorted(lines))


def clock_time(ts: str) -> str:
    """`HH:MM` in UTC of a message timestamp."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC).strftime("%H:%M")


def author_name(state: State, message: Message) -> str:
    if message.user:
        return state.user_name(message.user)
    return str(message.author.get("username") or state.installed.name)


def show(state: State, message: Message) -> str:
    """A message with its author, time, marks and replies."""
    marks = "📌 " if message.is_pinned else ""
    edited = " (edited)" if message.edited else ""
    reactions = "".join(f"  :{name}: {len(users)}" for name, users in message.reactions.items())
    head = f"{marks}{clock_time(message.ts)} {author_name(state, message)}: {message.shown}{edited}{reactions}"
    replies = [f"  ↳ {show(state, reply)}" for reply in message.replies]
    return "\n".join([head, *replies])


def whispered(ephemeral: Ephemeral) -> str:
    return f"{clock_time(ephemeral.ts)} (only you see this) {ephemeral.shown}"


def newest_first(channel: Channel, eyes: Eyes) -> list[Message | Ephemeral]:
    """Everything in a channel that has buttons to press, newest first."""
    both: list[Message | Ephemeral] = [*channel.messages, *eyes.ephemerals(channel)]
    return sorted(both, key=lambda thing: thing.ts, reverse=True)
