"""What leaves as JSON and HTML."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from storage.models import Action, Handoff, HandoffState
from tests.workflows.records import RECORDS, after, incident, line, record, said, ts, update
from tests.workflows.test_markdown import Page
from workflows.export import as_html, as_json, as_markdown
from workflows.policy import default_policy
from workflows.postmortem import draft
from workflows.record import Record

POLICY = default_policy()


def exported(made: Record) -> dict[str, Any]:
    found = json.loads(as_json(made))
    assert isinstance(found, dict)
    return found


def test_json_has_the_contracts_fields() -> None:
    found = exported(record())
    assert list(found) == [
        *(
            "incident",
            "messages",
            "timeline",
            "updates",
            "roles",
            "handoffs",
            "actions",
            "promises",
            "sent",
            "gaps",
            "classifications",
            "merged",
            "clocks",
            "drill",
            "masked",
            "names",
        )
    ]
    facts = found["incident"]
    assert facts["ref"] == "INC-7"
    assert facts["ic"] == "U1"
    assert facts["channel_id"] == "C1"
    assert facts["declared_at"] == "2026-11-21T13:00:00Z"
    assert facts["closed_at"] == "2026-11-21T14:40:00Z"
    assert found["names"]["U1"] == "Anna Keller"
    assert found["roles"] == [{"role": "ic", "user": "U1", "from": "2026-11-21T13:00:00Z", "to": None}]


def test_a_message_carries_its_history() -> None:
    made = said(
        5,
        "newest",
        "U2",
        thread_ts=ts(1),
        earlier=["first", "second"],
        reactions={"pushpin": ("U1", "U2")},
        files=[{"id": "F1", "name": "graph.png"}],
        edited_at=after(6),
    )
    [message] = exported(record(messages=[made]))["messages"]
    assert message["ts"] == ts(5)
    assert message["thread_ts"] == ts(1)
    assert message["user"] == "U2"
    assert message["text"] == "newest"
    assert [one["text"] for one in message["revisions"]] == ["first", "second"]
    assert message["reactions"] == {"pushpin": ["U1", "U2"]}
    assert message["files"] == [{"id": "F1", "name": "graph.png"}]
    assert message["edited_at"] == "2026-11-21T13:06:00Z"
    assert message["deleted_at"] is None


def test_everything_else_is_there_too() -> None:
    handoff = Handoff(
        incident_id=7,
        from_user="U1",
        to_user="U2",
        state=HandoffState.ACCEPTED,
        proposed_at=after(3),
        expires_at=after(8),
    )
    action = Action(
        incident_id=7, number=1, text="raise it", owner="U2", due="2026-12-01", created_by="U1", created_at=after(4)
    )
    made = record(handoffs=[handoff], actions=[action], updates=[update(20, 30)])
    found = exported(made)
    assert found["handoffs"][0]["from"] == "U1"
    assert found["handoffs"][0]["to"] == "U2"
    assert found["handoffs"][0]["state"] == "accepted"
    assert (
        found["actions"][0] | {"text": "raise it", "owner": "U2", "due": "2026-12-01", "done_at": None}
        == found["actions"][0]
    )
    assert found["updates"][0]["due_at"] == "2026-11-21T13:30:00Z"


def test_secrets_are_masked_and_counted_in_every_format() -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    made = record(
        incident=incident(summary=f"with {secret}", title=f"{secret} leaked"),
        timeline=[line(5, "key", f"key {secret}")],
        messages=[said(5, f"key {secret}", earlier=[f"x {secret}"], files=[{"id": "F1", "name": f"{secret}.txt"}])],
    )
    assert exported(made)["masked"] == 1
    for text in (as_json(made), as_markdown(made, POLICY), as_html(made, POLICY)):
        assert secret not in text
        assert "«masked: AWS key»" in text


def test_a_secret_is_masked_where_nothing_gives_it_away_too() -> None:
    earlier, later = said(1, "it is s3cr3t-horse, try it"), said(2, "password=s3cr3t-horse")
    found = exported(record(messages=[earlier, later], timeline=[line(1, "key", "it is s3cr3t-horse, try it")]))
    assert found["messages"][0]["text"] == "it is «masked: password», try it"
    assert found["timeline"][0]["text"] == "it is «masked: password», try it"
    assert found["masked"] == 1


@given(RECORDS, st.text())
def test_json_gives_back_what_was_said(made: Record, text: str) -> None:
    found = exported(replace(made, messages=[said(1, text.replace("=", ":"))]))
    assert found["incident"]["title"] == made.incident.title
    assert found["messages"][0]["text"] == text.replace("=", ":")


@given(RECORDS)
def test_html_has_no_elements_but_our_own(made: Record) -> None:
    found = Page(as_html(made, POLICY))
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert "iframe" not in found.tags
    assert all(target.startswith(("http://", "https://", "mailto:")) for target in found.targets)


def test_html_needs_nothing_from_elsewhere_and_reads_like_the_draft() -> None:
    made = record(
        incident=incident(title="</title><script>alert(1)</script>"),
        timeline=[line(1, "key", "<!channel> &amp;lt;b&amp;gt;")],
    )
    text = as_html(made, POLICY)
    found = Page(text)
    assert "script" not in found.tags
    assert "link" not in found.tags
    assert "Five whys" in found.shown
    assert "default-src 'none'" in text
    assert text.startswith("<!DOCTYPE html>")


def test_markdown_is_the_draft() -> None:
    assert as_markdown(record(), POLICY) == draft(record(), POLICY)
