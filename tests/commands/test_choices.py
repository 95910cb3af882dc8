"""What people choose from is read whole: Slack shows 75 characters of an option, and we clip what is longer."""

from collections.abc import Iterator
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from commands import classify, clock_forms, declare, drill, nag, near_miss, severity
from storage.models import Status
from tests.workflows.records import incident
from workflows import classifier
from workflows.blocks import Block
from workflows.clocks_kinds import shipped
from workflows.policy import Policy, default_policy
from workflows.severities import Scheme


def forms(policy: Policy) -> Iterator[Block]:
    """Every form with choices that come from what we ship."""
    one = incident(status=Status.INVESTIGATING, severity=policy.default_severity)
    yield declare.form(policy, {})
    yield near_miss.form(policy)
    yield severity.form(one, policy)
    yield nag.form(one, policy)
    yield drill.form(policy)
    yield clock_forms.start_form(one, shipped(), [], ZoneInfo("UTC"), bring=True)
    for question in classifier.tree(policy):
        yield classify.page(classifier.Walk(steps=(), question=question, level=""), policy, {})


def clipped(thing: Any) -> Iterator[str]:
    """Every text of an option, label or button that did not fit."""
    if isinstance(thing, list | tuple):
        for one in thing:
            yield from clipped(one)
    elif isinstance(thing, dict):
        text = str(thing.get("text"))
        if thing.get("type") == "plain_text" and text.endswith("…") and not text.endswith(" …"):
            yield text
        yield from clipped(list(thing.values()))


@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_no_choice_that_we_ship_is_clipped(scheme: Scheme) -> None:
    assert [text for form in forms(default_policy(scheme)) for text in clipped(form)] == []
