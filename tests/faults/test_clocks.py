"""Clocks: daylight saving, leap days, and a machine whose clock jumps. Due times are instants, and nothing depends on
how far apart two looks at the clock are."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import actions
from tests.faults.test_outage import lines_with
from tests.front_door.test_nags import asked, times_asked
from tests.stage import Stage, open_stage
from workflows.ladder import climb
from workflows.policy import default_policy
from workflows.words import clock_time

POLICY = default_policy()
SINCE = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)


@pytest.fixture
async def in_berlin(tmp_path: Path) -> AsyncIterator[Stage]:
    policy = replace(POLICY, time_zone=ZoneInfo("Europe/Berlin"))
    async with open_stage(tmp_path, policy=policy) as opened:
        yield opened


def move_to(stage: Stage, then: datetime) -> None:
    stage.clock.advance(seconds=(then - stage.clock.now()).total_seconds())


async def test_a_reminder_comes_once_however_the_clock_jumps(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(hours=1)
    assert (len(asked(channel)), times_asked(stage)) == (1, 1)
    await stage.pass_time(hours=-1)
    await stage.pass_time(minutes=31)
    assert (len(asked(channel)), times_asked(stage)) == (1, 1)

    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert asked(channel) == []
    await stage.pass_time(hours=-1)
    await stage.pass_time(minutes=80)
    assert (len(asked(channel)), times_asked(stage)) == (0, 1)
    await stage.pass_time(minutes=11)
    assert (len(asked(channel)), times_asked(stage)) == (1, 2)


async def test_work_that_waits_is_not_lost_when_the_clock_is_set_back(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("chat.postMessage").fails("internal_error")
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert lines_with(channel, "[UPDATE") == []
    await stage.pass_time(hours=-1)
    assert len(lines_with(channel, "[UPDATE 03:00] rolled back")) == 1


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        (datetime(2027, 3, 28, 0, 45, tzinfo=UTC), "[UPDATE 03:05]"),  # at 02:00 it is 03:00
        (datetime(2027, 10, 31, 0, 45, tzinfo=UTC), "[UPDATE 02:05]"),  # at 03:00 it is 02:00 again
    ],
)
async def test_when_clocks_change_half_an_hour_is_still_half_an_hour(
    in_berlin: Stage, declared: datetime, shown: str
) -> None:
    stage = in_berlin
    move_to(stage, declared)
    channel = await stage.declare("sev1 Checkout is failing")
    due_at = declared + timedelta(minutes=30)
    assert clock_time(due_at) in str(channel.pinned[0].blocks)
    await stage.pass_time(minutes=20)
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.pass_time(minutes=29)
    assert len(lines_with(channel, shown)) == 1
    assert asked(channel) == []
    await stage.pass_time(minutes=1)
    assert [one.shown.partition(".")[0] for one in asked(channel)] == ["No update for 30 min"]


async def test_a_leap_day_is_a_day_like_any_other(in_berlin: Stage) -> None:
    stage = in_berlin
    move_to(stage, datetime(2028, 2, 28, 23, 30, tzinfo=UTC))
    channel = await stage.declare("sev1 Checkout is failing")
    assert channel.name == "incident-2028-02-29-checkout-is-failing"
    await stage.anna.types("/incident action write it down by 29 feb", in_=channel)
    await stage.anna.types("/incident action tell them by tomorrow", in_=channel)
    await stage.pass_time(hours=24)
    async with stage.app.services.database.read() as session:
        assert [one.due for one in await actions.of_incident(session, 1)] == ["2028-02-29", "2028-03-01"]
    assert len(asked(channel)) == 1


@given(st.lists(st.integers(min_value=-60, max_value=60), min_size=1, max_size=20))
def test_every_rung_is_told_at_most_once_and_the_highest_in_the_end(jumps: list[int]) -> None:
    """A reminder as `workflows.nags.due` moves it, on a clock that goes anywhere by up to an hour."""
    every, now, due_at, told, times = timedelta(minutes=30), SINCE, SINCE, 0, list[int]()
    for jump in (*jumps, 24 * 60):
        now += timedelta(minutes=jump)
        if due_at > now:
            continue
        found = climb(POLICY.ladder, SINCE, now, told=told, every=every)
        assert found.passed > told
        assert found.next_at is not None
        assert found.next_at > now
        times.append(found.passed)
        told, due_at = found.passed, found.next_at
    assert times == sorted(set(times))
    assert due_at - now <= POLICY.ladder[-1].after + every
