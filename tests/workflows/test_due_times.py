"""When something is to be done, as people end a sentence."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import actions, spoken
from workflows.due_times import find_due_at

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")  # 04:00 there


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("restart the workers by 15:30", "2026-11-21T14:30", "restart the workers"),
        ("restart by 3pm.", "2026-11-21T14:00", "restart"),
        ("fail over at 04:10", "2026-11-21T03:10", "fail over"),
        ("fail over before tomorrow 9:00", "2026-11-22T08:00", "fail over"),
        ("look again in 20 min", "2026-11-21T03:20", "look again"),
        ("look again in 1 h 30 m", "2026-11-21T04:30", "look again"),
        ("call them until 06:00 UTC", "2026-11-21T06:00", "call them"),
        ("report by friday 17:00", "2026-11-27T16:00", "report"),
    ],
)
def test_a_time_of_day_at_the_end_is_when_it_is_due(text: str, at: str, rest: str) -> None:
    found = find_due_at(text, NOW, BERLIN)
    assert found.at is not None
    assert (found.at.isoformat()[:16], found.rest) == (at, rest)


@pytest.mark.parametrize(
    "text",
    [
        "raise the limit by friday",
        "raise the limit in 3 days",
        "raise the limit by 2026-12-01",
        "look at the 15:30 backup",
        "why did it fail 15:30",
        "scale to 12",
        "",
    ],
)
def test_days_and_times_that_are_no_deadline_are_left_alone(text: str) -> None:
    assert find_due_at(text, NOW, BERLIN).at is None


def test_the_owner_may_stand_at_either_end() -> None:
    for text in ("<@U1> restart by 15:30", "restart by 15:30 <@U1>", "restart <@U1> by 15:30"):
        wanted = actions.read(text, date(2026, 11, 21), now=NOW, zone=BERLIN)
        assert (wanted.owner, wanted.text, wanted.due_at is not None, wanted.due) == ("U1", "restart", True, None)
    day = actions.read("<@U1> restart by friday", date(2026, 11, 21), now=NOW, zone=BERLIN)
    assert (day.due, day.due_at) == (date(2026, 11, 27), None)


def test_a_time_that_has_just_passed_is_a_slip() -> None:
    with pytest.raises(spoken.Impossible):
        find_due_at("restart by 3:50", NOW, BERLIN)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    try:
        found = find_due_at(text, NOW, BERLIN)
    except spoken.Impossible:
        return
    assert found.at is not None or found.rest == text
