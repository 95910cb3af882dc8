"""The demo's town: the practice workspace, the real bot in it, people who act, and a screen that shows it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot import manifest
from bot.app import App, open_app
from bot.config import Settings
from bot.demo_clock import DemoClock
from bot.demo_screen import Screen
from bot.demo_watch import Sighting, Watch
from bot.logs import TextLines
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.workspace import Workspace, open_workspace
from workflows.errors import SitrepError

Place = Channel | str
Spot = Message | Ephemeral | None

# Seconds at speed 1 for reading something new: one line, and for each further one.
PAUSE: Final = 0.12
PAUSE_PER_LINE: Final = 0.02


class DemoStopped(SitrepError):
    """The demo cannot go on; the message says where it was."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything on it. `speed` divides the pauses for reading; with infinity there are none."""

    workspace: Workspace
    app: App
    clock: DemoClock
    screen: Screen
    watch: Watch
    speed: float
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
        await self.app.ticker.tick()
        await self.show()

    async def show(self) -> None:
        """Wait until nothing is under way, then print what became visible."""
        await self.still()
        news = self.watch.news()
        self.seen.extend(news)
        for sighting in news:
            self.screen.show(sighting)
            await self.pause(sighting.text)

    async def pause(self, text: str = "") -> None:
        """Time to read, for people only."""
        lines = text.count("\n") + len(text) // 80
        await asyncio.sleep((PAUSE + PAUSE_PER_LINE * lines) / self.speed)

    async def still(self) -> None:
        """Wait until Slack has nothing to deliver and the bot owes nothing that is due."""
        async with asyncio.timeout(20):
            while True:
                await self.workspace.settled(quiet=0.01)
                if await self.app.idle():
                    await self.workspace.settled(quiet=0.01)
                    if await self.app.idle():
                        return
                await asyncio.sleep(0.005)

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
            self.stage.screen.form(self.name, modal.title, modal.shown, modal.submit or "")
            await self.stage.pause(modal.shown)
        self._tell(after, "closes the form:", "not yet", in_)
        await self.person.closes()
        await self.stage.show()

    def _wait(self, seconds: float) -> None:
        self.stage.clock.advance(timedelta(seconds=seconds))

    def _tell(self, after: float, what: str, typed: str, place: Place) -> None:
        self._wait(after)
        where = place.name if isinstance(place, Channel) else place
        self.stage.screen.deed(self.stage.clock.now(), self.name, f"#{where}", what, typed)


def settings_for(workspace: Workspace, folder: Path) -> Settings:
    """What the environment would say to a bot in this workspace; everything it writes stays in `folder`."""
    env = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "DATABASE_URL": f"sqlite:///{folder / 'sitrep.db'}",
    }
    # Port 0: any free one, so that a bot at work on this machine is not in the way.
    return replace(Settings.from_env(env, folder), data_folder=folder, http_port=0)


@contextmanager
def log_file(path: Path) -> Iterator[None]:
    """What the bot logs goes to a file; the terminal belongs to the story."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(TextLines())
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers[:], root.level = before
        handler.close()


@asynccontextmanager
async def open_stage(folder: Path, *, clock: DemoClock, screen: Screen, speed: float) -> AsyncIterator[Stage]:
    """A stage with the bot running, its record and log in `folder`, which must be fresh."""
    async with AsyncExitStack() as stack:
        stack.enter_context(log_file(folder / "sitrep.log"))
        workspace = await stack.enter_async_context(open_workspace(clock=clock, manifest=manifest.build()))
        settings = settings_for(workspace, folder)
        app = await stack.enter_async_context(open_app(settings, clock=clock))
        await workspace.bot_connected()
        watch = Watch(workspace)
        watch.news()
        yield Stage(workspace=workspace, app=app, clock=clock, screen=screen, watch=watch, speed=speed, seen=[])
