"""The classifier's questions in `sitrep.toml`."""

from pathlib import Path

import pytest

from bot.config_file import ConfigError, read_policy
from workflows import classifier
from workflows.policy import Policy, default_policy

OWN = """
[[question]]
key = "money"
ask = "Is money lost?"
yes = "SEV0"
no = "noticed"

[[question]]
key = "noticed"
ask = "Does anybody notice?"
yes = "sev2"
no = "p3"
"""


def read(folder: Path, text: str) -> Policy:
    (folder / "sitrep.toml").write_text(text)
    return read_policy(folder / "sitrep.toml")


def test_questions_of_a_team_are_asked_instead_of_the_usual_ones(tmp_path: Path) -> None:
    policy = read(tmp_path, OWN)
    assert [one.key for one in classifier.tree(policy)] == ["money", "noticed"]
    assert classifier.walk(policy, {"money": False, "noticed": True}).level == "SEV2"


def test_severities_of_a_team_are_reached_by_the_usual_questions(tmp_path: Path) -> None:
    levels = "".join(f'[[severity]]\nlevel = "{one}"\nname = "{one}"\n' for one in ("Red", "Amber", "Green"))
    policy = read(tmp_path, f'default_severity = "Amber"\n{levels}')
    assert classifier.walk(policy, {"down": True}).level == "Red"
    assert classifier.walk(policy, {"down": False, "major": True, "workaround": True}).level == "Amber"
    assert classifier.walk(policy, {"down": False, "major": False, "customers": False}).level == "Green"


def test_the_other_scheme_has_its_own_tree(tmp_path: Path) -> None:
    assert read(tmp_path, 'scheme = "sev1-4"').questions == default_policy("sev1-4").questions


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('no = "p3"', 'no = "p7"', 'line 12: [question] (entry 2) no "p7" is neither a severity nor the key'),
        ('no = "p3"', 'no = "money"', 'line 3: [question] (entry 1) key "money" is asked again after its own answer'),
        ('no = "noticed"', 'no = "SEV1"', 'line 9: [question] (entry 2) key "noticed" is never asked'),
        ('key = "noticed"', 'key = "sev3"', 'line 9: [question] (entry 2) key "sev3" is a severity'),
    ],
)
def test_questions_that_lead_nowhere_are_found_with_their_line(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as found:
        read(tmp_path, OWN.replace(old, new))
    assert any(sentence in problem for problem in found.value.problems), found.value.problems
