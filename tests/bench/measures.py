"""What is measured, in the same way for whichever app is connected."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.bot_process import Town

LATENCIES = (0, 50, 200)  # milliseconds that Slack takes for each call
DECLARES = 5  # at each latency; Slack allows about 20 new channels a minute
COMMANDS = 200
NOTES = 40  # each is also posted, which Slack allows about 200 times a minute
MESSAGES_A_SECOND = 200
BURST = 2000
BURSTS = 3
SETTLES = 2  # seconds after the start until what was loaded for it has been let go
THINGS = (
    *("amber", "basil", "cedar", "delta", "ember", "fjord", "grape", "hazel"),
    *("ivory", "jolly", "karma", "lemon", "mango", "north", "ocean"),
)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Seconds, messages a second, and megabytes of one app."""

    pinned: dict[int, float]  # by latency: from the command to the pinned card, median
    stored_ack: float  # of commands that change the record, median
    idle_ack: tuple[float, float]  # p50 and p99 of commands while nothing else happens
    busy_ack: tuple[float, float]  # the same while messages are recorded
    rate: float
    start: float  # from starting the process until Slack can reach it
    memory: tuple[float, float]  # right after the start, and after everything else


async def measure(town: Town) -> Figures:
    """Everything about the app that `town` launches, started twice: the first time it sets up what is kept."""
    await town.stop()
    began = perf_counter()
    await town.start()
    start = perf_counter() - began
    await asyncio.sleep(SETTLES)
    fresh = memory(town)
    pinned = {latency: await declare_to_pinned(town, latency) for latency in LATENCIES}
    place = [channel for channel in town.workspace.channels if town.workspace.bot_user_id in channel.members][-1]
    for person in (town.anna, town.bilal, town.chen):
        await person.joins(place)
    town.workspace.delivery.redeliver_after = 30.0  # a burst takes longer than Slack's patience, for both
    stored_ack = median(await acks(town, place, "note the graph shows a dip", NOTES))
    await town.workspace.settled(timeout=30)
    idle_ack = p50_and_p99(await acks(town, place, "status", COMMANDS))
    async with asyncio.TaskGroup() as group:
        chatter = group.create_task(talk(town.bilal, place))
        busy_ack = p50_and_p99(await acks(town, place, "status", COMMANDS))
        chatter.cancel()
    await town.workspace.settled(timeout=30)
    rate = median([await burst(town, place) for _ in range(BURSTS)])
    return Figures(
        pinned=pinned,
        stored_ack=stored_ack,
        idle_ack=idle_ack,
        busy_ack=busy_ack,
        rate=rate,
        start=start,
        memory=(fresh, memory(town)),
    )


async def declare_to_pinned(town: Town, latency: int) -> float:
    """From the typed command until Slack has pinned the card; its reply does not count."""
    faults, times = town.workspace.faults, []
    first = LATENCIES.index(latency) * DECLARES
    for thing in THINGS[first : first + DECLARES]:
        faults.clear()
        pinned = asyncio.Event()

        async def note(pinned: asyncio.Event = pinned) -> None:
            pinned.set()

        faults.on("*", times=None).delays(latency / 1000)
        faults.on("pins.add").calls(note, when="after")
        began = perf_counter()
        typed = asyncio.create_task(town.anna.types(f"/incident declare sev1 {thing * 3} down"))
        await pinned.wait()
        times.append(perf_counter() - began)
        await typed
        await town.workspace.settled(timeout=30)
    faults.clear()
    return median(times)


async def acks(town: Town, place: Channel, command: str, times: int) -> list[float]:
    """How long a person waits for the answer to a command, each time."""
    waits = []
    for _ in range(times):
        began = perf_counter()
        await town.anna.types(f"/incident {command}", in_=place)
        waits.append(perf_counter() - began)
        await asyncio.sleep(0.01)
    return waits


def p50_and_p99(waits: Sequence[float]) -> tuple[float, float]:
    centiles = quantiles(waits, n=100)
    return centiles[49], centiles[98]


async def talk(person: Person, place: Channel) -> None:
    """Messages at a steady rate, until cancelled."""
    began, said = perf_counter(), 0
    while True:
        while said < (perf_counter() - began) * MESSAGES_A_SECOND:
            await person.says(f"message {said}", in_=place)
            said += 1
        await asyncio.sleep(0.005)


async def burst(town: Town, place: Channel) -> float:
    """Messages a second, from the first word until the last one is acknowledged."""
    began = perf_counter()
    for number in range(BURST):
        await town.chen.says(f"burst {number}", in_=place)
        if number % 50 == 0:
            await asyncio.sleep(0)
    await town.workspace.until(lambda: town.workspace.delivery.is_idle, timeout=30)
    return BURST / (perf_counter() - began)


def memory(town: Town) -> float:
    """Megabytes that the app's process holds."""
    assert town.process is not None
    [line] = [line for line in Path(f"/proc/{town.process.pid}/status").read_text().splitlines() if "VmRSS" in line]
    return int(line.split()[1]) / 1024
