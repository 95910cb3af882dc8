"""The draft: complete, deterministic, readable, harmless."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from storage.models import Action, Gap
from tests.workflows.records import RECORDS, after, incident, line, record, said, ts, update
from tests.workflows.test_markdown import Page, flat
from workflows.masking import mask
from workflows.policy import default_policy
from workflows.postmortem import draft, file_name
from workflows.record import Record
from workflows.words import plain

POLICY = default_policy()


def written(made: Record) -> str:
    return draft(made, POLICY)


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {title}\n\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def page(text: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


@given(RECORDS)
def test_the_same_record_gives_the_same_bytes(made: Record) -> None:
    assert draft(made, POLICY) == draft(replace(made), POLICY)


@given(RECORDS)
def test_everything_on_the_timeline_is_in_the_draft(made: Record) -> None:
    shown = flat(page(section(written(made), "Timeline")).shown).replace("`", "")
    for one in made.timeline:
        assert flat(plain(mask(one.text).text, made.names)).replace("`", "") in shown


@given(RECORDS)
def test_nothing_people_wrote_becomes_markup(made: Record) -> None:
    sections = ("h1", "h2", "h3", "p", "ul", "li", "ol", "strong", "em", "br", "code", "pre", "blockquote", "a")
    found = page(written(made))
    assert found.tags <= {*sections, "table", "thead", "tbody", "tr", "th", "td"}
    assert all(target.startswith(("http://", "https://", "mailto:")) for target in found.targets)


def test_every_section_is_there_in_order() -> None:
    titles = re.findall(r"^## (.*)$", written(record()), re.MULTILINE)
    assert titles == [
        "Facts",
        "Roles",
        "Summary",
        "Customer impact",
        "Timeline",
        "Detection and communication",
        "Contributing factors and root cause",
        "Resolution",
        "What went well",
        "What went poorly",
        "Where we were lucky",
        "Lessons",
        "Action items",
        "People",
        "What this document does not show",
    ]


def test_an_empty_section_carries_a_question() -> None:
    text = written(record())
    for title in ("Summary", "What went well", "What went poorly", "Where we were lucky", "Lessons", "Action items"):
        assert "> " in section(text, title)
        assert "?" in section(text, title)
    assert "5. Why?" in section(text, "Contributing factors and root cause")


def test_a_summary_stands_where_the_question_was() -> None:
    text = section(written(record(incident=incident(summary="The pool was exhausted."))), "Summary")
    assert text.strip() == "The pool was exhausted."


def test_the_facts_hold_times_and_durations() -> None:
    made = record(incident=incident(began_at=after(-10), detected_at=after(-3)))
    facts = section(written(made), "Facts")
    assert "| Began | 21 November 2026, 12:50 |" in facts
    assert "| Time to detect | 7 min |" in facts
    assert "| Time to acknowledge | 3 min |" in facts
    assert "| Time to mitigate, since it began | 50 min |" in facts
    assert "| Time to resolve, since it began | 1 h 10 min |" in facts


def test_times_are_the_teams_and_a_new_day_is_named() -> None:
    made = record(timeline=[line(0, "note", "first"), line(60 * 10, "note", "second"), line(60 * 11, "note", "third")])
    policy = replace(POLICY, time_zone=ZoneInfo("Europe/Berlin"))
    lines = section(draft(made, policy), "Timeline").splitlines()
    assert lines[0] == "### 21 November 2026"
    assert "- **14:00** · note · Anna Keller: first" in lines
    assert lines.index("### 22 November 2026") < lines.index("- **00:00** · note · Anna Keller: second")
    assert sum("###" in one for one in lines) == 2
    assert "Europe/Berlin" in draft(made, policy)


def test_what_was_recorded_later_says_so() -> None:
    made = record(timeline=[line(5, "note", "rolled back", recorded_at=after(20))])
    assert "(recorded 21 November 2026, 13:20): rolled back" in section(written(made), "Timeline")


def test_time_in_each_severity_is_added_up() -> None:
    made = record(severities=[(after(0), "SEV2"), (after(10), "SEV1"), (after(30), "SEV2")])
    text = written(made)
    assert "- SEV2: 40 min" in section(text, "Customer impact")
    assert "- SEV1: 20 min" in section(text, "Customer impact")
    assert section(text, "Facts").count("| Severity changed |") == 2


def test_communication_is_reviewed_in_figures() -> None:
    made = record(
        updates=[update(25, 30), update(55, 55), update(59, 57)],
        timeline=[line(0, "declared", "x"), line(25, "update", "x"), line(59, "update", "x"), line(30, "key", "x")],
    )
    text = section(written(made), "Detection and communication")
    assert "3 posted, 3 of them asked for by the cadence: 2 on time, 1 late." in text
    assert "Longest time without news: 34 min, from 21 November 2026, 13:25 to 21 November 2026, 13:59." in text


def test_action_items_have_owner_and_date_or_ask_for_them() -> None:
    actions = [
        Action(
            incident_id=7,
            number=1,
            text="raise | limit",
            owner="U2",
            due="2026-12-01",
            created_by="U1",
            created_at=after(9),
        ),
        Action(incident_id=7, number=2, text="alert", created_by="U1", created_at=after(9), done_at=after(50)),
    ]
    text = section(written(record(actions=actions)), "Action items")
    assert "| 1 | raise \\| limit | Bilal Aydin | 2026-12-01 | no |  |" in text
    assert "| 2 | alert | _who?_ | _when?_ | 21 November 2026, 13:50 |  |" in text


def test_findings_and_actions_stand_where_they_are_discussed() -> None:
    made = record(timeline=[line(5, "finding", "the pool is empty"), line(9, "action", "restarted the pool")])
    assert "the pool is empty" in section(written(made), "Contributing factors and root cause")
    assert "restarted the pool" in section(written(made), "Resolution")


def test_gaps_and_masked_secrets_are_told() -> None:
    gap = Gap(incident_id=7, channel_id="C1", from_ts=ts(5), to_ts=ts(9), reason="Slack keeps 90 days")
    made = record(gaps=[gap], timeline=[line(5, "key", "password=hunter2")], messages=[said(5, "password=hunter2")])
    text = written(made)
    assert "from 21 November 2026, 13:05 to 21 November 2026, 13:09: Slack keeps 90 days" in text
    assert "- Masked: 1 × password." in text
    assert "hunter2" not in text
    assert "All that was said in the channel (1 message)" in text


def test_people_are_listed_with_their_part_and_bots_are_not() -> None:
    made = record(messages=[said(1, "hi", "U2"), said(2, "beep", "U3")], bots=frozenset({"U3"}))
    people = section(written(made), "People")
    assert "| Anna Keller | declared it, Incident commander | U1 |" in people
    assert "| Bilal Aydin | – | U2 |" in people
    assert "U3" not in people


@pytest.mark.parametrize(("severity", "words"), [("SEV1", "The finished document is due"), ("SEV3", "optional")])
def test_a_severity_without_postmortem_makes_it_optional(severity: str, words: str) -> None:
    assert words in written(record(incident=incident(severity=severity)))


def test_a_hostile_title_is_only_words() -> None:
    text = written(record(incident=incident(title="<!channel> <script>alert(1)</script> # | **x** [a](javascript:b)")))
    found = page(text)
    assert "script" not in found.tags
    assert "<!channel> <script>alert(1)</script> # | **x** [a](javascript:b)" in found.shown


def test_an_open_incident_can_be_drafted_too() -> None:
    open_one = incident(status="mitigated", resolved_at=None, closed_at=None, postmortem_due_at=None)
    text = written(record(incident=open_one))
    assert "| Resolved | not known |" in text
    assert "- SEV1: since 21 November 2026, 13:00" in text
    assert "It is due after the incident has been closed." in text


def test_the_file_is_named_after_the_incident() -> None:
    assert file_name("INC-7") == "postmortem-INC-7.md"
    assert timedelta(hours=48) == POLICY.postmortem_due
