"""The real bot in the demo's process: its settings, its log, and stopping and starting it in the middle."""

import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from bot.app import App, open_app
from bot.config import Settings
from bot.logs import TextLines
from bot.pace import Pace
from bot.practice.workspace import Workspace
from workflows.clock import Clock


class Bot:
    """Runs between `start` and `stop`, any number of times, on one record."""

    def __init__(self, workspace: Workspace, settings: Settings, clock: Clock) -> None:
        self._workspace = workspace
        self._settings = settings
        self._clock = clock
        self._running = AsyncExitStack()
        self._app: App | None = None

    @property
    def app(self) -> App:
        """The bot's insides. Raises RuntimeError while it is stopped."""
        if self._app is None:
            raise RuntimeError("the bot is not running")
        return self._app

    @property
    def is_running(self) -> bool:
        return self._app is not None

    async def start(self) -> None:
        """Start it and wait until Slack can reach it."""
        self._app = await self._running.enter_async_context(
            # The local workspace has no tiers, and what Slack spreads over an hour is told here in a minute.
            open_app(self._settings, clock=self._clock, pace=Pace({}))
        )
        await self._workspace.bot_connected()

    async def stop(self) -> None:
        """Stop it gracefully; stopped already is fine."""
        self._app = None
        await self._running.aclose()


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
