"""Times to come, as people promise them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.promises_until import at_end, in_text, until
from workflows.spoken import Impossible

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)  # a Saturday; three in the afternoon in Berlin
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15:30", "2026-11-21 14:30"),
        ("by 15:30 UTC", "2026-11-21 15:30"),
        ("15:30Z", "2026-11-21 15:30"),
        ("4pm", "2026-11-21 15:00"),
        ("4:15 PM", "2026-11-21 15:15"),
        ("8:30", "2026-11-22 07:30"),
        ("tomorrow 9:00", "2026-11-22 08:00"),
        ("9:00 tomorrow", "2026-11-22 08:00"),
        ("tomorrow", "2026-11-22 16:00"),
        ("tonight 23:30", "2026-11-21 22:30"),
        ("friday 17:00", "2026-11-27 16:00"),
        ("next friday at noon", "2026-11-27 11:00"),
        ("2026-11-30 12:00 UTC", "2026-11-30 12:00"),
        ("in 45 min", "2026-11-21 14:45"),
        ("in an hour", "2026-11-21 15:00"),
        ("in 1h30m", "2026-11-21 15:30"),
        ("in 2 hours and 15 minutes", "2026-11-21 16:15"),
        ("in two days", "2026-11-23 14:00"),
        ("midnight", "2026-11-21 22:59"),
    ],
)
def test_a_time_means_one_instant(typed: str, meant: str) -> None:
    assert until(typed, NOW, BERLIN) == datetime.fromisoformat(f"{meant}+00:00")


@pytest.mark.parametrize(
    "typed", ["25:00", "14:59", "15:00", "13pm", "2026-11-20 12:00", "2026-02-30 12:00", "0001-01-01 00:00", "in 0 min"]
)
def test_a_time_that_cannot_be_or_has_passed_is_refused(typed: str) -> None:
    with pytest.raises(Impossible):
        until(typed, NOW, BERLIN)


@pytest.mark.parametrize("typed", ["", "soon", "a while", "15", "in", "in pods", "version 15:30 or so", "1530"])
def test_what_is_no_time_is_left_alone(typed: str) -> None:
    assert until(typed, NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("typed", "rest", "text", "to_whom"),
    [
        ("Rolled back, watching. ETA 15:30", "Rolled back, watching.", "ETA", ""),
        ("Rolled back, eta: 15:30 to customers", "Rolled back", "ETA", "customers"),
        ("Rolled back – ETA for the fix is 15:30 for Acme & Co", "Rolled back", "ETA", "Acme & Co"),
        ("Looking. Next update to customers by 15:30.", "Looking.", "Next update", "customers"),
        ("ETA in 30 min", "", "ETA", ""),
    ],
)
def test_a_promise_at_the_end_of_an_update_is_found(typed: str, rest: str, text: str, to_whom: str) -> None:
    found = at_end(typed, NOW, BERLIN)
    assert found is not None
    assert (found.rest, found.text, found.to_whom) == (rest, text, to_whom)
    assert found.due_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize("typed", ["ETA unknown", "no eta yet", "beta 15:30", "ETA 15:30 was too bold, sorry", "15:30"])
def test_an_update_without_a_promise_has_none(typed: str) -> None:
    assert at_end(typed, NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("typed", "text", "to_whom"),
    [
        ("full report to Acme by 15:30", "full report", "Acme"),
        ("full report by 15:30 to <@U1>", "full report", "<@U1>"),
        ("ETA for the fix by 15:30", "ETA for the fix", ""),
        ("call back in 30 min", "call back", ""),
    ],
)
def test_a_promise_by_itself(typed: str, text: str, to_whom: str) -> None:
    found = in_text(typed, NOW, BERLIN)
    assert found is not None
    assert (found.text, found.to_whom, found.due_at) == (text, to_whom, NOW + timedelta(minutes=30))


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_time_to_come_or_none(typed: str) -> None:
    for read in (until, lambda *given: getattr(at_end(*given), "due_at", None)):
        try:
            found = read(typed, NOW, BERLIN)
        except Impossible:
            continue
        assert found is None or found > NOW


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_bare_time_is_the_next_one_within_a_day(hour: int, minute: int) -> None:
    try:
        found = until(f"{hour}:{minute:02d}", NOW, BERLIN)
    except Impossible:
        return
    assert found is not None
    assert NOW < found <= NOW + timedelta(days=1)
    assert f"{found.astimezone(BERLIN):%H:%M}" == f"{hour:02d}:{minute:02d}"
