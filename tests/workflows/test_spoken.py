"""Days and times as people type them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.actions import read
from workflows.spoken import Impossible, find_due, find_moment

SATURDAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("by 2026-12-01", date(2026, 12, 1)),
        ("by today", date(2026, 11, 21)),
        ("by tomorrow", date(2026, 11, 22)),
        ("by friday", date(2026, 11, 27)),
        ("by Fri", date(2026, 11, 27)),
        ("until Monday", date(2026, 11, 23)),
        ("by saturday", date(2026, 11, 28)),
        ("by next friday", date(2026, 11, 27)),
        ("by next week", date(2026, 11, 23)),
        ("by end of week", date(2026, 11, 27)),
        ("by 1 Dec", date(2026, 12, 1)),
        ("by Dec 1st", date(2026, 12, 1)),
        ("by 1st December 2027", date(2027, 12, 1)),
        ("by December 1, 2027", date(2027, 12, 1)),
        ("by 5 Jan", date(2027, 1, 5)),
        ("by 29 Feb", date(2028, 2, 29)),
        ("due 2026-12-01", date(2026, 12, 1)),
        ("due by 2026-12-01", date(2026, 12, 1)),
        ("2026-12-01", date(2026, 12, 1)),
        ("in 3 days", date(2026, 11, 24)),
        ("within two weeks", date(2026, 12, 5)),
    ],
)
def test_a_day_is_found_and_taken_out_of_the_text(typed: str, day: date) -> None:
    found = find_due(f"raise the pool limit {typed}", SATURDAY)

    assert (found.day, found.rest) == (day, "raise the pool limit")


@pytest.mark.parametrize(
    "text",
    [
        "ask why it may fail",
        "restart 2 pods",
        "the limit was hit by the batch job",
        "it broke on friday",
        "by the way, check the pool",
        "go through the 2026-12-01 report again",
        "stand by",
        "follow up on decision 12",
    ],
)
def test_words_that_only_look_like_a_day_stay(text: str) -> None:
    found = find_due(text, SATURDAY)

    assert (found.day, found.rest) == (None, text)


@pytest.mark.parametrize("typed", ["by 2026-13-01", "by 2026-02-30", "by 31 Nov", "2026-00-10"])
def test_a_day_that_no_calendar_has_is_refused(typed: str) -> None:
    with pytest.raises(Impossible):
        find_due(f"raise the limit {typed}", SATURDAY)


@given(day=st.dates(min_value=SATURDAY, max_value=date(2099, 12, 31)), text=st.text("abcdef ", min_size=1))
def test_every_date_is_read_back_as_it_was_written(day: date, text: str) -> None:
    for form in (f"by {day.isoformat()}", f"by {day:%d %B %Y}", f"by {day:%b} {day.day}, {day.year}"):
        found = find_due(f"{text} {form}", SATURDAY)
        assert found.day == day
        assert found.rest == text.strip()


@given(today=st.dates(max_value=date(2090, 1, 1)), name=st.sampled_from(["mon", "Tuesday", "wed", "Thu", "friday"]))
def test_a_weekday_is_the_next_one(today: date, name: str) -> None:
    found = find_due(f"look by {name}", today).day

    assert found is not None
    assert timedelta(0) < found - today <= timedelta(days=7)
    assert found.strftime("%A").lower().startswith(name.lower())


@given(text=st.text())
def test_any_text_is_read_without_an_error_of_ours(text: str) -> None:
    for function in (lambda: find_due(text, SATURDAY), lambda: find_moment(text, NOW, ZoneInfo("UTC"))):
        try:
            function()
        except Impossible:
            continue


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("02:05", "2026-11-21 02:05"),
        ("14:05", "2026-11-20 14:05"),
        ("03:02", "2026-11-21 03:00"),
        ("3:00", "2026-11-21 03:00"),
        ("2:05pm", "2026-11-20 14:05"),
        ("12:10 am", "2026-11-21 00:10"),
        ("2026-11-19 23:10", "2026-11-19 23:10"),
        ("2026-11-19T23:10", "2026-11-19 23:10"),
        ("yesterday 23:10", "2026-11-20 23:10"),
        ("at 02:05", "2026-11-21 02:05"),
    ],
)
def test_a_note_may_begin_with_its_time(typed: str, at: str) -> None:
    found = find_moment(f"{typed} rolled back", NOW, ZoneInfo("UTC"))

    assert found.at is not None
    assert (f"{found.at:%Y-%m-%d %H:%M}", found.rest) == (at, "rolled back")


def test_times_are_in_the_teams_zone_unless_they_say_utc() -> None:
    local = find_moment("11:30: rolled back", NOW, TOKYO)
    exact = find_moment("02:30 UTC rolled back", NOW, TOKYO)

    assert (local.at, local.rest) == (datetime(2026, 11, 21, 2, 30, tzinfo=UTC), "rolled back")
    assert (exact.at, exact.rest) == (datetime(2026, 11, 21, 2, 30, tzinfo=UTC), "rolled back")


@pytest.mark.parametrize(
    "typed", ["25:00", "12:60", "13:00 pm", "2026-11-22 10:00", "2026-02-30 10:00", "today 23:00", "0001-01-01 00:10"]
)
def test_a_time_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(Impossible):
        find_moment(f"{typed} rolled back", NOW, TOKYO)


@pytest.mark.parametrize("text", ["rolled back at 14:05", "14 pods are down", "ratio 3:1 seen"])
def test_a_note_without_a_time_is_for_now(text: str) -> None:
    assert find_moment(text, NOW, ZoneInfo("UTC")).at is None


@given(
    clock=st.times(),
    seconds=st.integers(946_684_800, 3_786_912_000),
    hours=st.integers(-12, 14),
)
def test_a_bare_time_is_the_last_one_that_has_passed(clock: time, seconds: int, hours: int) -> None:
    zone = ZoneInfo(f"Etc/GMT{-hours:+d}") if hours else ZoneInfo("UTC")
    aware = datetime.fromtimestamp(seconds, UTC)

    found = find_moment(f"{clock:%H:%M} rolled back", aware, zone)

    assert found.at is not None
    assert aware - timedelta(days=1) < found.at <= aware
    assert found.at == aware or f"{found.at.astimezone(zone):%H:%M}" == f"{clock:%H:%M}"


@pytest.mark.parametrize(
    ("text", "clean", "owner"),
    [
        ("<@U2> raise the pool limit by 2026-12-01", "raise the pool limit", "U2"),
        ("<@U2|chen>: raise the pool limit", "raise the pool limit", "U2"),
        ("raise the pool limit <@U2> by friday", "raise the pool limit", "U2"),
        ("raise the pool limit by friday <@U2>", "raise the pool limit", "U2"),
        ("<@U2> to raise the pool limit by friday", "raise the pool limit", "U2"),
        ("raise the pool limit *by friday* (<@U2>)", "raise the pool limit", "U2"),
        ("by friday <@U2> raise the pool limit", "raise the pool limit", "U2"),
        ("<@U2> and <@U3> check DNS", "<@U2> and <@U3> check DNS", "U2"),
        ("ask <@U2> about the pool limit", "ask <@U2> about the pool limit", "U2"),
        ("raise the pool limit", "raise the pool limit", None),
        ("tell <!channel> about it", "tell @channel about it", None),
    ],
)
def test_a_follow_up_is_what_is_left_without_owner_and_day(text: str, clean: str, owner: str | None) -> None:
    wanted = read(text, SATURDAY)

    assert (wanted.text, wanted.owner) == (clean, owner)
