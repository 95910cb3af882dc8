"""A bot that stood still while another took its work over, and then goes on where it was."""

import asyncio
import signal
from pathlib import Path

import pytest

from bot.practice.state.channels import Channel
from storage import runs
from tests.faults.stories import incident
from tests.postgres import fresh_database
from tests.soak.fleet import open_fleet
from tests.stage import Stage
from workflows.registry import WORKFLOWS
from workflows.runner import LEASE, Runner
from workflows.surfaces import load

UPDATE = "/incident update Rolled back"
DECLARE = "/incident declare sev1 Checkout is failing"


class Late:
    """A call of the bot that is under way while another one does all its work."""

    def __init__(self, stage: Stage, method: str, *, loses_answer: bool = False) -> None:
        self.stage = stage
        self.other = Runner(stage.app.services, WORKFLOWS, "other")
        self._begun, self._over = asyncio.Event(), asyncio.Event()
        if loses_answer:
            stage.workspace.faults.on(method).resets(after_effect=True)
        stage.workspace.faults.on(method).calls(self._wait)

    async def _wait(self) -> None:
        self._begun.set()
        await asyncio.wait_for(self._over.wait(), 20)

    async def overtaken(self) -> None:
        """Wait until the call has begun, and let the other one end what it belongs to."""
        await asyncio.wait_for(self._begun.wait(), 20)
        await self.other.take_over()
        while await self._owed():
            await self.other.claim()
            await asyncio.sleep(0.01)

    async def _owed(self) -> int:
        async with self.stage.app.services.database.read() as session:
            return await runs.unfinished(session)

    async def goes_on(self) -> None:
        """Its effect comes now."""
        self._over.set()
        await self.stage.settle()


def lines(channel: Channel) -> list[str]:
    return sorted(one.shown.splitlines()[0] for one in channel.messages if not one.subtype)


@pytest.mark.parametrize("loses_answer", [False, True], ids=["answer", "answer lost"])
async def test_who_posts_after_another_did_takes_its_own_back(stage: Stage, loses_answer: bool) -> None:
    channel = await stage.declare()
    late = Late(stage, "chat.postMessage", loses_answer=loses_answer)
    typing = asyncio.create_task(stage.anna.types(UPDATE, in_=channel))
    await late.overtaken()
    [posted] = updates_in(channel)
    await stage.app.runner.tick()
    await late.goes_on()
    await typing
    assert updates_in(channel) == [posted]


@pytest.mark.parametrize("loses_answer", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
async def test_a_late_card_goes_and_the_other_one_stays(stage: Stage, loses_answer: bool) -> None:
    late = Late(stage, "chat.postMessage", loses_answer=loses_answer)
    typing = asyncio.create_task(stage.anna.types(DECLARE, in_="general"))
    await late.overtaken()
    channel = incident(stage)
    before, [card] = lines(channel), channel.pinned
    await late.goes_on()
    await typing
    assert lines(channel) == before
    assert channel.pinned == [card]
    assert not [one for one in lines(channel) if "error inside" in one]


async def test_a_late_channel_is_not_made_and_renames_nothing(stage: Stage) -> None:
    late = Late(stage, "conversations.create")
    typing = asyncio.create_task(stage.anna.types(DECLARE, in_="general"))
    await late.overtaken()
    await late.goes_on()
    await typing
    assert (await load(stage.app.services, 1)).channel_name == incident(stage).name


async def test_a_late_rendering_does_not_stay(stage: Stage) -> None:
    channel = await stage.declare()
    late = Late(stage, "chat.update")
    await stage.anna.types("/incident identified a bad deploy", in_=channel)
    await stage.anna.types("/incident mitigated rolled back", in_=channel)
    await late.overtaken()
    await late.goes_on()
    assert "Status: mitigated" in channel.pinned[0].shown


@pytest.mark.exhaustive
@pytest.mark.postgres
async def test_a_process_that_was_frozen_between_deciding_and_posting_leaves_one_post(tmp_path: Path) -> None:
    async with fresh_database() as url, open_fleet(tmp_path, url, replicas=1) as fleet:
        channel = await fleet.declare(fleet.anna, DECLARE, "checkout-is-failing")
        await fleet.settle()
        begun, over = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            begun.set()
            await asyncio.wait_for(over.wait(), 60)

        fleet.workspace.faults.on("chat.postMessage").calls(wait)
        await fleet.anna.types(UPDATE, in_=channel)
        await asyncio.wait_for(begun.wait(), 20)
        frozen = fleet.replicas[0]
        frozen.send(signal.SIGSTOP)
        await fleet.start(1)
        fleet.clock.advance(seconds=LEASE.total_seconds() + 1)
        await fleet.workspace.until(lambda: updates_in(channel), timeout=30)
        [posted] = updates_in(channel)
        over.set()
        await fleet.workspace.until(lambda: len(updates_in(channel)) == 2)
        frozen.send(signal.SIGCONT)
        await fleet.workspace.until(lambda: [one for one in fleet.workspace.calls if one.method == "chat.delete"])
        await fleet.settle()
        assert updates_in(channel) == [posted]


def updates_in(channel: Channel) -> list[str]:
    return [one.ts for one in channel.messages if "[UPDATE" in one.shown]
