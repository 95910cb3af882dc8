"""Several bot processes on one database, to be killed, stopped and started one by one."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import manifest
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace, open_workspace
from storage import reminders, runs
from tests.bot_process import Forked, SharedClock, look_into
from workflows.reminders import DUE


class Fleet:
    """A workspace with four people, and as many replicas as are started. Each is named by a number."""

    def __init__(self, *, workspace: Workspace, clock: SharedClock, folder: Path, database_url: str) -> None:
        self.workspace = workspace
        self.clock = clock
        self.folder = folder
        self.database_url = database_url
        self.anna = workspace.add_person("Anna Keller", tz="Europe/Berlin")
        self.bilal = workspace.add_person("Bilal Aydin", tz="Europe/London")
        self.chen = workspace.add_person("Chen Wei", tz="Asia/Singapore")
        self.dora = workspace.add_person("Dora Lind", tz="America/New_York")
        self.replicas: dict[int, Forked] = {}
        # What a dead replica leaves unanswered is given up, and events sent again, sooner than by Slack.
        workspace.delivery.ack_within = 2.0
        workspace.delivery.redeliver_after = 1.0

    @property
    def env(self) -> dict[str, str]:
        """The environment of each replica."""
        return {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_APP_TOKEN": self.workspace.app_token,
            "SLACK_API_URL": self.workspace.api_url,
            "DATABASE_URL": self.database_url,
            "SITREP_HTTP": "127.0.0.1:0",
        }

    @property
    def shared(self) -> bool:
        """Whether several may work on the record at once."""
        return self.database_url.startswith("postgresql")

    async def start(self, *numbers: int) -> None:
        """Start replicas and wait until Slack has a connection of each.

        One that Slack did not let start is started again, as what supervises it does.
        """
        for number in numbers:
            self.replicas[number] = Forked(self.env, self.folder)
        try:
            await self.workspace.until(self._all_started, timeout=60)
        except AssertionError as late:
            raise AssertionError(f"not every replica started:\n{self.log}") from late

    def _all_started(self) -> bool:
        for number, replica in self.replicas.items():
            if not replica.alive:
                self.replicas[number] = Forked(self.env, self.folder)
        return self._all_connected()

    async def all_connected(self) -> None:
        """Wait until every replica has its connection again."""
        await self.workspace.until(self._all_connected, timeout=60)

    def _all_connected(self) -> bool:
        return len(self.workspace.delivery.connections) == len(self.replicas)

    async def kill(self, number: int) -> None:
        """kill -9."""
        await self._end(number, signal.SIGKILL, -signal.SIGKILL)

    async def stop(self, number: int) -> None:
        """SIGTERM, and wait until it has stopped in order."""
        await self._end(number, signal.SIGTERM, 0)

    async def _end(self, number: int, how: signal.Signals, expected: int) -> None:
        replica = self.replicas.pop(number)
        replica.send(how)
        code = await asyncio.to_thread(replica.wait, 20)
        assert code == expected, f"replica {number} ended with {code}:\n{self.log}"
        await self.workspace.until(self._all_connected, timeout=60)

    @property
    def log(self) -> str:
        """What all replicas have logged."""
        return (self.folder / "bot.log").read_text()

    async def settle(self, seconds: float = 60) -> None:
        """Wait until nothing is owed to Slack any more. The clock goes on meanwhile, so that leases run out."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            await self.workspace.settled(timeout=30)
            if await self.owed() == 0:
                await self.workspace.settled(timeout=30)
                return
            self.clock.advance(seconds=5)
            await asyncio.sleep(0.25)
        raise AssertionError(f"the replicas do not come to rest\n{self.workspace.describe()}\n{self.log}")

    async def owed(self) -> int:
        """How much the record says is still to be done, with what only needs a tick."""
        async with look_into(self.database_url) as session:
            due = await reminders.anything_due(session, self.clock.now(), DUE)
            return await runs.unfinished(session) + due

    async def declare(self, by: Person, line: str, slug: str) -> Channel:
        """Declare as a person does: whoever gets no answer looks whether it worked, and types it again if not."""
        for _ in range(5):
            answer = await by.types(line, in_="general")
            if "declared" in (answer or ""):
                break
            if await self._appears(slug, seconds=20):
                break
        return await self.workspace.until(lambda: self._named(slug), timeout=60)

    async def _appears(self, slug: str, seconds: float) -> bool:
        try:
            await self.workspace.until(lambda: self._named(slug), timeout=seconds)
        except AssertionError:
            return False
        return True

    def _named(self, slug: str) -> Channel | None:
        return next((one for one in self.workspace.channels if one.name.endswith(slug)), None)


@asynccontextmanager
async def open_fleet(folder: Path, database_url: str, *, replicas: int) -> AsyncIterator[Fleet]:
    """A fleet with its replicas running. Whatever still runs at the end is killed."""
    clock = SharedClock(folder / "clock")
    async with open_workspace(clock=clock, manifest=manifest.build()) as workspace:
        fleet = Fleet(workspace=workspace, clock=clock, folder=folder, database_url=database_url)
        try:
            await fleet.start(*range(replicas))
            yield fleet
        finally:
            for number in list(fleet.replicas):
                await fleet.kill(number)
