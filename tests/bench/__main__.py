"""Measures both apps one after the other and prints the ratios against the budgets of the design."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from rich.console import Console
from rich.table import Table
from sqlmodel import col, func, select

from bot.config import async_url
from storage.database import Database
from storage.models import Message
from tests.bench import inside, report
from tests.bench.measures import BURST, BURSTS, LATENCIES, MESSAGES_A_SECOND, Figures, measure
from tests.bot_process import Command, Town, open_town

Row = tuple[str, str, str, float, str, bool | None]


class Bare(Command):
    """The bare Bolt app as a process."""

    program: ClassVar[tuple[str, ...]] = ("-m", "tests.bench.bare")


async def main() -> None:
    console = Console()
    if os.getloadavg()[0] > (os.cpu_count() or 1) / 2:
        console.print("This machine is busy with other things, which the figures will show. Best run it alone.")
    with tempfile.TemporaryDirectory() as folder:
        async with asyncio.timeout(180), open_town(Path(folder), launch=Bare) as town:
            console.print("Measuring a bare Bolt app …")
            bare = await measured(town)
            console.print("Measuring Sitrep …")
            town.launch = Command
            await town.start()
            sitrep = await measured(town)
            kept = await recorded(town)
        console.print("Measuring inside …")
        logging.disable(logging.CRITICAL)  # odd input is complained about, as it should be
        inner = await inside.everything()
    outer = list(rows(bare, sitrep))
    console.print(table(outer))
    console.print(inner_table(inner))
    report.write(Path.cwd() / "docs", outer, inner)
    said = BURST * BURSTS
    console.print(f"Of {said} messages of the bursts, {kept} are on record, each committed before its acknowledgement.")


async def measured(town: Town) -> Figures:
    town.workspace.delivery.ack_within = 10.0
    figures = await measure(town)
    await town.stop()
    return figures


async def recorded(town: Town) -> int:
    database = Database(async_url(town.database_url))
    async with database.read() as session:
        statement = select(func.count()).select_from(Message).where(col(Message.text).startswith("burst "))
        count = (await session.exec(statement)).one()
    await database.close()
    return count


def inner_table(found: Sequence[inside.Row]) -> Table:
    shown = Table(title="Inside Sitrep")
    for heading in ("", "Sitrep", "budget", ""):
        shown.add_column(heading, justify="left" if heading == "" else "right")
    for row in found:
        shown.add_row(row.what, row.figure, row.budget, verdict_on(row.kept))
    return shown


def verdict_on(kept: bool | None) -> str:
    return "" if kept is None else "[green]within[/]" if kept else "[red]over[/]"


def table(found: Sequence[Row]) -> Table:
    shown = Table(title="Sitrep against a bare Bolt app on the same workspace")
    for heading in ("", "bare", "Sitrep", "ratio", "budget", ""):
        shown.add_column(heading, justify="left" if heading == "" else "right")
    for what, one, other, ratio, budget, kept in found:
        shown.add_row(what, one, other, f"{ratio:.2f}", budget, verdict_on(kept))
    return shown


def rows(bare: Figures, sitrep: Figures) -> Iterator[Row]:
    for latency in LATENCIES:
        ratio = sitrep.pinned[latency] / bare.pinned[latency]
        # Without latency there are no round trips to compare with, only our own work.
        budget, kept = ("≤ 1.25", ratio <= 1.25) if latency else ("", None)
        what = f"declare to pinned, Slack takes {latency} ms a call"
        yield what, ms(bare.pinned[latency]), ms(sitrep.pinned[latency]), ratio, budget, kept
    ratio = sitrep.stored_ack / bare.stored_ack
    stored = "answer to a command that changes the record p50"
    yield stored, ms(bare.stored_ack), ms(sitrep.stored_ack), ratio, "", None
    for what, one, other in (
        ("while nothing else happens", bare.idle_ack, sitrep.idle_ack),
        (f"while {MESSAGES_A_SECOND} messages/s are recorded", bare.busy_ack, sitrep.busy_ack),
    ):
        yield f"answer to a command p50, {what}", ms(one[0]), ms(other[0]), other[0] / one[0], "", None
        ratio = other[1] / one[1]
        budget, kept = ("≤ 1.50", ratio <= 1.5) if other is sitrep.busy_ack else ("", None)
        yield f"answer to a command p99, {what}", ms(one[1]), ms(other[1]), ratio, budget, kept
    ratio = sitrep.rate / bare.rate
    yield "messages/s, acknowledged", f"{bare.rate:.0f}", f"{sitrep.rate:.0f}", ratio, "≥ 0.80", ratio >= 0.8
    yield "start to connected", ms(bare.start), ms(sitrep.start), sitrep.start / bare.start, "", None
    (fresh, used), (our_fresh, our_used) = bare.memory, sitrep.memory
    ratio = our_fresh / fresh
    yield "idle memory, MB", f"{fresh:.0f}", f"{our_fresh:.0f}", ratio, "≤ 1.50", ratio <= 1.5
    yield "memory after all of the above, MB", f"{used:.0f}", f"{our_used:.0f}", our_used / used, "", None


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    asyncio.run(main())
