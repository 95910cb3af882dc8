"""Work that is owed: done once, postponed, given up, handed on, whatever happens in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import connect
from bot.slack_calls import Calls
from storage import runs, timeline
from storage.database import Database
from storage.models import Incident, Run, RunState
from storage.writer import Writer
from tests.clock import ManualClock
from tests.record import lay_out
from workflows.policy import default_policy
from workflows.ports import Busy, Refused, SlackTrouble, Unclear
from workflows.runner import LEASE, LOOKS, MOST_AT_ONCE, MOST_LOOKS, Runner, pause_after
from workflows.services import Services
from workflows.steps import Run as Entry
from workflows.steps import done, together


@dataclass
class Work:
    """A workflow of which the test decides how each entry goes; it notes what happened."""

    troubles: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None
    entries: list[Entry] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)

    async def run(self, entry: Entry, _: Services) -> None:
        self.entries.append(entry)
        if self.gate is not None:
            await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop(0)
        self.deeds.append(entry.row.key)

    async def act(self) -> str:
        self.deeds.append("act")
        return "acted"

    async def look(self) -> str | None:
        self.deeds.append("look")
        return "found"


class Yard:
    """The record with an incident in it, a clock, and as many runners as a test likes."""

    def __init__(self, services: Services, clock: ManualClock) -> None:
        self.services = services
        self.clock = clock

    def runner(self, work: Work, name: str = "a") -> Runner:
        return Runner(self.services, {"work": work.run}, name)

    async def owe(self, key: str = "one", lane: str = "") -> Run:
        async with self.services.database.write() as session:
            run = await runs.owe(session, kind="work", key=key, lane=lane or key, now=self.clock.now(), incident_id=1)
        self.services.bell.ring()
        return run

    async def stored(self, run: Run) -> Run:
        async with self.services.database.read() as session:
            found = await session.get(Run, run.id)
        assert found is not None
        return found

    async def problems(self) -> list[str]:
        async with self.services.database.read() as session:
            return [line.text for line in await timeline.entries(session, 1) if line.kind == "problem"]

    async def work_off(self, runner: Runner, **later: float) -> None:
        """Move the clock, and let the runner do whatever is due then."""
        self.clock.advance(**later)
        await runner.tick()
        while not await runner.idle():
            await asyncio.sleep(0)
            await runner.claim()


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    url, clock = f"sqlite+aiosqlite:///{tmp_path / 'sitrep.db'}", ManualClock()
    lay_out(tmp_path / "sitrep.db")
    database = Database(url)
    incident = Incident(
        press="p", title="Checkout", severity="SEV1", declared_by="U1", declared_at=clock.now(), channel_name="i-1"
    )
    async with database.write() as session:
        session.add(incident)
    async with aiohttp.ClientSession() as session:
        services = Services(
            database=database,
            writer=Writer(database),
            slack=connect(Calls(AsyncWebClient(token="none")), session, {"user_id": "UBOT"}),
            clock=clock,
            policy=default_policy(),
            data_folder=tmp_path,
        )
        yield Yard(services, clock)
    await database.close()


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("this did not happen within five seconds")


async def test_what_is_owed_is_done_once(yard: Yard) -> None:
    work = Work()
    run, runner = await yard.owe(), yard.runner(work)
    await yard.work_off(runner)
    await yard.work_off(runner, hours=1)
    assert work.deeds == ["one"]
    assert (await yard.stored(run)).state == RunState.DONE


async def test_the_bell_starts_work_without_a_tick(yard: Yard) -> None:
    work = Work()
    runner = yard.runner(work)
    serving = asyncio.create_task(runner.serve())
    for key in ("one", "two"):
        await yard.owe(key)
        await until(lambda key=key: key in work.deeds)  # type: ignore[misc]
    await runner.stop()
    await serving


@pytest.mark.parametrize("trouble", [Busy(timedelta(seconds=7)), Unclear("lost"), KeyError("a bug")])
async def test_trouble_that_passes_postpones_and_the_next_entry_knows_that_it_repeats(
    yard: Yard, trouble: Exception
) -> None:
    work = Work(troubles=[trouble])
    run, runner = await yard.owe(), yard.runner(work)
    await yard.work_off(runner)
    assert (await yard.stored(run)).trouble
    assert work.deeds == []
    await yard.work_off(runner, seconds=7)
    assert work.deeds == ["one"]
    assert [entry.repeat for entry in work.entries] == [False, True]
    assert (await yard.stored(run)).trouble == ""


async def test_slacks_pause_is_kept(yard: Yard) -> None:
    work = Work(troubles=[Busy(timedelta(seconds=30))])
    await yard.owe()
    runner = yard.runner(work)
    await yard.work_off(runner)
    await yard.work_off(runner, seconds=29.9)
    assert work.deeds == []
    await yard.work_off(runner, seconds=0.1)
    assert work.deeds == ["one"]


async def test_an_outage_is_waited_out_with_longer_and_longer_pauses(yard: Yard) -> None:
    work = Work(troubles=[Unclear("outage") for _ in range(12)])
    await yard.owe()
    runner = yard.runner(work)
    for _ in range(13):
        await yard.work_off(runner, seconds=60)
    assert work.deeds == ["one"]
    assert await yard.problems() == []


async def test_what_slack_refuses_is_given_up_where_people_see_it(yard: Yard) -> None:
    work = Work(troubles=[Refused("restricted_action", "an admin forbids it")])
    run, runner = await yard.owe(), yard.runner(work)
    await yard.work_off(runner)
    await yard.work_off(runner, hours=1)
    assert len(work.entries) == 1
    assert (await yard.stored(run)).state == RunState.FAILED
    [told] = await yard.problems()
    assert "restricted_action" in told


async def test_work_that_only_a_newer_release_knows_is_left_to_it(yard: Yard) -> None:
    run, older, newer = await yard.owe(), Work(), Work()
    knows_nothing_of_it = Runner(yard.services, {"other": older.run}, "older")

    for _ in range(10):
        yard.clock.advance(minutes=1)
        await knows_nothing_of_it.tick()
    assert (await yard.stored(run)).attempts == 0

    await yard.work_off(yard.runner(newer, "newer"))
    assert newer.deeds == ["one"]
    assert (await yard.stored(run)).state == RunState.DONE


async def test_an_error_of_our_own_is_tried_again_and_then_given_up_with_a_reference(yard: Yard) -> None:
    work = Work(troubles=[KeyError(number) for number in range(99)])
    run, runner = await yard.owe(), yard.runner(work)
    for _ in range(10):
        await yard.work_off(runner, seconds=60)
    assert len(work.entries) == 5
    assert (await yard.stored(run)).state == RunState.FAILED
    [told] = await yard.problems()
    assert "reference err" in told


async def test_what_is_asked_for_again_while_it_runs_is_done_once_more(yard: Yard) -> None:
    work = Work(gate=asyncio.Event())
    await yard.owe()
    runner = yard.runner(work)
    await runner.claim()
    await until(lambda: bool(work.entries))
    for _ in range(3):
        await yard.owe()
    assert work.gate is not None
    work.gate.set()
    await yard.work_off(runner)
    assert work.deeds == ["one", "one"]
    assert [entry.repeat for entry in work.entries] == [False, False]


async def test_what_is_asked_for_again_while_slack_refuses_it_is_tried_once_more(yard: Yard) -> None:
    work = Work(gate=asyncio.Event(), troubles=[Refused("is_archived")])
    await yard.owe()
    runner = yard.runner(work)
    await runner.claim()
    await until(lambda: bool(work.entries))
    await yard.owe()
    assert work.gate is not None
    work.gate.set()
    await yard.work_off(runner)
    assert work.deeds == ["one"]
    assert await yard.problems() == []


async def test_a_lane_is_in_order_and_a_slow_lane_holds_up_no_other(yard: Yard) -> None:
    work = Work(gate=asyncio.Event())
    for key in ("first", "second"):
        await yard.owe(key, lane="incident:1")
    runner = yard.runner(work)
    await runner.claim()
    await until(lambda: bool(work.entries))
    quick = Work()
    await yard.owe("elsewhere", lane="incident:2")
    await yard.runner(quick, "b").claim()
    await until(lambda: quick.deeds == ["elsewhere"])
    assert work.gate is not None
    work.gate.set()
    await yard.work_off(runner)
    assert work.deeds == ["first", "second"]


async def test_not_everything_is_started_at_once(yard: Yard) -> None:
    work = Work(gate=asyncio.Event())
    for number in range(MOST_AT_ONCE + 5):
        await yard.owe(str(number))
    runner = yard.runner(work)
    for _ in range(3):
        await runner.claim()
    await until(lambda: len(work.entries) == MOST_AT_ONCE)
    assert work.gate is not None
    work.gate.set()
    await yard.work_off(runner)
    assert len(work.deeds) == MOST_AT_ONCE + 5


async def test_stopping_lets_what_runs_end_and_starts_nothing_new(yard: Yard) -> None:
    work = Work(gate=asyncio.Event())
    for key in ("first", "second"):
        await yard.owe(key, lane="incident:1")
    runner = yard.runner(work)
    await runner.claim()
    await until(lambda: bool(work.entries))
    stopping = asyncio.create_task(runner.stop())
    await asyncio.sleep(0)
    assert work.gate is not None
    work.gate.set()
    await stopping
    await runner.claim()
    assert work.deeds == ["first"]


async def test_what_does_not_end_in_time_is_handed_back_and_resumed_by_the_next(yard: Yard) -> None:
    stuck, work = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    runner = yard.runner(stuck)
    await runner.claim()
    await until(lambda: bool(stuck.entries))
    await runner.stop(patience=timedelta(0))
    await yard.work_off(yard.runner(work, "b"))
    assert work.deeds == ["one"]
    assert work.entries[0].repeat


async def test_a_dead_runners_work_is_taken_over_when_its_lease_is_over(yard: Yard) -> None:
    stuck, work = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    dead, alive = yard.runner(stuck, "dead"), yard.runner(work, "alive")
    await dead.claim()
    await until(lambda: bool(stuck.entries))
    yard.clock.advance(seconds=LEASE.total_seconds())
    for _ in range(LOOKS):
        await alive.tick()
    assert work.entries == []
    await yard.work_off(alive, seconds=1)
    assert work.deeds == ["one"]
    assert work.entries[0].repeat
    await dead.stop(patience=timedelta(0))


async def test_a_clock_that_jumps_takes_no_work_from_a_runner_that_is_alive(yard: Yard) -> None:
    slow, eager = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    holder, other = yard.runner(slow, "holder"), yard.runner(eager, "other")
    await holder.claim()
    await until(lambda: bool(slow.entries))
    for jump in (timedelta(hours=1), timedelta(hours=-1)):
        await other.tick()
        yard.clock.advance(seconds=jump.total_seconds())
        await other.claim()
        for _ in range(2 * LOOKS):
            await other.tick()
            await holder.tick()
    assert slow.gate is not None
    slow.gate.set()
    await yard.work_off(holder)
    assert (slow.deeds, eager.entries) == (["one"], [])


async def test_a_clock_set_back_does_not_keep_the_work_of_the_dead_for_an_hour(yard: Yard) -> None:
    stuck, work = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    dead, alive = yard.runner(stuck, "dead"), yard.runner(work, "alive")
    await dead.claim()
    await until(lambda: bool(stuck.entries))
    async with yard.services.database.write() as session:
        await runs.extend(session, owner="dead", run_ids=[1], until=yard.clock.now() + timedelta(hours=1))
    for _ in range(MOST_LOOKS):
        await alive.tick()
    await until(lambda: work.deeds == ["one"])
    await dead.stop(patience=timedelta(0))


async def test_who_finds_that_another_has_taken_over_ends_the_step_it_is_in_and_begins_no_other(yard: Yard) -> None:
    frozen, work, deeds = asyncio.Event(), Work(), []

    async def posts() -> str:
        deeds.append("begun")
        await frozen.wait()
        deeds.append("ended")
        return "ours"

    async def take_back(kept: str, ours: str) -> None:
        deeds.append(f"took {ours} back and left {kept}")

    async def two_steps(entry: Entry, _: Services) -> None:
        await entry.step("first", posts, undo=take_back)
        await entry.step("second", posts)

    run = await yard.owe()
    before, after = Runner(yard.services, {"work": two_steps}, "before"), yard.runner(work, "after")
    await before.claim()
    await until(lambda: bool(deeds))
    await after.take_over()
    work.gate = asyncio.Event()
    await after.claim()
    await until(lambda: bool(work.entries))
    await work.entries[0].step("first", work.act)
    await before.tick()
    frozen.set()
    work.gate.set()
    await until(lambda: len(deeds) == 3)
    await yard.work_off(after)
    assert deeds == ["begun", "ended", "took ours back and left acted"]
    assert (await yard.stored(run)).state == RunState.DONE


async def test_a_successor_that_is_alone_need_not_wait_for_the_lease(yard: Yard) -> None:
    stuck, work = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    dead, successor = yard.runner(stuck, "dead"), yard.runner(work, "successor")
    await dead.claim()
    await until(lambda: bool(stuck.entries))
    await successor.take_over()
    await yard.work_off(successor)
    assert work.deeds == ["one"]
    await dead.stop(patience=timedelta(0))


async def test_a_runner_that_is_alive_keeps_the_lease_of_what_takes_long(yard: Yard) -> None:
    slow, other = Work(gate=asyncio.Event()), Work()
    await yard.owe()
    runner = yard.runner(slow)
    await runner.claim()
    await until(lambda: bool(slow.entries))
    for _ in range(5):
        yard.clock.advance(seconds=20)
        await runner.tick()
        await yard.runner(other, "b").tick()
    assert slow.gate is not None
    slow.gate.set()
    await yard.work_off(runner)
    assert (slow.deeds, other.entries) == (["one"], [])


# Steps.


async def entered(yard: Yard, run: Run, attempts: int) -> Entry:
    """The run as its next entry sees it."""
    async with yard.services.database.read() as session:
        results = await runs.results(session, run.id or 0)
    row = await yard.stored(run)
    row.attempts = attempts
    return Entry(row, results, yard.services)


async def test_a_step_is_done_once_and_its_result_kept(yard: Yard) -> None:
    run, work = await yard.owe(), Work()
    for attempts in (1, 2):
        entry = await entered(yard, run, attempts)
        assert await entry.step("post", work.act, work.look) == "acted"
    assert work.deeds == ["act"]


async def test_a_first_entry_acts_without_looking_and_a_repeat_looks_first(yard: Yard) -> None:
    work = Work()
    first = await entered(yard, await yard.owe("one"), 1)
    assert await first.step("post", work.act, work.look) == "acted"
    repeat = await entered(yard, await yard.owe("two"), 2)
    assert await repeat.step("post", work.act, work.look) == "found"
    assert work.deeds == ["act", "look"]


async def test_a_refused_attempt_is_told_once_and_not_tried_again(yard: Yard) -> None:
    run, refusals = await yard.owe(), []

    async def refused() -> str:
        refusals.append("asked")
        raise Refused("restricted_action")

    for attempts in (1, 2):
        entry = await entered(yard, run, attempts)
        assert await entry.attempt("pin", refused, loss="The card could not be pinned") is None
    assert refusals == ["asked"]
    [problem] = await yard.problems()
    assert problem.startswith("The card could not be pinned (Slack says `restricted_action`). A workspace admin must")


@pytest.mark.parametrize("trouble", [Busy(timedelta(seconds=1)), Unclear("lost")])
async def test_an_attempt_that_may_work_later_is_not_given_up(yard: Yard, trouble: SlackTrouble) -> None:
    work = Work()

    async def fails() -> str:
        raise trouble

    run = await yard.owe()
    entry = await entered(yard, run, 1)
    with pytest.raises(type(trouble)):
        await entry.attempt("pin", fails, loss="The card could not be pinned")
    again = await entered(yard, run, 2)
    assert await again.attempt("pin", work.act, loss="The card could not be pinned") == "acted"
    assert await yard.problems() == []


async def test_of_steps_done_together_all_end_before_one_fails() -> None:
    ended = []

    async def fails() -> None:
        raise Unclear("lost")

    async def works() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("works")

    with pytest.raises(Unclear):
        await together(fails(), works(), done(works()))
    assert ended == ["works", "works"]


@given(st.integers(0, 10_000))
def test_pauses_grow_to_a_minute_and_no_further(failures: int) -> None:
    assert timedelta(seconds=1) <= pause_after(failures) <= pause_after(failures + 1) <= timedelta(seconds=60)
