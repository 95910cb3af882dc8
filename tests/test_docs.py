"""What the documents say is what the code does."""

import re
from pathlib import Path

import commands
from bot.__main__ import cli
from workflows.lifecycle import TRANSITIONS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_diagram_in_the_readme_is_the_table_of_transitions() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (\w+)$", README, re.MULTILINE))

    assert drawn == {(origin, target, action) for (origin, action), target in TRANSITIONS.items()}


def test_the_readme_names_every_word_that_people_can_type() -> None:
    table = README.partition("## What people type")[2].partition("## ")[0]

    assert [word for word in commands.SUBCOMMANDS if f"`{word}" not in table and f"/incident {word}" not in table] == []


def test_the_readme_names_every_command_of_the_command_line() -> None:
    names = {
        command.name or (command.callback.__name__ if command.callback else "") for command in cli.registered_commands
    }

    assert [name for name in names if f"`sitrep {name}" not in README] == []


def test_every_word_and_every_file_that_the_documents_name_exists() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = path.read_text()
        typed = set(re.findall(r"/incident ([a-z][a-z-]*)", text))
        named = set(re.findall(r"\]\((?!http)([^)#\s]+)", text))

        assert [word for word in typed if not commands.is_word(word)] == [], path.name
        assert [link for link in named if not (path.parent / link).exists()] == [], path.name


def test_every_decision_has_a_date_and_a_reason() -> None:
    lines = (ROOT / "docs" / "decisions.md").read_text().splitlines()[4:]

    assert [line for line in lines if line and not re.match(r"- \d{4}-\d\d-\d\d \*\*.+\*\*.*\S", line)] == []


def test_no_synonym_means_two_things() -> None:
    names = [name for one in commands.SUBCOMMANDS.values() for name in (one.word, *one.synonyms)]

    assert len(names) == len(set(names))
