"""What goes wrong in a soak: bots killed and replaced, connections cut, Slack answering badly or not at all."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from tests.soak.fleet import Fleet

METHODS: Final = ("chat.postMessage", "chat.update", "pins.add", "conversations.create", "conversations.invite", "*")


class Trouble:
    """One disturbance after the other, drawn from one seed."""

    def __init__(self, fleet: Fleet, seed: str) -> None:
        self.fleet = fleet
        self.dice = random.Random(seed)
        self.happened: Counter[str] = Counter()
        self._next = 100

    async def goes_on(self, until: float) -> None:
        """Until the time is over."""
        deeds: list[Callable[[], Awaitable[None]]] = [self._kill, self._roll, self._cut, self._answers, self._outage]
        while time.monotonic() < until:
            await asyncio.sleep(self.dice.uniform(1, 3))
            deed = self.dice.choices(deeds, weights=[3, 1, 2, 5, 1])[0]
            self.happened[deed.__name__.strip("_")] += 1
            await deed()
            self.fleet.clock.advance(seconds=self.dice.choice((1, 5, 20, 60, 600)))

    async def _kill(self) -> None:
        await self.fleet.kill(self.dice.choice(sorted(self.fleet.replicas)))
        await self._start_another()

    async def _roll(self) -> None:
        """A new one begins before an old one ends, where several may work on the record."""
        old = min(self.fleet.replicas)
        if self.fleet.shared:
            await self._start_another()
            await self.fleet.stop(old)
        else:
            await self.fleet.stop(old)
            await self._start_another()

    async def _start_another(self) -> None:
        self._next += 1
        await self.fleet.start(self._next)

    async def _cut(self) -> None:
        self.fleet.workspace.delivery.drop_sockets()
        await self.fleet.all_connected()

    async def _answers(self) -> None:
        rule = self.fleet.workspace.faults.on(self.dice.choice(METHODS), times=self.dice.randint(1, 4))
        pause = self.dice.randint(1, 5)
        self.dice.choice(
            (
                lambda: rule.answers_429(retry_after=pause),
                lambda: rule.http_error(503),
                lambda: rule.http_error(500, after_effect=True),
                lambda: rule.resets(after_effect=True),
                rule.resets,
                lambda: rule.delays(1.0),
            )
        )()

    async def _outage(self) -> None:
        self.fleet.workspace.faults.outage()
        await asyncio.sleep(self.dice.uniform(0.5, 3))
        self.fleet.workspace.faults.outage_over()
        await self.fleet.all_connected()
