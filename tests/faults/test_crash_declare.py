"""Whatever dies in the middle of a declare, people end up with the incident that they declared, once."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.practice.web.calls import MadeCall
from tests.bot_process import open_town
from tests.faults.picture import Picture, picture
from tests.stage import open_stage

LINE = "/incident declare sev1 Checkout is failing with @bilal"
# Every call of an undisturbed declare, with which of its kind it is; a test holds this list against the truth.
CALLS = [
    ("conversations.create", 1),
    ("conversations.invite", 1),
    ("chat.postMessage", 1),
    ("pins.add", 1),
    ("response_url", 1),
    ("conversations.setPurpose", 1),
    ("conversations.list", 1),
    ("conversations.join", 1),
    ("chat.postMessage", 2),
    ("users.info", 1),
    ("conversations.setTopic", 1),
]


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
    assert sorted(made) == sorted(method for method, _ in CALLS)
    assert all(nth <= made.count(method) for method, nth in CALLS)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("method", "nth"), CALLS, ids=[f"{method}-{nth}" for method, nth in CALLS])
async def test_killed_at_any_call_it_ends_like_undisturbed(
    method: str, nth: int, before: bool, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        town.kill_at(method, nth=nth, before=before)
        await town.anna.types(LINE, in_="general")
        await town.until_dead()
        await town.start()
        await town.settle()
        assert picture(town.workspace) == undisturbed.seen
