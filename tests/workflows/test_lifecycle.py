"""An incident's life: whatever people do, in whatever order, it stays on the ways that are drawn."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.models import OPEN_STATUSES, Status
from workflows.errors import UserError
from workflows.lifecycle import TRANSITIONS, move, next_actions

ACTIONS = sorted({action for _, action in TRANSITIONS})
FORWARD = (
    Status.TRIAGE,
    Status.INVESTIGATING,
    Status.IDENTIFIED,
    Status.MITIGATED,
    Status.RESOLVED,
    Status.CLOSED,
)
ENDS = (Status.CANCELLED, Status.MERGED)


class Life(RuleBasedStateMachine):
    """People do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.status = Status.TRIAGE
        self.was = [Status.TRIAGE]

    @rule(action=st.sampled_from(ACTIONS))
    def somebody_acts(self, action: str) -> None:
        if action not in next_actions(self.status):
            with pytest.raises(UserError):
                move(self.status, action)
            return
        self.status = move(self.status, action)
        self.was.append(self.status)

    @precondition(lambda self: self.status not in (*ENDS, Status.CLOSED))
    @rule()
    def it_can_always_be_brought_to_an_end(self) -> None:
        status = self.status
        if status != Status.RESOLVED:
            status = move(status, "resolved")
        assert move(status, "close") == Status.CLOSED

    @invariant()
    def it_was_resolved_before_it_was_closed(self) -> None:
        for before, after in zip(self.was, self.was[1:], strict=False):
            assert after != Status.CLOSED or before == Status.RESOLVED

    @invariant()
    def it_goes_back_only_when_it_is_reopened(self) -> None:
        for before, after in zip(self.was, self.was[1:], strict=False):
            if before in ENDS:
                assert after == Status.INVESTIGATING
            elif after in ENDS:
                assert before in OPEN_STATUSES
            elif FORWARD.index(after) <= FORWARD.index(before):
                assert before in (Status.RESOLVED, Status.CLOSED)
                assert after == Status.INVESTIGATING

    @invariant()
    def an_incident_that_was_called_off_stays_so_until_it_is_reopened(self) -> None:
        for before, after in zip(self.was, self.was[1:], strict=False):
            assert before not in ENDS or after == Status.INVESTIGATING


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=30, stateful_step_count=30)


def test_every_status_can_be_reached_and_is_in_the_table() -> None:
    reached = {Status.TRIAGE} | set(TRANSITIONS.values())
    assert reached == set(Status)


@pytest.mark.parametrize("status", OPEN_STATUSES)
def test_an_open_incident_can_skip_forward_to_any_later_open_status_or_be_called_off(status: Status) -> None:
    later = set(FORWARD[FORWARD.index(status) + 1 : FORWARD.index(Status.RESOLVED) + 1])
    led_to = {move(status, action) for action in next_actions(status)}
    assert led_to == later | set(ENDS)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", ACTIONS)
def test_every_refusal_says_where_the_incident_stands_or_what_would_work(status: Status, action: str) -> None:
    if action in next_actions(status):
        return
    with pytest.raises(UserError) as refused:
        move(status, action)
    said = str(refused.value)
    assert said[0].isupper()
    assert status in said or "/incident" in said or "already" in said


@pytest.mark.parametrize(("status", "action"), [(Status.INVESTIGATING, "close"), (Status.MITIGATED, "close")])
def test_an_open_incident_is_told_to_be_resolved_first(status: Status, action: str) -> None:
    with pytest.raises(UserError, match="/incident resolved"):
        move(status, action)


@pytest.mark.parametrize("status", ENDS)
def test_only_reopening_leads_out_of_an_end(status: Status) -> None:
    assert next_actions(status) == ("reopen",)
