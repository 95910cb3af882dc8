"""What a message has said."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from workflows.ports import Heard
from workflows.wordings import corrected, learned

POST = Heard(
    channel_id="C1",
    ts="1780000000.000100",
    user_id="U1",
    text="one",
    worded_ts="1780000000.000100",
    revised_ts="1780000000.000100",
)
TIMES = st.integers(1_780_000_001, 1_780_000_009).map(lambda second: f"{second}.000000")
TEXTS = st.sampled_from(["one", "two", "three"])


def edit(since: str, text: str, before: tuple[str, str] | None = None) -> Heard:
    return replace(POST, text=text, worded_ts=since, revised_ts=since, edited=True, before=before)


def test_an_edit_that_changes_no_word_is_no_revision() -> None:
    said = learned({POST.ts: "one"}, edit("1780000005.000000", "one", before=(POST.ts, "one")))

    assert said == {"1780000005.000000": "one"}


def test_a_wording_that_comes_back_is_a_revision_of_its_own() -> None:
    said = learned({POST.ts: "one"}, edit("1780000005.000000", "two"))
    said = learned(said, edit("1780000008.000000", "one"))

    assert list(said.values()) == ["one", "two", "one"]


def test_what_the_channel_shows_is_the_newest_wording_though_its_time_is_not_told() -> None:
    shown = replace(POST, text="updated by an app", by_app=True)
    said = corrected({POST.ts: "one"}, shown)
    assert list(said.values()) == ["one", "updated by an app"]

    told_later = replace(shown, worded_ts="1780000005.000200")
    assert list(learned(said, told_later).values()) == ["one", "updated by an app"]


@given(edits=st.lists(st.tuples(TIMES, TEXTS)))
def test_neighbours_always_differ_and_the_newest_is_kept(edits: list[tuple[str, str]]) -> None:
    said = learned({}, POST)
    for since, text in edits:
        said = learned(said, edit(since, text))

    assert list(said) == sorted(said)
    assert all(earlier != later for earlier, later in pairwise(said.values()))
    first = dict(reversed(edits))  # Slack never dates two wordings alike; the first heard is believed
    assert said[max(said)] == (first[max(first)] if first else "one")
