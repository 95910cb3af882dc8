"""`sitrep demo`: a whole incident in the local workspace, with the real bot, on this terminal.

The first lines appear at once; what takes a second to import comes after them.
"""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from rich.console import Console

FOLDER: Final = Path("data") / "demo"
IN_A_PIPE: Final = 100  # columns
SERVED: Final = Path("data") / "demo-served"


async def play(folder: Path, *, speed: float) -> None:
    """Tell the story and leave its record in `folder`/data/demo, made anew.

    `speed` 1 is for watching, more is faster, infinity has no pauses.
    Raises `bot.demo_stage.DemoStopped` when it cannot go on.
    """
    out = console()
    out.print("Sitrep: one incident, from the first line to the postmortem", style="bold", soft_wrap=True)
    out.print(
        "A local workspace, the real bot, four people; no Slack, no tokens. Times are UTC.",
        style="dim",
    )
    from bot.demo_playing import tell_all

    await tell_all(out, folder / FOLDER, speed=speed)


async def serve(folder: Path, *, port: int) -> None:
    """Keep a practice workspace up until Ctrl-C, for a bot of your own. Raises `DemoStopped` when the port is taken."""
    out = console()
    out.print("Setting up a local workspace …", style="bold")
    from bot.demo_serving import keep_up

    await keep_up(out, folder / SERVED, port=port)


def console() -> Console:
    """The terminal; text that it cannot show becomes question marks, not an error."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    width = None if sys.stdout.isatty() else IN_A_PIPE
    return Console(highlight=False, markup=False, emoji=False, width=width)
