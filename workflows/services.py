"""What every workflow is given: the record, Slack, the clock, the policy."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from storage.database import Database
from storage.writer import Writer
from workflows.clock import Clock
from workflows.library import Library
from workflows.policy import Policy
from workflows.ports import Hooks, NoHooks, NoRooms, Rooms, Slack


class Bell:
    """Rung when new work has been committed, so that nobody has to wait for the next tick."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        """Return at the next ring; rings before this call count."""
        await self._event.wait()
        self._event.clear()


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asked for what is being done, and where an answer below it goes (empty: nowhere, as for forms).

    `how` is command, button, form, shortcut, mention or cli; `verb` the word that stands for what they want, as in
    `commands.SUBCOMMANDS`; `groups` are those of the configured user groups that they belong to.
    """

    user_id: str
    response_url: str = ""
    press: str = ""
    how: str = ""
    verb: str = ""
    channel_id: str = ""  # where it was typed or pressed
    groups: frozenset[str] = frozenset()
    behind: str = ""  # who typed it in somebody's name, on the command line


@dataclass(frozen=True, kw_only=True)
class Services:
    """The bundle that is passed around; made once, in `bot.app`."""

    database: Database
    writer: Writer
    slack: Slack
    clock: Clock
    policy: Policy
    data_folder: Path
    bell: Bell = field(default_factory=Bell)
    library: Library = field(default_factory=Library)
    hooks: Hooks = field(default_factory=NoHooks)
    rooms: Rooms = field(default_factory=NoRooms)
    asker: Asker | None = None  # while a press, command or form is dealt with
    # Channel id to incident id: an incident keeps its channel, so what has been looked up stays true.
    incident_channels: dict[str, int] = field(default_factory=dict)
    # Incident id to whether it is a drill, which it is from the beginning or never.
    drills: dict[int, bool] = field(default_factory=dict)
    # People of whom it is on record whether they are guests, and when Slack said so.
    met: dict[str, datetime] = field(default_factory=dict)
    # People whose names are on record, so that not every message has to ask.
    named: set[str] = field(default_factory=set)
