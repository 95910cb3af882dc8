"""Pages, ids and timestamps, for any number of anything."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.practice.installed import install
from bot.practice.methods.call import Call
from bot.practice.methods.pages import page
from bot.practice.state.numbers import Numbers
from bot.practice.state.store import State
from tests.clock import ManualClock
from tests.practice.example import a_manifest

STATE = State(clock=ManualClock(), monotonic=lambda: 0.0, installed=install(a_manifest()))


@given(st.lists(st.integers(), max_size=50), st.integers(min_value=1, max_value=20))
def test_all_pages_together_are_the_whole_list(items: list[int], limit: int) -> None:
    found: list[int] = []
    cursor = ""
    while True:
        call = Call(state=STATE, args={"limit": limit, "cursor": cursor})
        part, metadata = page(call, items, default=10, most=1000)
        assert len(part) <= limit
        found += part
        cursor = metadata["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert found == items


@given(st.lists(st.floats(min_value=-10, max_value=10), min_size=1, max_size=50))
def test_timestamps_rise_whatever_the_clock_does(steps: list[float]) -> None:
    present = datetime(2026, 11, 21, tzinfo=UTC)
    moments = iter([present + timedelta(seconds=step) for step in steps])
    numbers = Numbers(lambda: next(moments))
    stamps = [numbers.new_ts() for _ in steps]
    assert stamps == sorted(set(stamps))
    assert all(re.fullmatch(r"\d{10}\.\d{6}", stamp) for stamp in stamps)


def test_ids_do_not_repeat() -> None:
    numbers = Numbers(ManualClock().now)
    ids = [numbers.new_id("C") for _ in range(10_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"C0[0-9A-Z]{9}", found) for found in ids)
