"""Which orders of milestones can be, whatever people say."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.records import after
from workflows.times import MILESTONES, ORDER, contradiction

moments = st.integers(min_value=-600, max_value=600).map(after)
times = st.dictionaries(st.sampled_from(sorted(MILESTONES)), moments | st.none())


@given(times)
def test_a_contradiction_is_named_exactly_when_there_is_one(known: dict[str, datetime | None]) -> None:
    found = contradiction(known)
    wrong = [
        (earlier, later)
        for earlier, later in ORDER
        if (first := known.get(earlier)) and (second := known.get(later)) and second < first
    ]
    assert (found in wrong) if wrong else found is None


@given(st.lists(moments, min_size=7, max_size=7).map(sorted))
def test_the_order_of_an_incidents_life_is_never_refused(row: list[datetime]) -> None:
    assert contradiction(dict(zip(MILESTONES, row, strict=True))) is None
