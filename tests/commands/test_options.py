"""Options among the words of a line: found wherever they stand, and never in what people mean as words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import options
from commands.times import parse
from workflows.errors import UserError

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("--triage sev1 Checkout", True, "sev1 Checkout"),
        ("sev1 Checkout —triage", True, "sev1 Checkout"),
        ("sev1 –TRIAGE Checkout", True, "sev1 Checkout"),
        ("triage of payments is slow", False, "triage of payments is slow"),
        ("pre--triage is slow", False, "pre--triage is slow"),
        ("--triaged", False, "--triaged"),
    ],
)
def test_a_flag_is_found_with_any_dash(text: str, found: bool, rest: str) -> None:
    assert options.find_flag(text, "triage", "maybe") == (found, rest)


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("--began 03:10 Checkout fails", "2026-11-21T02:10", "Checkout fails"),
        ('Checkout fails --began "yesterday 22:10"', "2026-11-20T21:10", "Checkout fails"),
        ("Checkout --since=2026-11-20T22:10:00Z fails", "2026-11-20T22:10", "Checkout fails"),
        ("--began 2026-11-20T22:10+05:30 x", "2026-11-20T16:40", "x"),
        ("--began 20 min ago x", "2026-11-21T02:40", "x"),
        ("--began 2h ago --ended 03:30 x", "2026-11-21T01:00", "--ended 03:30 x"),
        ("—began 23:50 with @bilal", "2026-11-20T22:50", "with @bilal"),
        ("began 03:10 x", None, "began 03:10 x"),
    ],
)
def test_a_time_is_read_in_the_zone_of_who_types_it(text: str, at: str | None, rest: str) -> None:
    found, left = options.find_moment(text, NOW, BERLIN, "began", "since")
    assert found == (datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None)
    assert left == rest


@given(st.text(), st.text())
def test_whatever_stands_behind_an_option_it_is_a_time_or_a_sentence(before: str, behind: str) -> None:
    try:
        at, rest = options.find_moment(f"{before} --began {behind}", NOW, BERLIN, "began")
    except UserError:
        return
    assert at is not None
    assert at <= NOW
    assert len(rest) <= len(before) + len(behind) + 1


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean `--triage`"):
        options.refuse_others("sev1 x --triaje", ("triage", "began"))
    with pytest.raises(UserError, match="There are `--triage`, `--began`"):
        options.refuse_others("--frobnicate", ("triage", "began"))
    options.refuse_others("Checkout -- everywhere, 5--6 pods", ("triage",))


@given(st.text())
def test_milestones_are_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = parse(text, NOW, BERLIN)
    except UserError:
        return
    assert all(at is None or at <= NOW for at in found.values())


def test_several_milestones_stand_in_one_line() -> None:
    assert parse("impact began yesterday 22:10, detected 03:10 acknowledged unknown", NOW, BERLIN) == {
        "began": datetime(2026, 11, 20, 21, 10, tzinfo=UTC),
        "detected": datetime(2026, 11, 21, 2, 10, tzinfo=UTC),
        "acknowledged": None,
    }


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("", {}, ""),
        ("the cause is gone", {}, "the cause is gone"),
        ("it is gone --impact None --summary A deploy", {"impact": "None", "summary": "A deploy"}, "it is gone"),
        ("—summary A deploy —halved— the pool", {"summary": "A deploy —halved— the pool"}, ""),
        ("--summary --impact None", {"impact": "None"}, ""),
        ("a summary of the impact", {}, "a summary of the impact"),
    ],
)
def test_words_behind_an_option_go_to_the_next_one(text: str, found: dict[str, str], rest: str) -> None:
    assert options.find_words(text, "summary", "impact") == (found, rest)
