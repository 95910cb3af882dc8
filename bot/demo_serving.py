"""`sitrep demo --serve`: a practice workspace that stays up for a bot of your own, with people you can direct."""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from bot import manifest
from bot.clock import SystemClock
from bot.demo_playing import make_anew
from bot.demo_prompt import HELP, Prompt
from bot.demo_screen import Screen
from bot.demo_stage import DemoStopped
from bot.demo_watch import Watch
from bot.practice.web.api import Tokens
from bot.practice.workspace import Workspace, open_workspace

# The same every time, so that what was copied once keeps working. They open nothing but this workspace.
TOKENS: Final = Tokens(
    bot="xoxb-practice-workspace",
    app="xapp-1-practice-workspace",
    signing_secret="practice-signing-secret",  # noqa: S106
)
MOMENT: Final = 0.1  # seconds in which things that belong together arrive together
PEOPLE: Final = (
    ("Anna Keller", "Europe/Berlin"),
    ("Bilal Aydin", "Europe/London"),
    ("Chen Wei", "Asia/Singapore"),
    ("Dora Lind", "America/New_York"),
)


async def keep_up(out: Console, place: Path, *, port: int) -> None:
    """Serve until SIGINT or SIGTERM. A bot's database goes to `place`. Raises `DemoStopped`."""
    screen = Screen(out)
    try:
        async with open_workspace(
            clock=SystemClock(), manifest=manifest.build(), port=port, tokens=TOKENS
        ) as workspace:
            for name, zone in PEOPLE:
                screen.meet(workspace.add_person(name, tz=zone).name.partition(" ")[0])
            # Ids begin anew with every workspace, so an older record would be about other people.
            make_anew(place)
            introduce(out, workspace, place)
            await follow(workspace, screen)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise DemoStopped(
            f"Port {port} is taken: another workspace may be up already. `sitrep demo --serve --port {port + 1}` uses "
            "another one."
        ) from problem
    out.print("\nThe workspace is closed. What was in it is gone; the bot's record stays.")


def introduce(out: Console, workspace: Workspace, place: Path) -> None:
    """What to copy, who is there, what can be typed."""
    people = ", ".join(f"{person.handle} ({person.name})" for person in workspace.people)
    channels = ", ".join(f"#{channel.name}" for channel in workspace.channels)
    lines = (
        f"A local workspace is up at {workspace.api_url}. Connect a bot from another terminal:\n",
        f"  SLACK_API_URL={workspace.api_url} \\",
        f"  SLACK_BOT_TOKEN={workspace.bot_token} \\",
        f"  SLACK_APP_TOKEN={workspace.app_token} \\",
        f"  DATABASE_URL=sqlite:///{place / 'sitrep.db'} \\",
        "  .venv/bin/sitrep run\n",
        f"In it: {people}; {channels}. Ctrl-C ends it.\n",
        HELP,
    )
    out.print(Text("\n".join(lines)), soft_wrap=True)


async def follow(workspace: Workspace, screen: Screen) -> None:
    """Print what happens, and do what is typed, until told to stop or `quit`."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    with typed_lines() as lines:
        tasks = [
            loop.create_task(told.wait()),
            loop.create_task(show_news(workspace, screen)),
            loop.create_task(obey(lines, Prompt(workspace, screen))),
        ]
        ended, going_on = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in going_on:
            task.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)
        for task in ended:
            task.result()


async def show_news(workspace: Workspace, screen: Screen) -> None:
    """Print what became visible, each time a moment of quiet has come."""
    watch = Watch(workspace)
    watch.news()
    while True:
        await workspace.state.changes.wait(60)
        await asyncio.sleep(MOMENT)
        for sighting in watch.news():
            screen.show(sighting)


async def obey(lines: asyncio.Queue[str], prompt: Prompt) -> None:
    """Do each line as it comes, until `quit`."""
    while (line := (await lines.get()).strip()) not in ("quit", "exit"):
        if line:
            await prompt.obey(line)


@contextmanager
def typed_lines() -> Iterator[asyncio.Queue[str]]:
    """What is typed on standard input, line by line. Where nothing can be typed, nothing comes."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    source, rest = sys.stdin.fileno(), bytearray()

    def take() -> None:
        got = os.read(source, 65536)
        if not got:
            loop.remove_reader(source)
        rest.extend(got)
        *whole, last = bytes(rest).split(b"\n")
        rest[:] = last
        for line in whole:
            lines.put_nowait(line.decode(errors="replace"))

    with suppress(PermissionError):  # a file or /dev/null cannot be waited for
        loop.add_reader(source, take)
    try:
        yield lines
    finally:
        loop.remove_reader(source)
