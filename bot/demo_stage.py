"""The demo's town: the practice workspace, the real bot in it, people who act, and a screen that shows it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import manifest
from bot.demo_bot import Bot, log_file, settings_for
from bot.demo_clock import DemoClock, Pace
from bot.demo_screen import Screen
from bot.demo_watch import Sighting, Watch
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.workspace import Workspace, open_workspace
from workflows.errors import SitrepError

Place = Channel | str
Spot = Message | Ephemeral | None


class DemoStopped(SitrepError):
    """The demo cannot go on; the message says where it was."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything on it. `seen` is what has been shown so far."""

    workspace: Workspace
    bot: Bot
    clock: DemoClock
    screen: Screen
    watch: Watch
    pace: Pace
    seen: list[Sighting]

    def player(self, name: str, *, tz: str) -> "Player":
        """A new member of the workspace."""
        person = self.workspace.add_person(name, tz=tz)
        self.screen.meet(name.partition(" ")[0])
        return Player(stage=self, person=person)

    async def pass_time(self, **units: float) -> None:
        """Jump ahead, say so, and let everything happen that became due."""
        length = timedelta(**units)
        self.clock.advance(length)
        self.screen.later(length)
        await self.bot.app.ticker.tick()
        await self.show()

    async def show(self) -> None:
        """Wait until nothing is under way, then print what became visible."""
        await self.still()
        news = self.watch.news()
        self.seen.extend(news)
        for sighting in news:
            await self.pace.breathe(sighting.text)
            self.screen.show(sighting)

    async def still(self) -> None:
        """Wait until Slack has nothing to deliver and the bot owes nothing that is due. A stopped bot owes nothing."""
        if not self.bot.is_running:
            return
        async with asyncio.timeout(20):
            while True:
                await self.workspace.settled(quiet=0.01)
                if await self.bot.app.idle():
                    await self.workspace.settled(quiet=0.01)
                    if await self.bot.app.idle():
                        return
                await asyncio.sleep(0.02)

    def first(self, text: str, *, in_: Channel) -> Message:
        """The oldest message in a channel that says `text`."""
        return next(message for message in in_.messages if text in message.shown)


@dataclass(frozen=True, kw_only=True)
class Player:
    """Somebody in the story. Each deed is told, done, and followed by what it brought about.

    `after` is how many seconds of the story pass before it.
    """

    stage: Stage
    person: Person

    @property
    def name(self) -> str:
        return self.person.name.partition(" ")[0]

    async def types(self, line: str, *, in_: Place = "general", after: float = 30) -> None:
        """Enter a slash command."""
        self._tell(after, "types", line, in_)
        answer = await self.person.types(line, in_=in_)
        if answer is not None and "failed with the error" in answer:
            raise DemoStopped(f"{self.name} typed {line} and Slack answered: {answer}")
        await self.stage.show()

    async def says(
        self,
        text: str,
        *,
        in_: Place = "general",
        thread: Message | None = None,
        files: Sequence[tuple[str, bytes]] = (),
        after: float = 40,
    ) -> Message:
        self._wait(after)
        said = await self.person.says(text, in_=in_, thread=thread, files=files)
        await self.stage.show()
        return said

    async def edits(self, message: Message, text: str, *, after: float = 30) -> None:
        self._wait(after)
        await self.person.edits(message, text)
        await self.stage.show()

    async def deletes(self, message: Message, *, after: float = 20) -> None:
        self._wait(after)
        await self.person.deletes(message)
        await self.stage.show()

    async def reacts(self, emoji: str, *, to: Message, after: float = 10) -> None:
        self._wait(after)
        await self.person.reacts(emoji, to=to)
        await self.stage.show()

    async def joins(self, channel: Channel, *, after: float = 30) -> None:
        self._wait(after)
        await self.person.joins(channel)
        await self.stage.show()

    async def presses(self, label: str, *, in_: Channel, on: Spot = None, after: float = 20) -> None:
        """Press a button; a form that opens is shown by `submits`."""
        self._tell(after, "presses", f"[{label}]", in_)
        problem = await self.person.presses(label, on=on) if on else await self.person.presses(label, in_=in_)
        if problem is not None:
            raise DemoStopped(f"{self.name} pressed {label} and the bot did not answer: {problem}")
        await self.stage.show()

    async def uses(self, shortcut: str, *, on: Message, after: float = 20) -> None:
        """Choose a message shortcut from the menu of a message."""
        self._tell(after, "chooses from the message's menu", shortcut, on.channel)
        problem = await self.person.uses(shortcut, on=on)
        if problem is not None:
            raise DemoStopped(f"{self.name} chose {shortcut} and the bot did not answer: {problem}")
        await self.stage.show()

    async def submits(self, values: Mapping[str, Any], *, in_: Channel, after: float = 45) -> None:
        """Fill in the form that is open, and send it."""
        await self.stage.workspace.until(lambda: self.person.modal)
        modal = self.person.modal
        self._tell(after, "fills in", modal.title if modal else "", in_)
        for label, value in values.items():
            self.stage.screen.entered(label, value.name if isinstance(value, Person) else str(value))
        problems = await self.person.submits(values)
        if problems:
            raise DemoStopped(f"{self.name} sent a form and was told: {' '.join(problems.values())}")
        await self.stage.show()

    async def thinks_again(self, *, in_: Channel, after: float = 15) -> None:
        """Read the form that is open, and close it unsent."""
        await self.stage.workspace.until(lambda: self.person.modal)
        modal = self.person.modal
        if modal is not None:
            await self.stage.pace.breathe(modal.shown)
            self.stage.screen.form(self.name, modal.title, modal.shown, modal.submit or "")
        self._tell(after, "closes the form:", "not yet", in_)
        await self.person.closes()
        await self.stage.show()

    def _wait(self, seconds: float) -> None:
        self.stage.clock.advance(timedelta(seconds=seconds))

    def _tell(self, after: float, what: str, typed: str, place: Place) -> None:
        self._wait(after)
        where = place.name if isinstance(place, Channel) else place
        self.stage.screen.deed(self.stage.clock.now(), self.name, f"#{where}", what, typed)


@asynccontextmanager
async def open_stage(folder: Path, *, clock: DemoClock, screen: Screen, speed: float) -> AsyncIterator[Stage]:
    """A stage with the bot running, its record and log in `folder`, which must be fresh."""
    async with AsyncExitStack() as stack:
        stack.enter_context(log_file(folder / "sitrep.log"))
        workspace = await stack.enter_async_context(open_workspace(clock=clock, manifest=manifest.build()))
        bot = Bot(workspace, settings_for(workspace, folder), clock)
        stack.push_async_callback(bot.stop)
        await bot.start()
        watch = Watch(workspace)
        watch.news()
        yield Stage(workspace=workspace, bot=bot, clock=clock, screen=screen, watch=watch, pace=Pace(speed), seen=[])
