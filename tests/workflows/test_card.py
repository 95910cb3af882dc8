"""The pinned card: short, with what is wanted now in sight, and the rest one press further away."""

from dataclasses import replace
from typing import Any

import pytest

from bot.practice.limits.blocks import block_problems
from storage.models import Checklist, Status
from tests.workflows.records import DECLARED, incident
from workflows.card import card, card_lines
from workflows.overview import Overview
from workflows.policy import Hook
from workflows.severities import Severity

GRAVE = Severity(level="SEV0", name="Outage", definition="All is down", roles=("ic", "comms", "ops", "scribe", "sme"))
BUSY = Overview(
    incident=incident(status=Status.INVESTIGATING, mitigated_at=None, resolved_at=None, closed_at=None),
    severity=GRAVE,
    roles={"ic": ["U1"]},
    updates=(),
    handoff=None,
    service=None,
    runbook=Checklist(id=1, incident_id=7, slug="database-failover", title="Database failover", offered_at=DECLARED),
    hooks=(Hook(name="Roll back", url="https://example.com", severities=("SEV0",)),),
)


def view(status: Status) -> Overview:
    return replace(BUSY, incident=incident(status=status, snoozed_until=DECLARED))


def rows(shown: Overview) -> list[tuple[list[str], list[str]]]:
    """The labels of each row that are in sight, and those behind its ⋯."""
    found: list[tuple[list[str], list[str]]] = []
    for row in (one for one in card(shown).blocks if one["type"] == "actions"):
        elements: list[dict[str, Any]] = row["elements"]
        hidden = [one for element in elements for one in element.get("options", ())]
        in_sight = [one["text"]["text"] for one in elements if one["type"] == "button"]
        found.append((in_sight, [one["text"]["text"] for one in hidden]))
    return found


@pytest.mark.parametrize("status", list(Status))
def test_slack_takes_every_card_and_no_row_is_longer_than_five(status: Status) -> None:
    assert block_problems([dict(row) for row in card(view(status)).blocks], surface="message") == []
    assert all(len(in_sight) + bool(hidden) <= 5 and len(hidden) <= 5 for in_sight, hidden in rows(view(status)))
    assert len(card_lines(view(status))) + 1 <= 12  # with the small print


def test_it_says_since_when_as_slack_words_it() -> None:
    [status] = [line for line in card_lines(view(Status.INVESTIGATING)) if line.startswith("*Status:*")]
    assert status.endswith("2026-11-21 13:00 UTC> (<!date^1795266000^{ago}|since 13:00 UTC>)")


def test_what_is_wanted_now_is_in_sight_and_the_rest_behind_the_dots() -> None:
    free = [f"I'll take {name}" for name in ("communications", "operations", "scribe", "subject-matter expert")]
    menu = ["Hand over", "Identified", "Resolved", "Severity", "Remediate"]
    assert rows(view(Status.INVESTIGATING)) == [
        (["Post update", "Start runbook", "Mitigated", "Escalate"], menu),
        (free, []),
    ]
    alone = replace(view(Status.MITIGATED), runbook=None, hooks=(), roles={role: ["U1"] for role in GRAVE.roles})
    assert rows(alone) == [(["Post update", "Resolved", "Hand over", "Escalate", "Severity"], [])]
    assert rows(view(Status.RESOLVED)) == [(["Close", "Post update", "Reopen"], [])]
    assert rows(view(Status.CLOSED)) == [(["Reopen"], [])]
