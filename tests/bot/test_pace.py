"""Outgoing calls within Slack's tiers. Time is the event loop's own, and jumps to whatever is waited for."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pace import CALLS_PER_MINUTE, Pace
from workflows.ports import Busy


class Impatient(selectors.DefaultSelector):
    """Does not wait: it says that the time is over."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.skipped += timeout or 0.0
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in which hours pass in no time."""

    def __init__(self) -> None:
        self.selector = Impatient()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.skipped


def jumping(story: Callable[[], Awaitable[None]]) -> None:
    async def told() -> None:
        await story()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(told())


async def going_out(pace: Pace, method: str, calls: int) -> list[float]:
    """When each of so many calls at once was let through, in order."""
    times: list[float] = []

    async def call() -> None:
        await pace.wait(method)
        times.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(call() for _ in range(calls)))
    return times


def test_a_burst_within_the_tier_goes_out_at_once() -> None:
    async def story() -> None:
        assert await going_out(Pace(), "conversations.create", 20) == [0.0] * 20

    jumping(story)


def test_what_is_beyond_the_tier_waits_for_the_next_minute() -> None:
    async def story() -> None:
        times = await going_out(Pace(), "conversations.create", 45)
        assert [round(time) for time in times] == [0] * 20 + [60] * 20 + [120] * 5

    jumping(story)


def test_methods_do_not_hold_each_other_up() -> None:
    async def story() -> None:
        pace = Pace({"pins.add": 1, "chat.postMessage": 100})
        pins = asyncio.create_task(going_out(pace, "pins.add", 3))
        assert await going_out(pace, "chat.postMessage", 5) == [0.0] * 5
        assert [round(time) for time in await pins] == [0, 60, 120]

    jumping(story)


def test_after_a_429_nothing_goes_out_until_the_pause_is_over() -> None:
    async def story() -> None:
        pace = Pace()
        pace.blocked("chat.update", 2)
        assert [round(time) for time in await going_out(pace, "chat.update", 3)] == [2, 2, 2]

    jumping(story)


def test_a_long_pause_is_said_at_once_and_not_sat_out() -> None:
    async def story() -> None:
        pace = Pace()
        pace.blocked("chat.update", 30)
        await asyncio.sleep(10)
        with pytest.raises(Busy) as busy:
            await pace.wait("chat.update")
        assert busy.value.retry_after == timedelta(seconds=20)
        assert asyncio.get_running_loop().time() == 10
        await asyncio.sleep(20)
        assert await going_out(pace, "chat.update", 1) == [30]

    jumping(story)


def test_a_429_also_holds_those_who_wait_already() -> None:
    async def story() -> None:
        pace = Pace({"pins.add": 1})
        await pace.wait("pins.add")
        waiting = asyncio.create_task(going_out(pace, "pins.add", 1))
        await asyncio.sleep(59)
        pace.blocked("pins.add", 2)
        pace.blocked("pins.add", 1)
        assert [round(time) for time in await waiting] == [61]

    jumping(story)


def test_a_method_without_a_known_tier_is_not_held_back_but_obeys_a_429() -> None:
    async def story() -> None:
        pace = Pace()
        assert await going_out(pace, "views.open", 500) == [0.0] * 500
        pace.blocked("views.open", 2)
        assert [round(time) for time in await going_out(pace, "views.open", 1)] == [2]

    jumping(story)


@settings(max_examples=50)
@given(
    limit=st.integers(1, 5),
    gaps=st.lists(st.floats(0, 40), min_size=1, max_size=25),
)
def test_no_minute_ever_holds_more_calls_than_the_tier_and_nobody_overtakes(limit: int, gaps: Sequence[float]) -> None:
    order: list[int] = []
    times: list[float] = []

    async def story() -> None:
        pace = Pace({"pins.add": limit})

        async def call(number: int) -> None:
            await pace.wait("pins.add")
            order.append(number)
            times.append(asyncio.get_running_loop().time())

        async with asyncio.TaskGroup() as group:
            for number, gap in enumerate(gaps):
                group.create_task(call(number))
                await asyncio.sleep(gap)

    jumping(story)
    assert order == list(range(len(gaps)))
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(times, times[limit:], strict=False))


def test_every_tier_is_one_that_slack_has() -> None:
    assert set(CALLS_PER_MINUTE.values()) <= {20, 50, 100, 200}
