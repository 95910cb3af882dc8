"""`make soak`: faults at random against real processes, then a look at whether anything was lost or doubled.

`SECONDS` says for how long (600), `SEED` repeats a run, `REPLICAS` how many bots (2) share one PostgreSQL;
`DATABASE=sqlite` soaks one bot on a file instead.
"""

import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from tests.postgres import fresh_database
from tests.soak.checks import problems
from tests.soak.fleet import Fleet, open_fleet
from tests.soak.life import Life
from tests.soak.trouble import Trouble


@asynccontextmanager
async def bots(folder: Path) -> AsyncIterator[Fleet]:
    """As many as the environment asks for, on the database that it asks for."""
    if os.environ.get("DATABASE") == "sqlite":
        async with open_fleet(folder, f"sqlite:///{folder / 'sitrep.db'}", replicas=1) as fleet:
            yield fleet
        return
    replicas = int(os.environ.get("REPLICAS") or 2)
    async with fresh_database() as url, open_fleet(folder, url, replicas=replicas) as fleet:
        yield fleet


async def time_goes_by(fleet: Fleet, until: float) -> None:
    """The clock that the bots share does not stand still while somebody waits."""
    while time.monotonic() < until:
        await asyncio.sleep(1)
        fleet.clock.advance(seconds=1)


async def soak(folder: Path, seconds: float, seed: int, console: Console) -> list[str]:
    """Disturb them for so long, let them come to rest, and say what is wrong then."""
    async with bots(folder) as fleet:
        console.print(f"Soaking {len(fleet.replicas)} × Sitrep for {seconds:.0f} s. To repeat it: SEED={seed}")
        life, trouble = Life(fleet, f"{seed} life"), Trouble(fleet, f"{seed} trouble")
        until = time.monotonic() + seconds
        wrong = ["it did not come to its end"]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(life.goes_on(until))
                group.create_task(trouble.goes_on(until))
                group.create_task(time_goes_by(fleet, until))
            fleet.workspace.faults.clear()
            await fleet.settle(seconds=180)
            wrong = await problems(fleet, life)
        finally:
            if wrong:
                (Path.cwd() / "soak.log").write_text(fleet.log)
        happened = life.happened + trouble.happened
        console.print("What happened: " + ", ".join(f"{count} × {what}" for what, count in happened.most_common()))
        answered = sum(deed.answered for deed in life.deeds)
        console.print(f"{answered} of {len(life.deeds)} things that people did were answered as done.")
        return wrong


async def main() -> int:
    seconds = float(os.environ.get("SECONDS") or 600)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    console = Console()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        wrong = await soak(Path(folder), seconds, seed, console)
    for line in wrong:
        console.print(f"  {line}", style="red", markup=False)
    console.print("[green]Nothing lost, nothing doubled.[/]" if not wrong else f"{len(wrong)} problems; see soak.log")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
