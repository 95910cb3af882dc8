"""Looks at the practice workspace and says what is new since the last look, in the order in which it happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal

from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.workspace import Workspace

Kind = Literal[
    "said", "edited", "deleted", "reacted", "unreacted", "whispered", "joined", "topic", "card", "card_changed"
]

# The small grey lines of Slack: what the demo makes of each. The others are not worth a line.
SERVED: Final[Mapping[str, Kind]] = MappingProxyType({"channel_join": "joined", "channel_topic": "topic"})
LATE: Final[tuple[Kind, ...]] = ("deleted", "card_changed", "edited")
SILENT: Final = frozenset({"channel_purpose", "pinned_item", "bot_add"})


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One thing that became visible.

    `only` names the person who alone sees it; `about` is the text it answers, changes or reacts to.
    """

    kind: Kind
    at: datetime
    place: str
    who: str
    text: str
    only: str = ""
    about: str = ""
    is_reply: bool = False
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Look:
    """A message as it was at the last look."""

    shown: str
    reactions: frozenset[tuple[str, str]]
    sighting: Sighting


class Watch:
    """Remembers what was visible. `news` answers with the difference."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._state = workspace.state
        self._messages: dict[tuple[str, str], Look] = {}
        self._whispers: dict[str, str] = {}

    def news(self) -> list[Sighting]:
        """What is new, oldest first; nothing is told twice."""
        found = [*self._gone(), *self._whispered()]
        for channel in list(self._state.channels.values()):
            for message in channel.messages:
                found += self._about(channel, message)
        return together(sorted(found, key=in_order))

    def _about(self, channel: Channel, message: Message) -> Iterator[Sighting]:
        key = (channel.id, message.ts)
        before, now = self._messages.get(key), self._look(channel, message)
        self._messages[key] = now
        if message.subtype in SILENT or self._is_own_arrival(message):
            return
        if before is None:
            yield now.sighting
        elif before.shown != now.shown:
            yield replace(
                now.sighting, kind=changed(now.sighting.kind), about=before.shown, at=self._edited_at(message)
            )
        yield from self._reactions(before, now)

    def _reactions(self, before: Look | None, now: Look) -> Iterator[Sighting]:
        old = before.reactions if before else frozenset()
        kinds: tuple[tuple[Kind, frozenset[tuple[str, str]]], ...] = (
            ("reacted", now.reactions - old),
            ("unreacted", old - now.reactions),
        )
        for kind, changes in kinds:
            for name, user in sorted(changes):
                who = self.first_name(user)
                yield replace(
                    now.sighting, kind=kind, who=who, text=name, about=now.shown, at=self._state.clock.now(), buttons=()
                )

    def _look(self, channel: Channel, message: Message) -> Look:
        reactions = frozenset((name, user) for name, users in message.reactions.items() for user in users)
        sighting = Sighting(
            kind=self._kind(message),
            at=moment(message.ts),
            place=self.place(channel),
            who=self.first_name(message.user),
            text=message.extra.get("topic") or message.shown,
            about=self._parent(channel, message),
            is_reply=message.is_reply,
            buttons=tuple(message.buttons),
        )
        return Look(shown=message.shown, reactions=reactions, sighting=sighting)

    def _parent(self, channel: Channel, message: Message) -> str:
        parent = channel.message(message.thread_ts or "") if message.is_reply else None
        return parent.shown if parent else ""

    def _kind(self, message: Message) -> Kind:
        if message.user == self._workspace.bot_user_id and message.is_pinned:
            return "card"
        return SERVED.get(message.subtype or "", "said")

    def _is_own_arrival(self, message: Message) -> bool:
        return message.subtype == "channel_join" and message.user == self._workspace.bot_user_id

    def _edited_at(self, message: Message) -> datetime:
        return moment(message.edited["ts"]) if message.edited else self._state.clock.now()

    def _gone(self) -> Iterator[Sighting]:
        there = {(channel.id, message.ts) for channel in self._state.channels.values() for message in channel.messages}
        for key in [key for key in self._messages if key not in there]:
            was = self._messages.pop(key).sighting
            yield replace(was, kind="deleted", at=self._state.clock.now(), buttons=())

    def _whispered(self) -> Iterator[Sighting]:
        for whisper in self._state.ephemerals:
            before = self._whispers.get(whisper.ts)
            if before != whisper.shown:
                self._whispers[whisper.ts] = whisper.shown
                yield self._whisper(whisper, before or "")

    def _whisper(self, whisper: Ephemeral, before: str) -> Sighting:
        return Sighting(
            kind="whispered",
            at=self._state.clock.now() if before else moment(whisper.ts),
            place=self.place(whisper.channel),
            who="Sitrep" if whisper.from_app else "Slack",
            text=whisper.shown,
            only=self.first_name(whisper.user),
            about=before,
            buttons=tuple(whisper.buttons),
        )

    def place(self, channel: Channel) -> str:
        """`#general`, or `direct message to Bilal`."""
        if channel.kind in ("channel", "group"):
            return f"#{channel.name}"
        others = [user for user in channel.members if user != self._workspace.bot_user_id]
        return f"direct message to {' and '.join(self.first_name(user) for user in others)}"

    def first_name(self, user: str | None) -> str:
        """How the demo calls somebody; the app is Sitrep."""
        if user is None or user == self._workspace.bot_user_id:
            return "Sitrep"
        return self._state.user_name(user).partition(" ")[0]


def changed(kind: Kind) -> Kind:
    return "card_changed" if kind == "card" else "edited"


def in_order(sighting: Sighting) -> tuple[int, datetime]:
    """What Sitrep brings up to date comes after what brought it about."""
    late = LATE.index(sighting.kind) + 1 if sighting.who == "Sitrep" and sighting.kind in LATE else 0
    return late, sighting.at


def moment(ts: str) -> datetime:
    """The time in a message's timestamp."""
    seconds, _, micros = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros or 0))


def together(sightings: list[Sighting]) -> list[Sighting]:
    """Several people who join one after the other are one sighting."""
    kept: list[Sighting] = []
    for sighting in sightings:
        last = kept[-1] if kept else None
        if last and sighting.kind == last.kind == "joined" and sighting.place == last.place:
            kept[-1] = replace(last, who=f"{last.who}, {sighting.who}")
        else:
            kept.append(sighting)
    return kept
