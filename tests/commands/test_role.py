"""What people type for roles."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.role import FILLERS, LEAVE, SPOKEN, TAKE, RoleAsked, parse
from workflows.errors import UserError
from workflows.policy import ROLES

words = st.sampled_from(sorted(SPOKEN))
cases = st.sampled_from([str.lower, str.upper, str.title])


@pytest.mark.parametrize(
    ("text", "action", "role", "user"),
    [
        ("", "list", "", "U1"),
        ("list", "list", "", "U1"),
        ("comms", "show", "comms", "U1"),
        ("comms me", "give", "comms", "U1"),
        ("take comms", "give", "comms", "U1"),
        ("comms <@U2>", "give", "comms", "U2"),
        ("<@U2|bilal> is the Scribe", "give", "scribe", "U2"),
        ("Incident Commander <@U2>", "give", "ic", "U2"),
        ("subject matter expert: <@U2>", "give", "sme", "U2"),
        ("leave comms", "leave", "comms", "U1"),
        ("leave", "leave", "", "U1"),
        ("remove <@U2> comms", "leave", "comms", "U2"),
    ],
)
def test_each_way_to_say_it_is_understood(text: str, action: str, role: str, user: str) -> None:
    assert parse(text, "U1") == RoleAsked(action=action, role=role, user=user)


@pytest.mark.parametrize("text", ["president", "comms ops", "<@U2>", "take", "comms <@U2> <@U3>"])
def test_what_cannot_be_meant_gets_a_sentence_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match="/incident role comms @chen"):
        parse(text, "U1")


def test_a_name_that_slack_does_not_know_is_told_apart_from_a_role_that_there_is_not() -> None:
    with pytest.raises(UserError, match=r"Slack knows nobody called “@chen\.wei”"):
        parse("comms @chen.wei", "U1")


@given(words, cases, st.sampled_from(["{} <@U2>", "<@U2> {}", "give {} to <@U2>"]))
def test_every_word_for_a_role_means_it_wherever_the_person_stands(
    word: str, case: Callable[[str], str], frame: str
) -> None:
    assert parse(frame.format(case(word)), "U1") == RoleAsked(action="give", role=SPOKEN[word], user="U2")


def test_every_role_can_be_named_and_no_word_has_two_meanings() -> None:
    assert set(SPOKEN.values()) == set(ROLES)
    spoken = {part for word in SPOKEN for part in word.split()}
    assert not spoken & (TAKE | LEAVE | FILLERS)


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused_with_a_sentence(text: str) -> None:
    with suppress(UserError):
        assert parse(text, "U1").action in {"list", "show", "give", "leave"}
