"""Whatever dies or fails in the middle of a declare, people end up with the incident that they declared, once."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.practice.web.calls import MadeCall
from tests.bot_process import Command, Town, open_town
from tests.faults.picture import Picture, picture
from tests.postgres import fresh_database
from tests.stage import open_stage

LINE = "/incident declare sev1 Checkout is failing with @bilal"
# Every call of an undisturbed declare, with which of its kind it is; a test holds this list against the truth.
CALLS = [
    ("conversations.create", 1),
    ("conversations.invite", 1),
    ("chat.postMessage", 1),
    ("pins.add", 1),
    ("response_url", 1),
    ("conversations.list", 1),
    ("conversations.join", 1),
    ("chat.postMessage", 2),
    ("users.info", 1),
    ("conversations.setTopic", 1),
    ("bookmarks.list", 1),
    ("bookmarks.add", 1),
]
# Where most is at stake: nothing there yet, and a card of which nothing is on record.
ORDINARY = (("conversations.create", 1), ("chat.postMessage", 1))
every_call = pytest.mark.parametrize(
    ("method", "nth"),
    [pytest.param(*call, marks=() if call in ORDINARY else pytest.mark.exhaustive) for call in CALLS],
    ids=[f"{method}-{nth}" for method, nth in CALLS],
)


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """How a declare goes when nothing happens to it."""

    seen: Picture
    calls: list[MadeCall]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    async def declare() -> Undisturbed:
        async with open_stage(tmp_path_factory.mktemp("undisturbed")) as stage:
            before = len(stage.workspace.calls)
            await stage.anna.types(LINE, in_="general")
            await stage.settle()
            return Undisturbed(seen=picture(stage.workspace), calls=stage.workspace.calls[before:])

    return asyncio.run(declare())


def test_the_list_of_calls_is_what_declare_makes(undisturbed: Undisturbed) -> None:
    made = [call.method for call in undisturbed.calls]
    # A name is asked for when it is needed, which may be twice at once.
    assert sorted({*made}) == sorted({method for method, _ in CALLS})
    assert all(made.count(method) == sum(one == method for one, _ in CALLS) for method in {*made} - {"users.info"})


@every_call
@pytest.mark.parametrize("before", [pytest.param(True, marks=pytest.mark.exhaustive), False], ids=["before", "after"])
async def test_killed_at_any_call_it_ends_like_undisturbed(
    method: str, nth: int, before: bool, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        town.kill_at(method, nth=nth, before=before)
        await town.anna.types(LINE, in_="general")
        await town.until_dead()
        await town.start()
        await town.settle()
        assert_like(undisturbed, town)


@every_call
async def test_told_to_stop_at_any_call_it_ends_like_undisturbed(
    method: str, nth: int, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        told = asyncio.Event()

        async def tell() -> None:
            town.send(signal.SIGTERM)
            told.set()

        town.workspace.faults.on(method, nth=nth).calls(tell)
        await town.anna.types(LINE, in_="general")
        await told.wait()
        await town.ended(0)
        await town.start()
        await town.settle()
        assert_like(undisturbed, town)


async def test_the_command_that_operators_type_survives_a_kill_and_stops_in_order(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    async with open_town(tmp_path, launch=Command) as town:
        town.kill_at("pins.add", before=False)
        await town.anna.types(LINE, in_="general")
        await town.until_dead()
        await town.start()
        await town.settle()
        [made] = [channel for channel in town.workspace.channels if channel.name.startswith("incident-")]
        await town.stop()

        [card] = undisturbed.seen["incident-2026-11-21-checkout-is-failing"]["pinned"]
        assert [pinned.shown.splitlines()[:2] for pinned in made.pinned] == [card.splitlines()[:2]]
        assert "Sitrep is on: Socket Mode · SQLite" in town.log
        assert "Stopped; what is left is on record" in town.log


@pytest.mark.postgres
async def test_on_postgresql_another_replica_goes_on_when_the_lease_is_over(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    async with fresh_database() as url, open_town(tmp_path, database_url=url) as town:
        town.kill_at("chat.postMessage", before=False)
        await town.anna.types(LINE, in_="general")
        await town.until_dead()
        await town.start()
        await town.workspace.settled()
        assert await town.owed() > 0
        assert not [channel for channel in town.workspace.channels if channel.pinned]

        town.clock.advance(seconds=31)
        await town.settle()
        assert_like(undisturbed, town)


def assert_like(undisturbed: Undisturbed, place: Town) -> None:
    assert picture(place.workspace) == undisturbed.seen
    assert any("INC-1 is set up" in whisper.shown for whisper in place.anna.ephemerals())
