"""The classifier: every way through the questions ends at a level, and its answer says why."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.classify import typed_answers
from workflows import classifier
from workflows.policy import Policy, default_policy
from workflows.severities import Question, Scheme, Severity

KEYS = ("down", "major", "workaround", "customers")
OUTCOMES: dict[tuple[bool | None, ...], tuple[str, str]] = {
    # down, major, workaround, customers: by scheme
    (True, None, None, None): ("SEV0", "SEV1"),
    (False, True, True, None): ("SEV1", "SEV3"),
    (False, True, False, None): ("SEV0", "SEV2"),
    (False, False, None, True): ("SEV2", "SEV3"),
    (False, False, None, False): ("SEV3", "SEV4"),
}


def given_answers(row: tuple[bool | None, ...]) -> dict[str, bool]:
    return {key: answer for key, answer in zip(KEYS, row, strict=True) if answer is not None}


@pytest.mark.parametrize("row", OUTCOMES)
@pytest.mark.parametrize(("scheme", "place"), [("sev0-3", 0), ("sev1-4", 1)])
def test_the_tree_of_the_documents_leads_where_it_says(
    row: tuple[bool | None, ...], scheme: Scheme, place: int
) -> None:
    found = classifier.walk(default_policy(scheme), given_answers(row))
    assert found.level == OUTCOMES[row][place]
    assert [step.question.key for step in found.steps] == list(given_answers(row))
    assert all(step.question.ask in classifier.explanation(found) for step in found.steps)


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True), min_size=1, max_size=8, unique_by=str.casefold))
def test_any_list_of_severities_can_be_asked_for(levels: list[str]) -> None:
    policy = Policy(severities=tuple(Severity(level=one, name=one) for one in levels), default_severity=levels[-1])
    assert classifier.problems(classifier.tree(policy), policy) == []
    found = {
        classifier.walk(policy, dict(zip(KEYS, answers, strict=True))).level
        for answers in product((True, False), repeat=4)
    }
    assert {levels[0], levels[-1]} <= found <= set(levels)


@given(st.dictionaries(st.sampled_from(KEYS), st.booleans()))
def test_missing_answers_are_asked_for_one_by_one_and_travel_with_the_form(answers: dict[str, bool]) -> None:
    policy = default_policy()
    assert classifier.unpacked(classifier.packed(answers)) == answers
    while (found := classifier.walk(policy, answers)).question is not None:
        assert found.level == ""
        answers = {**answers, found.question.key: True}
    assert policy.severity(found.level) is not None


def question(key: str, yes: str, no: str) -> Question:
    return Question(key=key, ask=f"{key}?", yes=yes, no=no)


@pytest.mark.parametrize(
    ("questions", "found"),
    [
        ([question("a", "SEV0", "SEV9")], [(0, "no", '"SEV9" is neither a severity nor the key of a question')]),
        ([question("a", "SEV0", "a")], [(0, "key", '"a" is asked again after its own answer')]),
        (
            [question("a", "SEV0", "SEV1"), question("b", "SEV0", "SEV1")],
            [(1, "key", '"b" is never asked: no answer leads to it')],
        ),
        (
            [question("a", "SEV0", "SEV1"), question("a", "SEV0", "SEV1")],
            [(1, "key", '"a" is the key of a question above')],
        ),
        ([question("a", "b", "SEV1"), question("b", "sev-0", "p3")], []),
    ],
)
def test_questions_that_lead_nowhere_are_found(questions: list[Question], found: list[tuple[int, str, str]]) -> None:
    assert classifier.problems(questions, default_policy()) == found


def test_questions_of_a_team_replace_the_usual_ones() -> None:
    policy = replace(default_policy(), questions=(question("money", "SEV0", "SEV3"),))
    assert classifier.walk(policy, {"money": True}).level == "SEV0"
    assert typed_answers("yes", policy) == ({"money": True}, "")


def test_answers_in_one_line_go_to_the_questions_that_come_up() -> None:
    policy = default_policy()
    assert typed_answers("INC-7 no, yes no", policy) == ({"down": False, "major": True, "workaround": False}, "INC-7")
    assert typed_answers("yes yes yes", policy) == ({"down": True}, "")
