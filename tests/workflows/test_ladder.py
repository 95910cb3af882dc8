"""When reminders come, and whom they ask."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.ladder import announced, audience, climb, rung_time, rungs_passed, words_up_to
from workflows.policy import LADDER, ROLES, Rung

SINCE = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)

minutes = st.integers(min_value=0, max_value=600).map(lambda count: timedelta(minutes=count))
ladders = st.lists(minutes, min_size=1, max_size=5, unique=True).map(
    lambda afters: tuple(Rung(after=after, tell=("ic",)) for after in sorted(afters))
)
cadences = st.none() | st.integers(min_value=1, max_value=600).map(lambda count: timedelta(minutes=count))
instants = st.integers(min_value=-1000, max_value=100_000).map(lambda count: SINCE + timedelta(seconds=count))


def at(minute: float) -> datetime:
    return SINCE + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("minute", "told", "rung", "next_minute"),
    [
        (-1, 0, None, 0),
        (0, 0, 0, 5),
        (1, 1, None, 5),
        (5, 1, 1, 15),
        (15, 2, 2, 45),
        (45, 3, 0, 50),
        (50, 4, 1, 60),
        (60, 5, 2, 90),
    ],
)
def test_the_default_ladder_is_climbed_and_begins_anew_after_the_cadence(
    minute: int, told: int, rung: int | None, next_minute: int
) -> None:
    found = climb(LADDER, SINCE, at(minute), told=told, every=HALF_AN_HOUR)
    assert (found.rung, found.next_at) == (rung, at(next_minute))


@pytest.mark.parametrize(("minute", "rung"), [(4, 0), (7, 1), (20, 2), (46, 2), (1000, 2)])
def test_after_downtime_only_the_highest_rung_that_was_missed_is_told(minute: int, rung: int) -> None:
    assert climb(LADDER, SINCE, at(minute), told=0, every=HALF_AN_HOUR).rung == rung


def test_without_a_cadence_the_ladder_ends_at_its_top() -> None:
    found = climb(LADDER, SINCE, at(15), told=2, every=None)
    assert (found.rung, found.next_at) == (2, None)
    assert climb(LADDER, SINCE, at(5000), told=3, every=None).rung is None


@given(ladders, instants, cadences)
def test_nothing_is_told_before_it_is_due(ladder: tuple[Rung, ...], now: datetime, every: timedelta | None) -> None:
    found = climb(ladder, SINCE, now, told=0, every=every)
    assert (found.rung is None) == (now < SINCE + ladder[0].after)


@given(ladders, st.lists(instants, max_size=8), cadences)
def test_looking_twice_at_one_instant_tells_once(
    ladder: tuple[Rung, ...], looks: list[datetime], every: timedelta | None
) -> None:
    told = 0
    for now in sorted(looks):
        told = climb(ladder, SINCE, now, told=told, every=every).passed
        assert climb(ladder, SINCE, now, told=told, every=every).rung is None


@given(ladders, instants, cadences)
def test_the_next_look_is_later_than_now_and_finds_exactly_one_rung(
    ladder: tuple[Rung, ...], now: datetime, every: timedelta | None
) -> None:
    found = climb(ladder, SINCE, now, told=0, every=every)
    if found.next_at is None:
        assert every is None
        return
    assert found.next_at > now
    following = climb(ladder, SINCE, found.next_at, told=found.passed, every=every)
    assert following.passed == found.passed + 1
    assert following.rung == found.passed % len(ladder)
    almost = climb(ladder, SINCE, found.next_at - timedelta(seconds=1), told=found.passed, every=every)
    assert almost.rung is None


@given(ladders, st.integers(min_value=0, max_value=50), st.integers(min_value=1, max_value=600))
def test_every_climb_is_one_period_after_the_one_before(
    ladder: tuple[Rung, ...], number: int, cadence_minutes: int
) -> None:
    every = timedelta(minutes=cadence_minutes)
    this = rung_time(ladder, SINCE, number, every)
    following = rung_time(ladder, SINCE, number + len(ladder), every)
    assert this is not None
    assert following is not None
    assert following - this == ladder[-1].after + every
    assert rungs_passed(ladder, SINCE, this, every) == number + 1


@given(ladders, instants, instants, cadences)
def test_any_downtime_tells_the_highest_rung_that_passed_in_it(
    ladder: tuple[Rung, ...], one: datetime, other: datetime, every: timedelta | None
) -> None:
    before, after = sorted((one, other))
    told = rungs_passed(ladder, SINCE, before, every)
    found = climb(ladder, SINCE, after, told=told, every=every)
    missed = [number % len(ladder) for number in range(told, found.passed)]
    assert found.rung == (max(missed) if missed else None)


def test_the_announcement_channel_is_told_when_its_rung_is_among_the_missed_ones() -> None:
    assert not announced(LADDER, 0, 2)
    assert announced(LADDER, 0, 3)
    assert announced(LADDER, 2, 4)
    assert not announced(LADDER, 3, 5)
    assert not announced(LADDER, 3, 3)


def test_who_was_asked_first_stays_asked() -> None:
    assert words_up_to(LADDER, 0) == ("ic", "comms")
    assert words_up_to(LADDER, 2) == ("ic", "comms", "roles", "announce")


def test_words_mean_the_holders_and_each_person_is_named_once() -> None:
    roles = {"ic": ["U1"], "comms": ["U2"], "sme": ["U3", "U1"]}
    assert audience(("ic", "comms"), roles, "U9") == ("U1", "U2")
    assert audience(("ic", "ops"), roles, "U9") == ("U1",)
    assert audience(("ic", "roles", "announce"), roles, "U9") == ("U1", "U2", "U3")


def test_when_nobody_holds_what_is_asked_for_it_is_the_declarer() -> None:
    assert audience(("ops", "scribe"), {"ic": ["U1"]}, "U9") == ("U9",)
    assert audience(("announce",), {}, "U9") == ("U9",)


@given(
    st.lists(st.sampled_from([*ROLES, "roles", "announce"]), unique=True),
    st.dictionaries(st.sampled_from(ROLES), st.lists(st.sampled_from(["U1", "U2", "U3"]), unique=True)),
)
def test_somebody_is_always_asked_and_nobody_twice(words: list[str], roles: dict[str, list[str]]) -> None:
    people = audience(words, roles, "U9")
    assert people
    assert len(set(people)) == len(people)
