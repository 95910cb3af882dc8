"""A whole town for a test: the local workspace, the real bot, four people, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import manifest
from bot.app import App, open_app
from bot.config import Settings
from bot.pace import Pace
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.record import lay_out
from workflows.policy import Policy


class Stage:
    """Declares, waits, moves time, restarts the bot. `dora` is in no incident unless invited."""

    def __init__(
        self,
        workspace: Workspace,
        clock: ManualClock,
        settings: Settings,
        *,
        http: bool = False,
        pace: Pace | None = None,
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        self.settings = settings
        self.http = http
        self.pace = pace
        self.anna = workspace.add_person("Anna Keller", tz="Europe/Berlin")
        self.bilal = workspace.add_person("Bilal Aydin", tz="Europe/London")
        self.chen = workspace.add_person("Chen Wei", tz="Asia/Singapore")
        self.dora = workspace.add_person("Dora Lind", tz="America/New_York")
        self._running: AsyncExitStack | None = None
        self._app: App | None = None

    @property
    def app(self) -> App:
        assert self._app is not None, "the bot is not running"
        return self._app

    async def start(self) -> None:
        """Start the bot and wait until Slack can reach it."""
        self._running = AsyncExitStack()
        self._app = await self._running.enter_async_context(open_app(self.settings, clock=self.clock, pace=self.pace))
        if self.http:
            port = self.settings.http_port
            self.workspace.deliver_over_http(f"http://127.0.0.1:{port}/slack/events")
        await self.workspace.bot_connected()

    async def stop(self) -> None:
        """Stop the bot gracefully."""
        if self._running is not None:
            await self._running.aclose()
        self._running = self._app = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way: neither in Slack nor in what the bot owes it."""
        for _ in range(200):
            await self.workspace.settled()
            if self._app is None or await self._app.idle():
                await self.workspace.settled()
                if self._app is None or await self._app.idle():
                    return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the bot does not come to rest\n{self.workspace.describe()}")

    async def pass_time(self, **units: float) -> None:
        """Move the clock on, for example `minutes=30`, and let everything that became due happen."""
        self.clock.advance(**units)
        await self.app.ticker.tick()
        await self.settle()

    async def declare(self, text: str = "sev1 Checkout is failing", by: Person | None = None) -> Channel:
        """Declare in #general and return the incident's channel, set up completely."""
        before = {channel.id for channel in self.workspace.channels}
        await (by or self.anna).types(f"/incident declare {text}", in_="general")
        await self.settle()
        made = [channel for channel in self.workspace.channels if channel.id not in before]
        assert len(made) == 1, f"{len(made)} channels were made\n{self.workspace.describe()}"
        return made[0]


def settings_for(
    workspace: Workspace, folder: Path, *, database_url: str = "", http_port: int = 0, policy: Policy | None = None
) -> Settings:
    """Settings as the environment would give them for this workspace; by default with an empty record in `folder`."""
    record = folder / "sitrep.db"
    if not database_url:
        lay_out(record)
    env = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_API_URL": workspace.api_url,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "DATABASE_URL": database_url or f"sqlite:///{record}",
        "SITREP_HTTP": f"127.0.0.1:{http_port or 1}",
    }
    if not http_port:
        env["SLACK_APP_TOKEN"] = workspace.app_token
    settings = Settings.from_env(env, folder)
    return replace(settings, http_port=http_port, policy=policy or settings.policy)


@asynccontextmanager
async def open_stage(folder: Path, *, paced_by_clock: bool = False, **options: Any) -> AsyncIterator[Stage]:
    """A stage with the bot running. Options as for `settings_for`; `http_port` chooses HTTP mode.

    `paced_by_clock`: a pause that Slack asks for is over when the test has moved the clock on.
    """
    clock = ManualClock()
    pace = Pace(time=clock.seconds) if paced_by_clock else None
    async with open_workspace(clock=clock, manifest=manifest.build()) as workspace:
        settings = settings_for(workspace, folder, **options)
        stage = Stage(workspace, clock, settings, http=bool(options.get("http_port")), pace=pace)
        await stage.start()
        try:
            yield stage
        finally:
            await stage.stop()
