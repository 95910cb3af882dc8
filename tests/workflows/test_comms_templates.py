"""Our own wordings: each can be filled with everything and with nothing, and says what it does not know."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.comms_copy import PIECE, pieces
from workflows.comms_templates import EXAMPLE, FACTS, KINDS, LONGEST, blanks, faults, fill, shipped

words = st.text(alphabet=string.ascii_letters + " .,&<>{}%'\n", max_size=60)


@pytest.mark.parametrize("name", KINDS)
def test_ours_have_no_faults(name: str) -> None:
    assert faults(name, shipped()) == []


@pytest.mark.parametrize("name", KINDS)
def test_what_is_not_known_can_be_seen_and_what_is_known_leaves_nothing_open(name: str) -> None:
    assert set(fill(name, {}, {}).blanks) <= set(FACTS.values())
    assert fill(name, {}, {}).blanks
    assert fill(name, EXAMPLE, {}).blanks == ()


def test_emails_are_apologetic_transparent_and_say_what_is_done() -> None:
    first = fill("customer-email", EXAMPLE, {}).text
    for said in ("Subject:", "We are sorry.", "What we know:", "What we are doing:", "You will hear from us again by"):
        assert said in first
    full = fill("customer-email-details", EXAMPLE, {}).text
    for said in ("We are sorry.", "What happened:", "so that it does not happen again:\n- Raise the pool limit"):
        assert said in full


@given(st.sampled_from([*KINDS]), st.dictionaries(st.sampled_from([*FACTS]), words))
def test_facts_are_text_and_never_template(name: str, known: dict[str, Any]) -> None:
    text = fill(name, known, {}).text
    assert fill(name, known, {}).text == text
    assert len(text) <= LONGEST + 60 * len(known)
    assert "{{" not in text or any("{{" in value for value in known.values())


def test_only_phrases_are_blanks() -> None:
    text = "[sic] [link](https://x) [Update] [a phrase to fill in] [x\ny]"
    assert blanks(text) == ("[a phrase to fill in]",)


@given(st.text(alphabet="a&\n <", max_size=9000))
def test_a_long_text_is_cut_into_blocks_without_losing_anything(text: str) -> None:
    found = pieces(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(len(one) <= PIECE for one in found)
