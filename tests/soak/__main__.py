"""`make soak`: faults at random against real processes, then a look at whether anything was lost or doubled.

`SECONDS` says for how long (600), `SEED` repeats a run, `REPLICAS` how many bots (2).
"""

import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.practice.state.channels import Channel
from tests.postgres import fresh_database
from tests.soak.checks import problems
from tests.soak.fleet import Fleet, open_fleet

NAMES: Final = ("alpha", "bravo", "coral", "dingo", "early", "flame", "giant", "house", "igloo", "joker")


class Soak:
    """Life in a workspace that is disturbed at random. Everything that happens is drawn from one seed."""

    def __init__(self, fleet: Fleet, dice: random.Random) -> None:
        self.fleet = fleet
        self.dice = dice
        self.channels: list[Channel] = []
        self.updates: dict[str, list[str]] = {}  # by channel: what was answered as posted
        self.said: dict[str, list[str]] = {}
        self.happened: Counter[str] = Counter()
        self._next = 100

    async def life(self, until: float) -> None:
        """Declare, talk, update, until the time is over."""
        while time.monotonic() < until:
            number = len(self.channels)
            if number < 3 or self.dice.random() < 0.05:
                slug = f"{NAMES[number % 10]}{number}-is-down"
                line = f"/incident declare sev2 {NAMES[number % 10]}{number} is down"
                self.channels.append(await self.fleet.declare(self.fleet.anna, line, slug))
                self.happened["declared"] += 1
                continue
            await self._talk(self.dice.choice(self.channels))
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _talk(self, channel: Channel) -> None:
        if self.fleet.anna.id not in channel.members:
            return
        number = sum(self.happened.values())
        if self.dice.random() < 0.3:
            text = f"change {number}"
            answer = await self.fleet.anna.types(f"/incident update {text}", in_=channel)
            if "Update posted" in (answer or ""):
                self.updates.setdefault(channel.id, []).append(text)
            self.happened["updated"] += 1
        else:
            text = f"line {number}"
            await self.fleet.anna.says(text, in_=channel)
            self.said.setdefault(channel.id, []).append(text)
            self.happened["said"] += 1

    async def trouble(self, until: float) -> None:
        """One disturbance after the other, until the time is over."""
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
        await self._start_another()
        await self.fleet.stop(min(self.fleet.replicas))

    async def _start_another(self) -> None:
        self._next += 1
        await self.fleet.start(self._next)

    async def _cut(self) -> None:
        self.fleet.workspace.delivery.drop_sockets()
        await self.fleet.all_connected()

    async def _answers(self) -> None:
        methods = ("chat.postMessage", "chat.update", "pins.add", "conversations.create", "conversations.invite", "*")
        rule = self.fleet.workspace.faults.on(self.dice.choice(methods), times=self.dice.randint(1, 4))
        self.dice.choice(
            (
                lambda: rule.answers_429(retry_after=1),
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


async def main() -> int:
    seconds, replicas = float(os.environ.get("SECONDS") or 600), int(os.environ.get("REPLICAS") or 2)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    console = Console()
    console.print(f"Soaking {replicas} bots on one PostgreSQL for {seconds:.0f} s. To repeat it: SEED={seed}")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        async with fresh_database() as url, open_fleet(Path(folder), url, replicas=replicas) as fleet:
            soak = Soak(fleet, random.Random(seed))
            until = time.monotonic() + seconds
            async with asyncio.TaskGroup() as group:
                group.create_task(soak.life(until))
                group.create_task(soak.trouble(until))
            fleet.workspace.faults.clear()
            await fleet.settle(seconds=180)
            wrong = await problems(fleet, soak.channels, soak.updates, soak.said)
            if wrong:
                (Path.cwd() / "soak.log").write_text(fleet.log)
    console.print("What happened: " + ", ".join(f"{count} × {what}" for what, count in soak.happened.most_common()))
    for line in wrong:
        console.print(f"  {line}", style="red", markup=False)
    console.print("[green]Nothing lost, nothing doubled.[/]" if not wrong else f"{len(wrong)} problems; see soak.log")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
