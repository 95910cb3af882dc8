"""A team's own wordings: what is taken, and what people read when one is broken."""

from pathlib import Path

import pytest

from bot.config_file import ConfigError, read_policy


def written(folder: Path, **templates: str) -> Path:
    (folder / "words").mkdir()
    for name, text in templates.items():
        (folder / "words" / f"{name.replace('_', '-')}.j2").write_text(text)
    file = folder / "sitrep.toml"
    file.write_text('[comms]\ntemplates = "words"\n')
    return file


def test_a_teams_templates_are_read_from_the_folder_beside_the_file(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, first_notice="{{ service }} is down", partner_notice="Dear partner"))
    assert policy.templates == {"first-notice": "{{ service }} is down", "partner-notice": "Dear partner"}


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("update", "one\n{% if impact %}", "words/update.j2 line 2: cannot be read: "),
        (
            "update",
            "one\n\n{{ impct }}",
            "words/update.j2 line 3: names “impct”, which is no fact; did you mean “impact”?",
        ),
        (
            "update",
            "one\n{{ ''.__class__ }}",
            "words/update.j2 line 2: cannot be filled: access to attribute '__class__'",
        ),
        ("update", "{{ 'a' * 4000 }}", "words/update.j2 line 1: makes a text of 4000 characters; a form holds 3000"),
        ("customers_email", "Hello", "words/customers-email.j2 has nearly the name of customer-email.j2"),
        ("Update", "Hello", "words/Update.j2 may have lower-case letters"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_policy(written(tmp_path, **{name: text}))
    [found] = caught.value.problems
    assert found.startswith(problem)


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "sitrep.toml"
    file.write_text('[comms]\ntemplates = "nowhere"\n')
    with pytest.raises(ConfigError, match=r"sitrep\.toml line 2: .* there is no folder there"):
        read_policy(file)
