"""Plays the story from the beginning to its end, and says what came of it."""

import asyncio
import logging
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.clock import SystemClock
from bot.demo_clock import DemoClock
from bot.demo_closing import finish
from bot.demo_screen import Screen
from bot.demo_stage import DemoStopped, open_stage
from bot.demo_story import tell

log = logging.getLogger(__name__)

OF_THE_DAY: Final = timedelta(hours=15, minutes=7)  # when the story begins, in UTC


async def tell_all(out: Console, place: Path, *, speed: float) -> None:
    """Tell the story with the bot's files in `place`, which is made anew. Raises `DemoStopped`."""
    if not speed > 0:
        raise DemoStopped(f"--speed {speed:g} is not a speed: 1 is for watching, 2 is twice as fast.")
    today = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    clock, screen = DemoClock(today + OF_THE_DAY, rate=1), Screen(out)
    try:
        make_anew(place)
        async with open_stage(place, clock=clock, screen=screen, speed=speed) as stage:
            try:
                await tell(stage)
                await finish(stage, place, 1)
            except (AssertionError, TimeoutError) as problem:
                log.exception("the demo stopped", extra={"action": "demo_stopped"})
                raise DemoStopped(stopped(problem, place)) from problem
    except OSError as problem:
        raise DemoStopped(stopped(problem, place)) from problem
    except asyncio.CancelledError:
        out.print("\nStopped. `make demo` starts it anew.")
        raise


def stopped(problem: Exception, place: Path) -> str:
    first = str(problem).partition("\n")[0] or type(problem).__name__
    return f"The demo stopped here: {first} More is in {place / 'sitrep.log'}"


def make_anew(place: Path) -> None:
    """An empty folder of the demo's own; the database of a real bot is elsewhere. Raises `DemoStopped`."""
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(parents=True)
    except OSError as problem:
        raise DemoStopped(f"The demo cannot make its folder {place}: {problem.strerror}.") from problem
