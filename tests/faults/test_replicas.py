"""Two and three bots on one PostgreSQL: whoever takes an event, and whoever dies, people see one bot that never did."""

import asyncio
import logging
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select

from bot.config import async_url
from bot.practice.state.channels import Channel
from storage import runs
from storage.database import Database
from storage.models import Message
from tests.bot_process import look_into
from tests.postgres import fresh_database
from tests.soak.fleet import Fleet, open_fleet
from workflows.runner import LEASE

KILLS = 4  # `make soak` goes on for longer

pytestmark = pytest.mark.postgres


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with fresh_database() as address:
        yield address


def assert_complete(fleet: Fleet, channel: Channel) -> None:
    """An incident as an undisturbed bot leaves it: each thing once."""
    lines = [message.shown.splitlines()[0] for message in channel.messages if not message.subtype]
    assert [line for line, count in Counter(lines).items() if count > 1] == []
    assert len(channel.pinned) == 1
    assert "Incident commander @Anna Keller" in channel.pinned[0].shown
    assert "IC Anna Keller" in channel.topic
    assert fleet.anna.id in channel.members
    said = channel.pinned[0].shown.splitlines()[0]
    ref = next(word for word in said.split() if word.startswith("INC-"))
    announced = [one for one in fleet.workspace.channel("incidents").messages if f"{ref} " in one.shown]
    assert len(announced) == 1, [one.shown for one in announced]
    ready = [one for one in fleet.anna.ephemerals() if f"{ref} is set up" in one.shown]
    assert len(ready) <= 2  # a private answer carries no key; it is the one thing that may come twice


async def test_any_replica_takes_any_event_and_a_rolling_restart_loses_nothing(url: str, tmp_path: Path) -> None:
    async with open_fleet(tmp_path, url, replicas=2) as fleet:
        channel = await fleet.declare(fleet.anna, "/incident declare sev1 Checkout is failing", "checkout-is-failing")
        await fleet.settle()
        # One press, delivered to two replicas at once.
        fleet.workspace.delivery.duplicate_next("/incident", 2)
        await fleet.anna.types("/incident update Rolled back", in_=channel)
        talking = asyncio.create_task(talk(fleet, channel, 20))
        for number in (0, 1):
            await fleet.start(number + 2)
            await fleet.stop(number)
        await talking
        await fleet.settle()
        assert fleet.workspace.delivery.lost == []
        assert await on_record(fleet, channel) >= {f"Line {number}" for number in range(20)}
        assert sum("[UPDATE" in message.shown for message in channel.messages) == 1

        fleet.clock.advance(minutes=31)
        await fleet.workspace.until(lambda: asked(channel))
        await fleet.settle()
        assert asked(channel) == 1
        assert_complete(fleet, channel)


def made(fleet: Fleet) -> int:
    """How often somebody began to make a channel or to post in one. Direct messages say that it takes long."""
    calls = fleet.workspace.calls
    posts = [call for call in calls if call.method == "chat.postMessage" and str(call.args["channel"]).startswith("C")]
    return len(posts) + sum(call.method == "conversations.create" for call in calls)


async def test_a_jump_of_an_hour_takes_no_work_from_a_replica_that_is_alive(url: str, tmp_path: Path) -> None:
    async with open_fleet(tmp_path, url, replicas=2) as fleet:
        under_way, jumped = asyncio.Event(), asyncio.Event()

        async def jump() -> None:
            under_way.set()
            await asyncio.wait_for(jumped.wait(), 20)

        fleet.workspace.faults.on("chat.postMessage").calls(jump)
        await fleet.anna.types("/incident declare sev3 Checkout is failing", in_="general")
        await asyncio.wait_for(under_way.wait(), 10)
        await lease_moved(fleet)
        before = made(fleet)
        fleet.clock.advance(hours=1)
        await asyncio.sleep(2.5)  # the other replica looks once a second: time enough to take over wrongly
        assert made(fleet) == before
        jumped.set()
        await fleet.settle()
        [channel] = [one for one in fleet.workspace.channels if one.name.startswith("incident-")]
        assert_complete(fleet, channel)


async def lease_moved(fleet: Fleet) -> None:
    """Let who works on it show that they are alive: where the clock stands still, each look finds the same lease."""
    fleet.clock.advance(seconds=1)
    until = fleet.clock.now() + LEASE
    async with asyncio.timeout(20):
        while True:
            async with look_into(fleet.database_url) as session:
                [run] = await runs.with_keys(session, ["declare:1"])
            if run.leased_until == until:
                return
            await asyncio.sleep(0.05)


async def talk(fleet: Fleet, channel: Channel, lines: int) -> None:
    for number in range(lines):
        await fleet.anna.says(f"Line {number}", in_=channel)
        await asyncio.sleep(0.05)


async def on_record(fleet: Fleet, channel: Channel) -> set[str]:
    database = Database(async_url(fleet.database_url))
    async with database.read() as session:
        found = await session.exec(select(Message.text).where(Message.channel_id == channel.id))
        texts = set(found.all())
    await database.close()
    return texts


async def test_killing_one_at_random_during_a_burst_ends_as_if_undisturbed(url: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    logging.getLogger(__name__).warning("SEED=%d", seed)  # shown when the test fails
    dice = random.Random(seed)
    async with open_fleet(tmp_path, url, replicas=3) as fleet:
        burst = [
            asyncio.create_task(
                fleet.declare(fleet.anna, f"/incident declare sev2 {word} has failed", f"{word}-has-failed")
            )
            for word in ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
        ]
        for number in range(3, 3 + KILLS):
            await asyncio.sleep(dice.uniform(0.5, 1.5))
            await fleet.kill(dice.choice(sorted(fleet.replicas)))
            fleet.clock.advance(seconds=20)
            await fleet.start(number)
        await asyncio.gather(*burst)
        await fleet.settle()
        channels = [task.result() for task in burst]
        assert len([one for one in fleet.workspace.channels if one.name.startswith("incident-")]) == 10
        for channel in channels:
            assert_complete(fleet, channel)


def asked(channel: Channel) -> int:
    return sum(message.shown.startswith("No update for") for message in channel.messages)
