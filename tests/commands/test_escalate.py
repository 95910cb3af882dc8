"""Whom an escalation calls, one after the other."""

from dataclasses import replace

import pytest

from commands.escalate import parse, wished
from tests.workflows.records import incident
from workflows.errors import UserError
from workflows.policy import Service, default_policy

POLICY = replace(default_policy(), services=(Service(name="Checkout", owner=("U2",), escalation=("U3",)),))


@pytest.mark.parametrize(
    ("text", "by", "users"),
    [
        ("<@U4> look", "U1", [("U4",), ("U2",), ("U3",)]),
        ("<@U4> look", "U2", [("U4",), ("U3",)]),
        ("the pool is full", "U3", [("U2",)]),
    ],
)
def test_who_asks_for_help_is_not_called_to_it(text: str, by: str, users: list[tuple[str, ...]]) -> None:
    wish = wished(incident(service="Checkout"), parse(text, POLICY), POLICY, by=by)
    assert [party.users for party in wish.chain] == users


def test_nobody_else_to_call_is_said() -> None:
    alone = replace(POLICY, services=(Service(name="Checkout", owner=("U2",)),))
    with pytest.raises(UserError, match=r"names nobody but you for Checkout\. Name somebody"):
        wished(incident(service="Checkout"), parse("the pool is full", alone), alone, by="U2")
