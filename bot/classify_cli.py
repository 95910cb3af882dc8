"""`sitrep classify`: the severity classifier in a terminal, asked by a person or answered by a script.

Exit codes: 0 a severity was found, 2 an answer is missing or not understood.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Console
from rich.prompt import Confirm

from workflows import classifier
from workflows.classifier import Walk
from workflows.errors import SitrepError
from workflows.policy import Policy

MISSING: Final = 2  # the exit code
YES: Final = frozenset({"yes", "y", "true", "1"})
NO: Final = frozenset({"no", "n", "false", "0"})


class NotAnswered(SitrepError):
    """A script left out an answer, or gave one that is none. The message says which are wanted."""


def classify(policy: Policy, given: Iterable[str], *, as_json: bool, ask: bool) -> str:
    """What to print. `given` are `key=yes` or `key=no`; with `ask`, a person is asked for the rest.

    Raises `NotAnswered`.
    """
    answers = read(policy, given)
    walk = classifier.walk(policy, answers)
    console = Console(stderr=True)
    while walk.question is not None:
        if not ask:
            raise NotAnswered(
                f"One answer is missing: {walk.question.ask} Add --answer {walk.question.key}=yes or "
                f"--answer {walk.question.key}=no."
            )
        if walk.question.hint:
            console.print(f"[dim]{walk.question.hint}[/dim]")
        answers[walk.question.key] = Confirm.ask(walk.question.ask, console=console)
        walk = classifier.walk(policy, answers)
    return as_object(walk, policy) if as_json else in_words(walk, policy)


def read(policy: Policy, given: Iterable[str]) -> dict[str, bool]:
    """Raises `NotAnswered` for a question that there is not, and for what is neither yes nor no."""
    keys = [question.key for question in classifier.tree(policy)]
    found: dict[str, bool] = {}
    for one in given:
        key, _, answer = one.partition("=")
        if key not in keys:
            raise NotAnswered(f"There is no question “{key}”. There are {', '.join(keys)}.")
        if answer.lower() not in YES | NO:
            raise NotAnswered(f"“{one}” is neither yes nor no: --answer {key}=yes or --answer {key}=no.")
        found[key] = answer.lower() in YES
    return found


def in_words(walk: Walk, policy: Policy) -> str:
    """The level with what it means, and why."""
    severity = policy.severity(walk.level)
    means = f": {severity.name}. {severity.definition}." if severity else ""
    lines = [f"{walk.level}{means}"]
    lines += [f"  {step.question.ask} {'Yes' if step.answer else 'No'}." for step in walk.steps]
    return "\n".join([*lines, f"sitrep incident declare {walk.level.lower()} … declares it."])


def as_object(walk: Walk, policy: Policy) -> str:
    """For scripts: the level, what it means, and each question with its answer."""
    severity = policy.severity(walk.level)
    content: Mapping[str, object] = {
        "severity": walk.level,
        "name": severity.name if severity else "",
        "definition": severity.definition if severity else "",
        "answers": [
            {"key": step.question.key, "asked": step.question.ask, "answer": step.answer} for step in walk.steps
        ],
    }
    return json.dumps(content, ensure_ascii=False)
