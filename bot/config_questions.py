"""The classifier's questions in `sitrep.toml`: what is wrong with them, and what they become."""

from collections.abc import Iterator, Sequence

from bot.config_findings import Finding
from bot.config_schema import ConfigFile, QuestionTable
from workflows import classifier
from workflows.policy import Policy
from workflows.severities import Question


def contradictions(shape: ConfigFile, policy: Policy) -> Iterator[Finding]:
    """Questions that lead to nothing, in a circle, or are never asked."""
    for place, field, sentence in classifier.problems(policy.questions, policy) if shape.question else ():
        yield ("question", place, field), sentence


def questions(shape: ConfigFile, preset: Policy) -> tuple[Question, ...]:
    """The team's own; else those of the scheme, unless the team has severities of its own."""
    if shape.question:
        return made(shape.question)
    own_levels = [table.level for table in shape.severity or ()]
    same = not own_levels or own_levels == [severity.level for severity in preset.severities]
    return preset.questions if same else ()


def made(tables: Sequence[QuestionTable]) -> tuple[Question, ...]:
    return tuple(Question(**dict(table)) for table in tables)
