"""The bot as a process that dies at a chosen commit, and how a story is told with a death in the middle of it.

`DATABASE=postgresql` tells the stories on PostgreSQL instead of SQLite.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlmodel import select

from storage import messages, runs
from storage.models import Incident, Press, Run
from tests.bot_process import FORKING, Forked, Town, look_into, open_town, run_bot
from tests.faults.picture import Picture, picture, recorded
from tests.faults.stories import Story
from tests.postgres import fresh_database

PATIENT: Final = 10.0  # seconds that people wait for a bot that lives, on however busy a machine


@dataclass(frozen=True, kw_only=True)
class Point:
    """The `nth` call of a method, or, without a method, the nth commit, since the deed began; before or after it."""

    method: str = ""
    nth: int
    before: bool

    def __str__(self) -> str:
        return f"{'before' if self.before else 'after'} {self.method or 'commit'} {self.nth}"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a story ended: what people see, what is on record, the calls and commits of its deed."""

    seen: Picture
    record: dict[str, list[Any]]
    calls: tuple[str, ...]
    commits: int

    @property
    def points(self) -> list[Point]:
        """Everywhere the bot can die in the deed."""
        nth: Counter[str] = Counter()
        made = []
        for method in self.calls:
            nth[method] += 1
            made.append((method, nth[method]))
        made += [("", number + 1) for number in range(self.commits)]
        return [Point(method=method, nth=number, before=before) for method, number in made for before in (True, False)]


