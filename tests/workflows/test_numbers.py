"""The figures of one incident."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.records import LINES, after, incident, line, record, update
from workflows.numbers import numbers
from workflows.timeline import TimelineLine

MILESTONES = ("began_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at")
INSTANTS = st.none() | st.integers(-100, 300).map(after)


def minutes(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds() / 60


def test_everything_counts_from_when_it_began_once_that_is_known() -> None:
    made = record(incident=incident(began_at=after(-20), detected_at=after(-5), acknowledged_at=after(1)))
    count = numbers(made)
    assert minutes(count.to_detect) == 15
    assert minutes(count.to_acknowledge) == 6
    assert minutes(count.to_mitigate) == 60
    assert minutes(count.to_resolve) == 80


def test_until_then_it_counts_from_the_declaration() -> None:
    count = numbers(record())
    assert count.to_detect is None
    assert minutes(count.to_acknowledge) == 0
    assert minutes(count.to_mitigate) == 40
    assert minutes(count.to_resolve) == 60


@given(st.fixed_dictionaries(dict.fromkeys(MILESTONES, INSTANTS)), st.lists(LINES, max_size=6))
def test_times_that_contradict_each_other_never_give_a_negative_length(
    times: dict[str, datetime | None], lines: list[TimelineLine]
) -> None:
    made = incident(**times)
    count = numbers(record(incident=made, timeline=lines, severities=[(after(0), "SEV1"), (after(30), "SEV2")]))
    lengths = [count.to_detect, count.to_acknowledge, count.to_mitigate, count.to_resolve]
    lengths += [spell.length for spell in count.severities]
    lengths += [count.longest_silence.length] if count.longest_silence else []
    assert all(one is None or one >= timedelta(0) for one in lengths)


def test_an_update_without_a_due_time_is_neither_on_time_nor_late() -> None:
    count = numbers(record(updates=[update(5, None), update(30, 30), update(61, 60)]))
    assert (count.updates, count.updates_due, count.updates_on_time, count.updates_late) == (3, 2, 1, 1)


def test_silence_ends_with_the_incident() -> None:
    made = record(timeline=[line(0, "declared", "x"), line(10, "update", "x"), line(500, "status", "closed")])
    silence = numbers(made).longest_silence
    assert silence is not None
    assert (silence.began, silence.ended) == (after(10), after(60))


def test_a_severity_that_is_still_on_has_no_length() -> None:
    made = record(
        incident=incident(resolved_at=None, closed_at=None), severities=[(after(0), "SEV2"), (after(9), "SEV1")]
    )
    first, second = numbers(made).severities
    assert minutes(first.length) == 9
    assert second.length is None
