"""The score of a drill and the replay of a past incident, whatever is on record."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.practice.limits.blocks import block_problems
from storage.models import Action, Drill, DrillState, Handoff, HandoffState, Role, Status, Update
from tests.workflows.records import RECORDS, after, incident, line, record
from workflows.drill_score import Verdict, score
from workflows.drill_words import scored
from workflows.drills import MOST_BLOCKS, marked, may_reach_out
from workflows.policy import default_policy
from workflows.ports import Post
from workflows.record import Record
from workflows.replays import MOST, replayed
from workflows.scenarios import faster

POLICY = default_policy()
SHORT = incident(drill=True, resolved_at=after(4))
MET, PARTLY, MISSED, NOT_ASKED = Verdict.MET, Verdict.PARTLY, Verdict.MISSED, Verdict.NOT_ASKED


def role(word: str, minutes: float, user: str = "U1") -> Role:
    return Role(incident_id=7, role=word, user_id=user, began_at=after(minutes))


def update(minutes: float, due: float | None, then: float | None = None) -> Update:
    due_at, next_due_at = (None if at is None else after(at) for at in (due, then))
    about: dict[str, Any] = {"by": "U1", "status": "investigating", "severity": "SEV1", "changed": "Looking"}
    return Update(incident_id=7, at=after(minutes), due_at=due_at, next_due_at=next_due_at, **about)


def handoff(state: str, minutes: float) -> Handoff:
    about: dict[str, Any] = {
        "incident_id": 7,
        "from_user": "U1",
        "to_user": "U2",
        "proposed_at": after(20),
        "expires_at": after(25),
    }
    return Handoff(**about, state=state, answered_at=after(20 + minutes))


def drill(**changes: Any) -> Record:
    facts: dict[str, Any] = {"drill": Drill(incident_id=7), "incident": incident(drill=True)}
    return record(**{**facts, **changes})


def action() -> Action:
    return Action(incident_id=7, number=1, text="Write the runbook", created_by="U1", created_at=after(90))


@pytest.mark.parametrize(
    ("name", "changes", "verdict", "happened"),
    [
        ("Declared", {}, MET, "at once, as SEV1"),
        ("Declared", {"incident": incident(drill=True, began_at=after(-16))}, PARTLY, "after 16 min, as SEV1"),
        ("Command", {"roles": [role("ic", 5)]}, MET, "after 5 min"),
        ("Command", {"roles": [role("ic", 6)]}, PARTLY, "after 6 min"),
        ("Command", {"roles": [role("sme", 0)]}, MISSED, "nobody took command"),
        ("Command", {"roles": [], "incident": SHORT}, NOT_ASKED, "over before somebody had to take it"),
        ("Roles", {"roles": [], "incident": SHORT}, NOT_ASKED, "over before they had to be held"),
        ("First update", {"updates": [update(30, 30)]}, MET, "after 30 min"),
        ("First update", {"updates": [update(31, 30)]}, PARTLY, "after 31 min"),
        ("First update", {}, MISSED, "there was none"),
        (
            "First update",
            {"incident": incident(drill=True, resolved_at=after(29))},
            NOT_ASKED,
            "over before one was due",
        ),
        (
            "Cadence",
            {"updates": [update(29, 30, 59), update(50, 59, 80)]},
            MET,
            "2 of 2 on time, longest silence 1 h",
        ),
        ("Cadence", {"updates": [update(5, 30, 35)]}, PARTLY, "1 of 2 on time, longest silence 1 h"),
        ("Cadence", {"updates": [update(45, 30, 50)]}, MISSED, "0 of 2 on time, longest silence 1 h"),
        ("Roles", {"roles": [role("ic", 0), role("sme", 4)]}, MET, "all held after 4 min"),
        ("Roles", {"roles": [role("ic", 0), role("sme", 40)]}, PARTLY, "all held after 40 min"),
        ("Roles", {"roles": [role("ic", 0)]}, PARTLY, "free to the end: sme"),
        ("Roles", {"roles": []}, MISSED, "free to the end: ic, sme"),
        ("Handoff", {}, NOT_ASKED, "none was needed"),
        ("Handoff", {"drill": Drill(incident_id=7, expects_handoff=True)}, MISSED, "there was none"),
        ("Handoff", {"handoffs": [handoff(HandoffState.EXPIRED, 5)]}, PARTLY, "offered, not accepted"),
        ("Handoff", {"handoffs": [handoff(HandoffState.ACCEPTED, 4)]}, MET, "accepted after 4 min"),
        ("Handoff", {"handoffs": [handoff(HandoffState.ACCEPTED, 9)]}, PARTLY, "accepted after 9 min"),
        ("Postmortem", {"actions": [action()]}, MET, "closed, 1 thing noted"),
        ("Postmortem", {}, PARTLY, "closed, nothing noted"),
        ("Postmortem", {"incident": incident(drill=True, status=Status.RESOLVED)}, MISSED, "not closed"),
        (
            "Postmortem",
            {"drill": Drill(incident_id=7, state=DrillState.ABORTED)},
            NOT_ASKED,
            "aborted, with the reason on record",
        ),
    ],
)
def test_each_thing_is_looked_at_by_itself(name: str, changes: dict[str, Any], verdict: Verdict, happened: str) -> None:
    [mark] = [one for one in score(drill(**changes), POLICY) if one.name == name]
    assert (mark.verdict, mark.happened) == (verdict, happened)


@given(RECORDS, st.sampled_from([severity.level for severity in POLICY.severities] + ["gone"]))
def test_any_record_can_be_scored_kept_and_shown(made: Record, level: str) -> None:
    made.incident.drill, made.incident.severity = True, level
    marks = score(made, POLICY)
    assert [one.name for one in marks] == [
        *("Declared", "Command", "First update", "Cadence", "Roles", "Handoff", "Postmortem")
    ]
    assert json.loads(json.dumps([one.stored() for one in marks]))[0]["verdict"] in set(Verdict)
    assert block_problems(list(marked(scored(made.incident, marks)).blocks), surface="message") == []


@given(RECORDS, st.integers(1, 100))
def test_a_replay_keeps_order_and_distances_and_names_nobody(made: Record, speed: int) -> None:
    scenario = replayed(made)
    assert 1 <= len(scenario.beats) <= MOST
    times = [beat.after for beat in scenario.beats]
    assert times == sorted(times)
    assert [beat.after * speed for beat in faster(scenario, speed).beats] == pytest.approx(
        times, abs=timedelta(milliseconds=1)
    )
    named = record(timeline=[line(3, "key", "<@U1> pasted token xoxb-1234567890-abcdefgh to <@U2|bilal>")])
    text = replayed(named).beats[1].text
    assert text == "@somebody pasted token «masked: Slack token» to @somebody"


def test_a_long_incident_is_thinned_out_evenly() -> None:
    made = replayed(record(timeline=[line(minute, "key", str(minute)) for minute in range(1, 400)]))
    assert len(made.beats) == MOST
    assert made.beats[-1].text == "399"


@given(st.text(), st.integers(0, MOST_BLOCKS))
def test_every_post_of_a_drill_says_that_it_is_one(text: str, count: int) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    post = marked(Post(text=text, blocks=(block,) * count))
    assert "DRILL" in post.text
    assert len(post.blocks) <= MOST_BLOCKS
    assert not 0 < count < MOST_BLOCKS or "DRILL" in str(post.blocks[0])


def test_a_drill_reaches_out_only_when_that_was_asked_for() -> None:
    assert may_reach_out(incident())
    assert not may_reach_out(incident(drill=True))
    assert may_reach_out(incident(drill=True, drill_reaches_out=True))
