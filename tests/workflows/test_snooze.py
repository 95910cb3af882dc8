"""How long reminders may be silent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.models import Incident
from workflows.policy import Policy
from workflows.severities import Severity
from workflows.snooze import LONGEST, lengths, longest

lengths_of_time = st.integers(min_value=1, max_value=7200).map(lambda seconds: timedelta(seconds=seconds))


def incident() -> Incident:
    now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    return Incident(press="p", title="t", severity="SEV1", declared_by="U1", declared_at=now, channel_name="c")


def policy(every: timedelta | None, snooze: timedelta) -> Policy:
    severity = Severity(level="SEV1", name="Bad", update_every=every)
    return replace(Policy(severities=(severity,), default_severity="SEV1"), snooze=snooze)


@given(st.none() | lengths_of_time, lengths_of_time)
def test_there_is_always_a_choice_and_never_more_than_the_cadence_or_half_an_hour(
    every: timedelta | None, snooze: timedelta
) -> None:
    chosen = lengths(incident(), policy(every, snooze))
    assert chosen
    assert list(chosen) == sorted(set(chosen))
    assert max(chosen) <= min(every or LONGEST, LONGEST) == longest(incident(), policy(every, snooze))


def test_the_usual_lengths_are_ten_twenty_and_thirty_minutes() -> None:
    chosen = lengths(incident(), policy(timedelta(hours=2), timedelta(minutes=10)))
    assert [length.total_seconds() / 60 for length in chosen] == [10, 20, 30]


def test_where_updates_are_due_very_often_there_is_one_short_snooze() -> None:
    assert lengths(incident(), policy(timedelta(minutes=5), timedelta(minutes=10))) == (timedelta(minutes=5),)
