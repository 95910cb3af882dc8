"""`sitrep classify`: for people at a terminal, and for scripts."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.classify_cli import NotAnswered, classify
from workflows.policy import default_policy


def test_a_script_gives_the_answers_and_gets_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["classify", "-a", "down=no", "-a", "major=yes", "-a", "workaround=no", "--json"])

    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["severity"] == "SEV0"
    assert found["name"] == "Critical outage"
    assert [(one["key"], one["answer"]) for one in found["answers"]] == [
        ("down", False),
        ("major", True),
        ("workaround", False),
    ]


def test_a_missing_answer_ends_with_code_2_and_the_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["classify", "--answer", "down=no"])

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Is major functionality degraded? Add --answer major=yes" in done.stderr


@pytest.mark.parametrize(
    ("given", "sentence"),
    [("weather=yes", "There is no question “weather”. There are down, major"), ("down=maybe", "neither yes nor no")],
)
def test_what_is_no_answer_gets_a_sentence(given: str, sentence: str) -> None:
    with pytest.raises(NotAnswered, match=sentence):
        classify(default_policy(), [given], as_json=False, ask=False)


def test_the_answer_explains_itself_in_words_in_every_scheme() -> None:
    said = classify(default_policy("sev1-4"), ["down=no", "major=no", "customers=no"], as_json=False, ask=False)

    assert said.startswith("SEV4: Low.")
    assert "  Are customers impacted? No." in said
    assert said.endswith("sitrep incident declare sev4 … declares it.")
