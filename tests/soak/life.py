"""What people do in a soak. Every deed carries a mark of its own, by which the record is asked for it afterwards."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.soak.fleet import Fleet

NAMES: Final = ("alpha", "bravo", "coral", "dingo", "early", "flame", "giant", "house", "igloo", "joker")
LEVELS: Final = ("sev0", "sev1", "sev2", "sev3")
GIVEN: Final = {"Summary": "A deploy halved the pool", "Customer impact": "1 in 5 payments failed"}


@dataclass(frozen=True, kw_only=True)
class Word:
    """What is typed after `/incident`, what its answer says, and where in the export its mark is then to be found."""

    line: str
    answer: str
    where: str
    weight: int


WORDS: Final[Mapping[str, Word]] = {
    "update": Word(line="update {mark}", answer="Update posted", where="updates", weight=8),
    "note": Word(line="note {mark}", answer="On the timeline", where="timeline", weight=3),
    "severity": Word(line="severity {level} because {mark}", answer=" now. The card", where="timeline", weight=2),
    "action": Word(line="action @chen look at {mark}", answer="look at", where="actions", weight=2),
    "handoff": Word(line="handoff {other} {mark}", answer="Until they accept", where="handoffs", weight=2),
    "mitigated": Word(line="mitigated {mark}", answer="is mitigated now", where="timeline", weight=1),
    "resolved": Word(line="resolved {mark}", answer="is resolved now", where="timeline", weight=1),
    "close": Word(line="close {mark}", answer="is closed", where="closings", weight=1),
    "reopen": Word(line="reopen {mark}", answer="is investigating now", where="timeline", weight=2),
}


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that somebody did in a channel. `answered`: the bot said that it is done, so it must be there."""

    channel: Channel
    mark: str
    where: str
    answered: bool


class Life:
    """Draws what happens next from one seed, whatever becomes of it."""

    def __init__(self, fleet: Fleet, seed: str) -> None:
        self.fleet = fleet
        self.dice = random.Random(seed)
        self.channels: list[Channel] = []
        self.deeds: list[Deed] = []
        self.happened: Counter[str] = Counter()

    async def goes_on(self, until: float) -> None:
        """Declare, talk, work on it, until the time is over."""
        while time.monotonic() < until:
            if len(self.channels) < 3 or self.dice.random() < 0.04:
                await self._declare()
            elif self.dice.random() < 0.5:
                await self._say(self.dice.choice(self.channels))
            else:
                await self._type(self.dice.choice(self.channels))
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _declare(self) -> None:
        number = len(self.channels)
        name = f"{NAMES[number % 10]}{number}"
        line = f"/incident declare sev2 {name} is down with @bilal"
        self.channels.append(await self.fleet.declare(self.fleet.anna, line, f"{name}-is-down"))
        self.happened["declared"] += 1

    async def _say(self, channel: Channel) -> None:
        mark = self._mark()
        if self.fleet.anna.id in channel.members:
            await self.fleet.anna.says(f"line {mark}", in_=channel)
            self._note("said", Deed(channel=channel, mark=mark, where="messages", answered=True))

    async def _type(self, channel: Channel) -> None:
        names = list(WORDS)
        name = self.dice.choices(names, [WORDS[one].weight for one in names])[0]
        mark, level = self._mark(), self.dice.choice(LEVELS)
        who, other = self._commander_and_other(channel)
        if who.id not in channel.members:
            return
        words = WORDS[name].line.format(mark=mark, level=level, other=f"@{other.handle}")
        answer = await who.types(f"/incident {words}", in_=channel) or ""
        if name == "close":
            await self._fill_in(who)
        answered = WORDS[name].answer in answer
        self._note(name, Deed(channel=channel, mark=mark, where=WORDS[name].where, answered=answered))
        if name == "handoff" and answered:
            await other.types("/incident handoff accept", in_=channel)

    async def _fill_in(self, who: Person) -> None:
        """What is missing for closing, if the form came; somebody whose form gets no answer gives up."""
        if who.modal is None:
            return
        if who.modal.submit:
            fields = {label: text for label, text in GIVEN.items() if label in who.modal.shown}
            await who.submits(fields)
        if who.modal is not None:
            await who.closes(everything=True)

    def _commander_and_other(self, channel: Channel) -> tuple[Person, Person]:
        anna, bilal = self.fleet.anna, self.fleet.bilal
        return (bilal, anna) if f"IC {bilal.name}" in channel.topic else (anna, bilal)

    def _mark(self) -> str:
        return f"m{self.dice.randrange(10**9)}x"

    def _note(self, name: str, deed: Deed) -> None:
        self.happened[name] += 1
        self.deeds.append(deed)
