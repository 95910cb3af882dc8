"""A catch-up is read in ninety seconds, whatever is on record."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.models import Promise
from tests.workflows.test_briefing import NOW, action, line, overview, texts
from workflows.briefing import Known, incident_briefing
from workflows.card import announcement
from workflows.catchup import MOST_WORDS, Away, catch_up, count, stakeholders, words
from workflows.war_room import topic_of

KINDS = ["key", "finding", "action", "decision", "note", "status", "update", "role", "promise", "comms", "problem"]


def promise(number: int, text: str, to_whom: str, minutes: int) -> Promise:
    at = NOW + timedelta(minutes=minutes)
    return Promise(
        incident_id=7,
        number=number,
        text=text,
        to_whom=to_whom,
        due_at=at,
        first_due_at=NOW,
        made_by="U1",
        made_at=NOW,
    )


@st.composite
def records(draw: st.DrawFn) -> Known:
    view: Any = overview(
        title=draw(st.text(max_size=400)),
        impact=draw(texts),
        understanding=draw(texts),
        next_step=draw(texts),
        update_due_at=draw(st.sampled_from([None, NOW])),
    )
    promised = st.builds(promise, st.integers(1, 99), texts, texts, st.integers(-5000, 5000))
    object.__setattr__(view, "promises", draw(st.lists(promised, max_size=5)))
    object.__setattr__(
        view, "roles", {role: [f"U{n}" for n in range(draw(st.integers(0, 9)))] for role in ("ic", "sme")}
    )
    lines = draw(st.lists(st.builds(line, st.integers(0, 40), st.sampled_from(KINDS), texts), max_size=30))
    actions = [action(number, text=draw(texts), owner="U2") for number in range(draw(st.integers(0, 5)))]
    return Known(view=view, lines=lines, actions=actions)


@settings(max_examples=60)
@given(records(), st.integers(0, 3000), st.integers(0, 10**6))
def test_it_is_never_longer_than_two_hundred_and_fifty_words(known: Known, minutes: int, messages: int) -> None:
    away = Away(since=NOW - timedelta(minutes=minutes), messages=messages)
    for text in (catch_up(known, NOW), catch_up(known, NOW, away), stakeholders(known, NOW)):
        assert count(text) <= MOST_WORDS
        assert len(text) <= 3000
        assert "<!channel>" not in text
    assert catch_up(known, NOW, away) == catch_up(known, NOW, away)


@given(texts, st.integers(1, 40))
def test_words_are_cut_between_and_never_inside_an_entity(text: str, most: int) -> None:
    cut = words(text, most)
    assert count(cut) <= most + 1
    assert cut.count("<") == cut.count(">")


def test_what_was_recorded_late_is_news_and_old_lines_are_not() -> None:
    late = line(2, "note", "the alarm had come at 02:55")
    object.__setattr__(late, "recorded_at", NOW)
    known = Known(view=overview(), lines=[line(1, "finding", "old"), late, line(3, "problem", "no pin")], actions=[])
    told = catch_up(known, NOW, Away(since=NOW - timedelta(minutes=5)))
    assert "the alarm had come" in told
    assert "old" not in told
    assert "no pin" not in told


def test_no_secret_leaves_with_what_is_told_of_an_incident() -> None:
    key, said = "AKIAIOSFODNN7EXAMPLE", "password: hunter2x9"
    view = overview(title=f"Leaked {key}", impact=said, understanding=f"It is {key}", next_step=said)
    known = Known(view=view, lines=[line(1, "key", said)], actions=[action(1, text=f"Revoke {key}")], note=said)
    for text in (
        catch_up(known, NOW),
        stakeholders(known, NOW),
        incident_briefing(known, NOW),
        str(announcement(view)),
    ):
        assert key not in text
        assert "hunter2x9" not in text
        assert "«masked: password»" in text
    assert key not in topic_of(view.incident)
