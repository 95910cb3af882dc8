"""The real bot as another operating system process, to be killed, stopped and started again.

`Command` is what an operator types, `python -m bot run`. `Forked` runs the same program with a clock that the test
moves; it is forked from a process that has the imports behind it, so that a test can afford to start it often.
"""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import ClassVar, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import manifest
from bot.app import open_app
from bot.clock import SystemClock
from bot.config import Settings, async_url
from bot.logs import set_up_logging
from bot.practice.workspace import Workspace, open_workspace
from storage import reminders, runs
from storage.database import Database
from tests.clock import ManualClock
from tests.record import lay_out
from workflows.reminders import DUE

ROOT = Path(__file__).parents[1]
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True)
class FileClock:
    """Satisfies `workflows.clock.Clock` with the time that is written in a file."""

    path: Path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())


class SharedClock(ManualClock):
    """A clock that the test moves, and that `FileClock` in another process follows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._write()

    def advance(self, **units: float) -> None:
        super().advance(**units)
        self._write()

    def _write(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(self.now().isoformat())
        fresh.replace(self.path)


class Process(Protocol):
    """A started bot. `wait` gives its exit code, negative for a signal."""

    @property
    def pid(self) -> int: ...
    @property
    def alive(self) -> bool: ...
    def send(self, number: signal.Signals) -> None: ...
    def wait(self, seconds: float) -> int: ...


class Command:
    """`python -m bot run` in `folder`, on the machine's own clock. A subclass may run something else."""

    program: ClassVar[Sequence[str]] = ("-m", "bot", "run")

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        with (folder / "bot.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        return self._process.wait(seconds)


class Forked:
    """The same program with the clock in `folder`."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._process: ForkServerProcess = FORKING.Process(target=run_bot, args=(dict(env), folder))
        self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"the bot did not end within {seconds} s")
        return self._process.exitcode


def run_bot(env: dict[str, str], folder: Path) -> None:
    """What the forked process does."""
    log = os.open(folder / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    set_up_logging("text")
    asyncio.run(run_until_told(Settings.from_env(env, folder), FileClock(path=folder / "clock")))


async def run_until_told(settings: Settings, clock: FileClock) -> None:
    """Like `bot.running.run_until_told`, with another clock."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with open_app(settings, clock=clock):
        await told.wait()


class Town:
    """A workspace with four people and the bot as a process beside it. `start`, `kill` and `stop` it at will."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        clock: SharedClock,
        folder: Path,
        database_url: str,
        launch: type[Command] | type[Forked],
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        self.folder = folder
        self.database_url = database_url
        self.anna = workspace.add_person("Anna Keller", tz="Europe/Berlin")
        self.bilal = workspace.add_person("Bilal Aydin", tz="Europe/London")
        self.chen = workspace.add_person("Chen Wei", tz="Asia/Singapore")
        self.dora = workspace.add_person("Dora Lind", tz="America/New_York")
        self.launch = launch
        self.process: Process | None = None
        self.time_goes_by = False
        # What a dead bot leaves unanswered is given up, and events sent again, sooner than by Slack.
        workspace.delivery.ack_within = 1.0
        workspace.delivery.redeliver_after = 0.2

    async def start(self) -> None:
        """Start the bot and wait until Slack can reach it."""
        env = {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_APP_TOKEN": self.workspace.app_token,
            "SLACK_API_URL": self.workspace.api_url,
            "DATABASE_URL": self.database_url,
            "SITREP_HTTP": "127.0.0.1:0",
        }
        process = self.process = self.launch(env, self.folder)
        await self.workspace.until(lambda: not process.alive or self.workspace.delivery.connections, timeout=30)
        assert process.alive, f"the bot did not start:\n{self.log}"

    @property
    def log(self) -> str:
        """What the bot has logged, over all its lives."""
        return (self.folder / "bot.log").read_text()

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.send(signal.SIGKILL)
        await self.ended(-signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, and wait until it has stopped in order."""
        self.send(signal.SIGTERM)
        await self.ended(0)

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None, "the bot is not running"
        self.process.send(number)

    async def ended(self, expected: int) -> None:
        """Wait until the bot has ended by itself, with this exit code."""
        process, self.process = self.process, None
        assert process is not None, "the bot is not running"
        code = await asyncio.to_thread(process.wait, 20)
        assert code == expected, f"the bot ended with {code}:\n{self.log}"
        await self.workspace.until(lambda: not self.workspace.delivery.connections)

    def kill_at(self, method: str, *, nth: int = 1, before: bool) -> None:
        """Kill the bot at the nth call of a method from now on: before the call takes effect, or before its reply."""
        self.workspace.faults.on(method, nth=nth).calls(self.kill, when="before" if before else "after")
        if before:
            self.workspace.faults.on(method, nth=nth).resets()

    async def until_dead(self) -> None:
        """Wait until a kill that was ordered has happened and its call is over."""
        await self.workspace.until(lambda: self.process is None and all(call.ended for call in self.workspace.calls))

    async def settle(self) -> None:
        """Wait until nothing is owed to Slack any more, not even later; `time_goes_by` a second at a time meanwhile."""
        for _ in range(400):
            await self.workspace.settled()
            if await self.owed() == 0:
                await self.workspace.settled()
                return
            if self.time_goes_by and await self.owed(by=self.clock.now()) == 0:
                self.clock.advance(seconds=1)
            await asyncio.sleep(0.02)
        raise AssertionError(f"the bot does not come to rest\n{self.workspace.describe()}\n{self.log}")

    async def owed(self, *, by: datetime | None = None) -> int:
        """How much the record says is still to be done, by that time if one is given; with what only needs a tick."""
        async with look_into(self.database_url) as session:
            due = await reminders.anything_due(session, self.clock.now(), DUE)
            return await runs.unfinished(session, by) + due


@asynccontextmanager
async def look_into(database_url: str) -> AsyncIterator[AsyncSession]:
    """A look at the record beside the bot's own.

    Closed even when whoever looks is cancelled: a connection left open fails the test during which it is collected.
    """
    database = Database(async_url(database_url))
    try:
        async with database.read() as session:
            yield session
    finally:
        await database.close()


@asynccontextmanager
async def open_town(
    folder: Path, *, database_url: str = "", launch: type[Command] | type[Forked] = Forked
) -> AsyncIterator[Town]:
    """A town with the bot running. Whatever still runs at the end is killed."""
    url = database_url or f"sqlite:///{folder / 'sitrep.db'}"
    if not database_url and launch is not Command:
        lay_out(folder / "sitrep.db")
    clock = SharedClock(folder / "clock")
    async with open_workspace(
        clock=SystemClock() if launch is Command else clock, manifest=manifest.build()
    ) as workspace:
        town = Town(workspace=workspace, clock=clock, folder=folder, database_url=url, launch=launch)
        try:
            await town.start()
            yield town
        finally:
            if town.process is not None and town.process.alive:
                await town.kill()
