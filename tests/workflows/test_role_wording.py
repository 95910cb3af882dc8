"""What a role asks of people: whatever a team writes is shown safely, and ours is sound."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_briefing import POLICY, overview
from workflows.policy import ROLES
from workflows.role_wording import PLACEHOLDERS, duties, faults, filled, points, shipped, values

lines = st.text(alphabet=st.sampled_from("ab{}<>!@#&|-* \n"), max_size=200)


@pytest.mark.parametrize("role", ROLES)
def test_what_ships_has_no_faults_and_leaves_nothing_open(role: str) -> None:
    assert faults(shipped()[role]) == []
    assert not any(re.search(r"[{}]", duty) for duty in duties(role, overview(), POLICY))


def test_every_placeholder_has_a_value() -> None:
    assert set(values(overview(), POLICY)) == set(PLACEHOLDERS)


@given(lines)
def test_whatever_is_written_pings_nobody_and_breaks_no_link(text: str) -> None:
    shown = [filled(point, values(overview(), POLICY)) for _, point in points(text)]
    assert all(shown)
    for line in shown:
        assert "<!" not in line
        assert line.count("<") == line.count(">")


def test_a_title_with_braces_or_brackets_stays_text() -> None:
    known = values(overview(title="<!here> {ic}"), POLICY)
    assert filled("About {title}", known) == "About &lt;!here&gt; {ic}"
