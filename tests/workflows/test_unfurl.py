"""Which incidents a text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.unfurl import Named, named

TEAM = "https://acme.slack.com/"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("INC-7", (7,)),
        ("is inc-7 like INC-8, INC-7?", (7, 8)),
        ("(INC-7): see *INC-8*.", (7, 8)),
        ("INC-7's cause", (7,)),
        ("<https://tickets.example.com/browse/INC-7|INC-7>", ()),
        ("https://tickets.example.com/browse/INC-7", ()),
        ("`INC-7` and ```\nINC-8\n```", ()),
        ("ZINC-7, INC-7.2, INC-7b, INC-7-2, INC 7, INC-", ()),
        ("INC-" + "9" * 12, ()),
    ],
)
def test_numbers_are_named_in_prose_only(text: str, numbers: tuple[int, ...]) -> None:
    assert named(text, TEAM).numbers == numbers


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        (f"<{TEAM}archives/C012AB3CD/p1712345678123456>", ("C012AB3CD",)),
        (f"<{TEAM}archives/C012AB3CD|the channel> and <{TEAM}archives/C012AB3CD/p1>", ("C012AB3CD",)),
        ("<https://other.slack.com/archives/C012AB3CD>", ()),
        (f"<https://evil.example.com/?x={TEAM}archives/C012AB3CD>", ()),
        ("<#C012AB3CD|general>", ()),
        (f"<{TEAM}archives/D012AB3CD/p1>", ()),
    ],
)
def test_links_into_channels_of_this_workspace_are_named(text: str, channels: tuple[str, ...]) -> None:
    assert named(text, TEAM).channels == channels
    assert named(text, "").channels == ()


@given(st.text(), st.integers(1, 999_999))
def test_any_text_is_read_and_a_number_between_spaces_is_found(text: str, number: int) -> None:
    found = named(text.replace("`", "").replace("<", "") + f" INC-{number} ", TEAM)
    assert isinstance(found, Named)
    assert number in found.numbers
