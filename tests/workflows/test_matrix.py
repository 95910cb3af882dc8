"""The escalation matrix over time: what comes true when, once for each cause."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflows import matrix
from workflows.matrix import Standing
from workflows.policy import default_policy

POLICY = default_policy()
BEGAN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
levels = st.sampled_from([severity.level for severity in POLICY.severities])
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=8))


def standing(level: str, moved: timedelta = timedelta(0), causes: frozenset[str] = frozenset()) -> Standing:
    return Standing(level=level, since=BEGAN, progress_at=BEGAN + moved, causes=causes)


def whens(level: str, now: timedelta, moved: timedelta = timedelta(0)) -> set[str]:
    due, _ = matrix.look(POLICY, standing(level, moved), BEGAN + now)
    return {one.line.when for one in due}


def test_half_an_hour_without_progress_at_sev1_is_two_things() -> None:
    assert whens("SEV1", timedelta(minutes=29, seconds=59)) == set()
    assert whens("SEV1", timedelta(minutes=30)) == {"open", "no-progress"}


def test_progress_puts_off_one_of_them_and_what_is_less_severe_waits_for_neither() -> None:
    assert whens("SEV1", timedelta(minutes=40), moved=timedelta(minutes=11)) == {"open"}
    assert whens("SEV2", timedelta(hours=8)) == set()
    assert not matrix.watches(POLICY, "SEV2")
    assert not matrix.watches(POLICY, "no longer configured")


@given(levels, spans, spans)
def test_nothing_is_due_before_the_next_look_and_something_is_at_it(
    level: str, moved: timedelta, now: timedelta
) -> None:
    at = BEGAN + max(now, moved)
    _, later = matrix.look(POLICY, standing(level, moved), at)
    if later is None:
        return
    assert later > at
    before, _ = matrix.look(POLICY, standing(level, moved), at)
    between, _ = matrix.look(POLICY, standing(level, moved), later - timedelta(microseconds=1))
    assert between == before
    then, _ = matrix.look(POLICY, standing(level, moved), later)
    assert len(then) > len(before)


@given(levels, spans, spans)
def test_what_led_to_an_escalation_does_not_lead_to_another(level: str, moved: timedelta, now: timedelta) -> None:
    at = BEGAN + max(now, moved)
    due, _ = matrix.look(POLICY, standing(level, moved), at)
    causes = frozenset(one.cause for one in due)
    assert len(causes) == len(due)
    again, later = matrix.look(POLICY, standing(level, moved, causes), at)
    assert again == []
    if any(one.line.when == matrix.NO_PROGRESS for one in due):
        assert later is not None  # it is looked at again when more time has passed


@given(levels, st.sampled_from(["declared", "severity-raised", "expertise", "open"]))
def test_what_happens_at_once_is_for_the_levels_that_it_names(level: str, when: str) -> None:
    for line in matrix.at_once(POLICY, when, level):
        assert line.when == when
        assert not line.at or level in line.at
