"""The section `[permissions]`: what it says, and what people read when it cannot be used."""

from pathlib import Path

import pytest

from bot.config_file import ConfigError, read_policy
from workflows.permissions import who_may
from workflows.policy import PERMISSIONS, Policy


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sitrep.toml"


def read(file: Path, text: str) -> Policy:
    file.write_text(text, encoding="utf-8")
    return read_policy(file)


def test_what_is_not_said_is_as_before_and_groups_become_their_people(file: Path) -> None:
    policy = read(
        file,
        """
        [groups]
        oncall = ["U024BE7LH", "S0614TZR7"]
        [permissions]
        change = ["roles"]
        severity = ["ic", "oncall"]
        """,
    )
    assert who_may(policy, "severity") == ("ic", "U024BE7LH", "S0614TZR7")
    assert who_may(policy, "note") == ("roles",)
    assert who_may(policy, "status") == ("anyone",)
    assert who_may(policy, "close") == PERMISSIONS["close"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[permissions]\nclsoe = ["ic"]', 'line 2: [permissions] clsoe is no word of /incident: did you mean "close"?'),
        (
            '[permissions]\nclose = ["admin"]',
            'line 2: [permissions] close "admin" is nobody here: did you mean "admins"?',
        ),
        ('[permissions]\nclose = "ic"', "line 2: [permissions] close must be a list in square brackets"),
        ('[permissions]\ndeclare = ["ic"]', "declare is about no incident yet"),
    ],
)
def test_words_that_mean_nothing_are_refused_with_their_line(file: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    assert sentence in str(caught.value)
