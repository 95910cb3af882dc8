"""What somebody reads who takes over: short, whatever is on record."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.models import Action, Incident, Update
from workflows.briefing import ROOM, Known, incident_briefing, role_briefing
from workflows.overview import Overview
from workflows.policy import ROLES, default_policy
from workflows.role_wording import duties
from workflows.role_words import TITLES
from workflows.timeline import TimelineLine

NOW = datetime(2026, 11, 21, 3, 40, tzinfo=UTC)
LONGEST = 2600  # characters: what always stands, without a single line of history, may go a little over `ROOM`
POLICY = default_policy()

# Encoded text as it is stored: words, mentions, links, entities, of any length.
pieces = st.sampled_from(
    ["index", "<@U02ABCDEF>", "<https://example.com/a|a graph>", "&lt;br&gt;", "数据库", "\n", "🔥"]
)
texts = st.lists(pieces, max_size=400).map(" ".join)


def overview(**fields: Any) -> Overview:
    incident = Incident(
        id=7,
        press="p",
        title=str(fields.pop("title", "Checkout is failing")),
        severity="SEV1",
        declared_by="U1",
        declared_at=NOW - timedelta(minutes=40),
        channel_name="c",
        channel_id="C1",
        **fields,
    )
    severity = POLICY.severity("SEV1")
    assert severity is not None
    return Overview(incident=incident, severity=severity, roles={"ic": ["U1"]}, updates=[], handoff=None, service=None)


def line(minute: int, kind: str, text: str) -> TimelineLine:
    at = NOW - timedelta(minutes=40 - minute)
    return TimelineLine(at=at, recorded_at=at, kind=kind, by="U1", text=text)


def action(number: int, **fields: Any) -> Action:
    return Action(incident_id=7, number=number, created_by="U1", created_at=NOW, **fields)


def test_it_tells_state_impact_history_actions_promises_and_people() -> None:
    view = overview(
        impact="Nobody can pay", understanding="The pool is exhausted", update_due_at=NOW - timedelta(minutes=10)
    )
    known = Known(
        view=view,
        lines=[line(3, "finding", "No free connections"), line(5, "role", "not told"), line(9, "action", "Restarted")],
        actions=[action(1, text="Raise the limit", owner="U2", due="2026-12-01"), action(2, text="Old", done_at=NOW)],
        note="Ask Chen",
    )
    assert incident_briefing(known, NOW).splitlines() == [
        "*Note:* Ask Chen",
        "*INC-7 · Checkout is failing*",
        "*SEV1* Major degradation: Major functionality degraded, significant customer subset affected",
        "*State:* investigating, running for 40 min",
        "*Now:* The pool is exhausted",
        "*Impact:* Nobody can pay",
        "*What happened so far*",
        "• <!date^1795230180^{time}|03:03 UTC> finding: No free connections",
        "• <!date^1795230540^{time}|03:09 UTC> action: Restarted",
        "*Open actions*",
        "• 1. Raise the limit – <@U2>, by 2026-12-01",
        "*Promised outside:* an update by <!date^1795231800^{time}|03:30 UTC> (late); no update given yet",
        "*Who does what:* Incident commander <@U1> · Subject-matter expert nobody yet",
    ]


def test_the_steps_of_a_runbook_are_one_line() -> None:
    lines = [
        line(1, "runbook", "Started the runbook “Database failover”, 7 steps"),
        *(line(n, "action", f"Done: step {n} of “Database failover”: step {n}: look") for n in (2, 3, 4)),
        line(5, "runbook", "Not done after all: step 4 of “Database failover”: step 4: look"),
        line(6, "action", "Done: step 1 of “Old one”: “look”: there"),
        line(7, "finding", "Disk full"),
    ]
    text = incident_briefing(Known(view=overview(), lines=lines, actions=[]), NOW)
    assert "UTC> Runbook “Database failover”: 2 of 7 steps done, last: step 3: look\n" in text
    assert "UTC> Runbook “Old one”: 1 steps done, last: “look”: there\n" in text
    assert text.count("steps done") == 2
    assert "Done: step" not in text


def test_an_empty_record_is_said_plainly() -> None:
    text = incident_briefing(Known(view=overview(), lines=[], actions=[]), NOW)
    assert "*Impact:* not described yet" in text
    assert "*What happened so far*: none on record" in text
    assert "*Open actions*: none on record" in text
    assert "no update is due; no update given yet" in text


@settings(max_examples=50)
@given(texts, texts, texts, st.integers(min_value=0, max_value=40))
def test_it_stays_readable_in_ninety_seconds_whatever_is_on_record(
    text: str, other: str, note: str, count: int
) -> None:
    view = overview(title="T" * 150, impact=text, understanding=other, next_step=text, update_due_at=NOW)
    update = Update(incident_id=7, at=NOW, by="U1", status="investigating", severity="SEV1", changed=other)
    known = Known(
        view=Overview(
            **{**vars(view), "updates": [update], "roles": {"ic": ["U1"], "sme": [f"U{n}" for n in range(30)]}}
        ),
        lines=[line(minute, "key", text) for minute in range(count)],
        actions=[action(number, text=other, owner="U2", due="2026-12-01") for number in range(count)],
        note=note,
    )
    briefing = incident_briefing(known, NOW)
    assert len(briefing) <= LONGEST
    assert not re.search(r"<[^<>]*$|<[^<>]*<", briefing, re.MULTILINE)


def test_when_there_is_much_the_newest_stays() -> None:
    lines = [line(minute, "note", f"Note {minute} " + "x" * 90) for minute in range(40)]
    text = incident_briefing(Known(view=overview(), lines=lines, actions=[]), NOW)
    assert "Note 39" in text
    assert "Note 31" not in text
    assert len(text) <= ROOM


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_briefing_of_a_few_lines(role: str) -> None:
    text = role_briefing(role, overview(), POLICY)
    assert text.startswith(f"You are {TITLES[role]} of *INC-7 · Checkout is failing*.")
    assert 3 <= len(text.splitlines()) <= 6
    assert len(text) < 800


def test_the_commander_is_told_not_to_debug() -> None:
    assert "you do not debug" in duties("ic", overview(), POLICY)[0]
