"""What people may type for a severity, and the presets that hold without configuration."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.policy import AUDIENCES, MARKS, ROLES, Link, Policy, Service, default_policy
from workflows.severities import Scheme, Severity

SCHEMES: tuple[Scheme, ...] = ("sev0-3", "sev1-4")
levels = st.sampled_from([severity.level for severity in default_policy().severities])


@pytest.mark.parametrize("word", ["SEV1", "sev1", "SEV-1", "Sev 1", "sev_1", "1", "p1", "P-1", "ＳＥＶ１", " sev1 "])
def test_every_spelling_people_use_finds_the_level(word: str) -> None:
    found = default_policy().severity(word)
    assert found is not None
    assert found.level == "SEV1"


@pytest.mark.parametrize("word", ["", "sev", "p", "11", "sev9", "sev1x", "checkout", "-", "major", "1.0"])
def test_words_that_are_no_severity_find_nothing(word: str) -> None:
    assert default_policy().severity(word) is None


def test_the_zero_of_a_scheme_is_a_level_like_any_other() -> None:
    found = default_policy("sev0-3").severity("P0")
    assert found is not None
    assert found.name == "Critical outage"
    assert default_policy("sev1-4").severity("P0") is None


def test_levels_without_numbers_are_found_by_their_own_word_only() -> None:
    policy = Policy(
        severities=(Severity(level="Critical", name="Bad"), Severity(level="Minor", name="Less bad")),
        default_severity="Minor",
    )
    assert policy.severity("CRITICAL") == policy.severities[0]
    assert policy.severity("1") is None


@given(levels, st.sampled_from(["", " ", "-", "_", " - "]), st.sampled_from([str.lower, str.upper, str.title]))
def test_case_and_separators_never_matter(level: str, separator: str, case: Callable[[str], str]) -> None:
    typed = case(level[:3]) + separator + level[3:]
    found = default_policy().severity(typed)
    assert found is not None
    assert found.level == level


@given(st.text())
def test_any_text_is_a_severity_or_none_and_never_an_error(text: str) -> None:
    found = default_policy().severity(text)
    assert found is None or found in default_policy().severities


def test_the_first_in_the_list_is_the_most_severe() -> None:
    policy = default_policy()
    assert policy.more_severe("SEV0", "SEV1")
    assert not policy.more_severe("SEV1", "SEV0")
    assert not policy.more_severe("SEV1", "sev-1")


def test_a_level_that_was_removed_from_the_configuration_counts_as_least_severe() -> None:
    assert default_policy().more_severe("SEV3", "SEV7")
    assert not default_policy().more_severe("SEV7", "SEV3")


@given(levels, levels)
def test_of_two_different_levels_exactly_one_is_more_severe(one: str, other: str) -> None:
    policy = default_policy()
    assert policy.more_severe(one, other) + policy.more_severe(other, one) == (one != other)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_preset_is_complete_and_gets_calmer_downwards(scheme: Scheme) -> None:
    policy = default_policy(scheme)
    assert len(policy.severities) == 4
    assert policy.severity(policy.default_severity) in policy.severities
    never = timedelta.max
    cadence = [severity.update_every or never for severity in policy.severities]
    response = [severity.respond_within or never for severity in policy.severities]
    assert cadence == sorted(cadence)
    assert response == sorted(response)
    for severity in policy.severities:
        assert severity.name
        assert severity.definition
        assert severity.example
        assert severity.roles[0] == "ic"
        assert set(severity.roles) <= set(ROLES)


def test_the_usual_scheme_asks_for_updates_as_often_as_promised() -> None:
    asked = {severity.level: severity.update_every for severity in default_policy().severities}
    minutes = {"SEV0": 15, "SEV1": 30, "SEV2": 120}
    assert asked == {level: timedelta(minutes=count) for level, count in minutes.items()} | {"SEV3": None}


def test_the_usual_scheme_fills_the_roles_that_the_severity_needs() -> None:
    roles = {severity.level: severity.roles for severity in default_policy().severities}
    assert roles == {
        "SEV0": ("ic", "comms", "sme", "scribe"),
        "SEV1": ("ic", "sme"),
        "SEV2": ("ic",),
        "SEV3": ("ic",),
    }


def test_only_the_two_worst_levels_owe_a_postmortem() -> None:
    for scheme in SCHEMES:
        assert [severity.postmortem for severity in default_policy(scheme).severities] == [
            True,
            True,
            False,
            False,
        ]


def test_the_ladder_climbs_and_speaks_to_known_audiences() -> None:
    ladder = default_policy().ladder
    assert [rung.after for rung in ladder] == [timedelta(0), timedelta(minutes=5), timedelta(minutes=15)]
    assert [rung.tell for rung in ladder] == [("ic", "comms"), ("roles",), ("announce",)]
    assert {word for rung in ladder for word in rung.tell} <= set(AUDIENCES)


def test_the_marks_that_reactions_make_are_known_kinds() -> None:
    assert set(default_policy().reactions.values()) == set(MARKS)


def test_a_service_is_found_in_any_case() -> None:
    checkout = Service(name="Checkout", runbooks=(Link(title="Restart", url="https://runbooks.example/restart"),))
    policy = replace(default_policy(), services=(checkout,))
    assert policy.service(" checkout ") == checkout
    assert policy.service("billing") is None


def test_two_policies_with_the_same_values_are_equal_and_hashable() -> None:
    assert default_policy() == default_policy()
    assert hash(default_policy()) == hash(default_policy())