class Mortal(Forked):
    """The bot, which counts its commits in `folder/commits` and dies at the one that `folder/die` names."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._process = FORKING.Process(target=run_mortal, args=(dict(env), folder))
        self._process.start()


def run_mortal(env: dict[str, str], folder: Path) -> None:
    """What the forked process does."""
    doom = Doom(folder)
    event.listen(Session, "before_commit", doom.before)
    event.listen(Session, "after_commit", doom.after)
    run_bot(env, folder)


class Doom:
    """Counts down to the commit at which the process dies."""

    def __init__(self, folder: Path) -> None:
        self._order, self._count = folder / "die", folder / "commits"
        self._left: int | None = None

    def before(self, _: Session) -> None:
        if self._left is None and self._order.exists():
            self._left = int(self._order.read_text().split()[1])
        if self._left is not None:
            self._left -= 1
        self._die("before")

    def after(self, _: Session) -> None:
        with self._count.open("a") as count:
            count.write(".")
        self._die("after")

    def _die(self, when: str) -> None:
        if self._left == 0 and self._order.read_text().split()[0] == when:
            self._order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def commits_in(town: Town) -> int:
    count = town.folder / "commits"
    return len(count.read_text()) if count.exists() else 0


@asynccontextmanager
async def open_mortal_town(folder: Path) -> AsyncIterator[Town]:
    """A town whose bot can be killed at a commit, on the database that the environment asks for."""
    async with AsyncExitStack() as stack:
        url = ""
        if os.environ.get("DATABASE") == "postgresql":
            url = await stack.enter_async_context(fresh_database())
        yield await stack.enter_async_context(open_town(folder, database_url=url, launch=Mortal))


async def leases_run_out(town: Town) -> None:
    """What a dead replica held is free after half a minute; a bot alone on its SQLite takes it over at once."""
    async with look_into(town.database_url) as session:
        await runs.release(session)
        await session.commit()


async def undisturbed(story: Story, folder: Path) -> Ending:
    """Tell a story to its end. The bot is started anew then, and reads back what was said, as it does after a death."""
    async with open_mortal_town(folder) as town:
        town.workspace.delivery.ack_within = PATIENT
        town.time_goes_by = story.time_goes_by
        await story.begin(town)
        await town.settle()
        calls, commits = len(town.workspace.calls), commits_in(town)
        await story.deed(town)
        await rest(town, story)
        made = tuple(call.method for call in town.workspace.calls[calls:])
        committed = commits_in(town) - commits
        await town.stop()
        await start_again(town)
        await rest(town, story)
        return Ending(
            seen=picture(town.workspace), record=await recorded(town.database_url), calls=made, commits=committed
        )


async def start_again(town: Town) -> None:
    """Start the bot and wait until it knows what it has to read back."""
    before = await readings(town)
    owed = await reading_waits(town)
    await town.start()
    if before is None or owed:
        return  # no channel is on record yet, or a reading is owed already, which is enough
    for _ in range(500):
        if await readings(town) != before:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the bot does not read back\n{town.log}")


async def reading_waits(town: Town) -> bool:
    async with look_into(town.database_url) as session:
        return bool(await messages.to_be_read(session))


async def readings(town: Town) -> int | None:
    """How often it was asked to read a channel back."""
    async with look_into(town.database_url) as session:
        channels = [one.channel_id for one in await session.exec(select(Incident)) if one.channel_id]
        asked = sum(run.asked for run in await session.exec(select(Run)) if run.kind == "reconcile")
    return asked if channels else None


async def rest(town: Town, story: Story) -> None:
    """Wait until everything that the deed brings about has happened."""
    if story.waits is not None:
        await town.workspace.until(lambda: story.waits and story.waits(town.workspace))
    await town.settle()


async def killed(story: Story, point: Point, folder: Path) -> tuple[Ending, bool]:
    """Tell a story in which the bot is killed at that point and started again; also says whether it was."""
    async with open_mortal_town(folder) as town:
        town.workspace.delivery.ack_within = PATIENT
        town.time_goes_by = story.time_goes_by
        await story.begin(town)
        await town.settle()
        town.workspace.delivery.redeliver_after = 0.25
        known = await presses_on_record(town)
        order_death(town, point)
        died = await told_or_died(town, story, by_commit=not point.method)
        if died:
            town.workspace.delivery.hold("events_api")  # Slack tries again over an hour: longer than any start takes
            if town.database_url.startswith("postgresql"):
                await leases_run_out(town)
            await start_again(town)
            town.workspace.delivery.release()
            if story.waits is None and await presses_on_record(town) == known:
                await story.deed(town)  # Slack showed an error, so the person does it again
        await rest(town, story)
        ending = Ending(
            seen=picture(town.workspace), record=await recorded(town.database_url), calls=(), commits=commits_in(town)
        )
        return ending, died


def order_death(town: Town, point: Point) -> None:
    if point.method:
        town.kill_at(point.method, nth=point.nth, before=point.before)
    else:
        fresh = town.folder / "die.new"
        fresh.write_text(f"{'before' if point.before else 'after'} {point.nth}")
        fresh.replace(town.folder / "die")


async def told_or_died(town: Town, story: Story, *, by_commit: bool) -> bool:
    """Tell the deed until the bot dies as ordered; false when there is nothing left to do at which it could happen.

    A living bot gets all the time it needs, however busy the machine; nobody waits for an answer that a dead one owes.
    """

    async def tell() -> None:
        await story.deed(town)
        await rest(town, story)

    telling = asyncio.get_running_loop().create_task(tell())
    order = town.folder / "die"
    try:
        while not telling.done():
            if town.process is None:
                await town.until_dead()
                return True
            if by_commit and not order.exists():
                await town.ended(-signal.SIGKILL)
                return True
            await asyncio.sleep(0.01)
        await telling
        order.unlink(missing_ok=True)
        return False
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def presses_on_record(town: Town) -> int:
    """How many commands, presses and forms have had their effect."""
    async with look_into(town.database_url) as session:
        found = [*await session.exec(select(Press)), *await session.exec(select(Incident))]
    return len(found)


def difference(expected: Ending, found: Ending) -> str:
    """What two endings do not have in common, for people to read; empty when they are alike."""
    lines = []
    for name, mine in {**expected.seen, **expected.record}.items():
        theirs = {**found.seen, **found.record}.get(name)
        if mine != theirs:
            lines.append(f"{name}:\n  expected {mine}\n  found    {theirs}")
    lines += [f"{name}: not expected at all" for name in found.seen if name not in expected.seen]
    return "\n".join(lines)
