"""The severity classifier: a few yes-or-no questions that lead to a level, and say why. Pure.

The questions are data (`Policy.questions`); the first is asked first. Sources: the severity decision tree of the
mission's documents, and the levels of the two schemes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workflows.policy import Policy, default_policy
from workflows.severities import Question, Severity

Answers = Mapping[str, bool]
"""By the question's key; what was not asked is absent."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A question that was asked, and its answer."""

    question: Question
    answer: bool


@dataclass(frozen=True, kw_only=True)
class Walk:
    """How far the answers lead: either `question` is the one to ask next, or `level` is the result."""

    steps: tuple[Step, ...]
    question: Question | None
    level: str


class Unanswerable(ValueError):
    """The questions lead nowhere: to a level that does not exist, or in a circle. The message names the question."""


def tree(policy: Policy) -> tuple[Question, ...]:
    """The team's questions; without any, those of the usual tree, led to the nearest of the team's severities."""
    return policy.questions or usual(policy.severities)


def usual(severities: Sequence[Severity]) -> tuple[Question, ...]:
    """The usual questions for any list of severities, most severe first."""
    levels = [severity.level for severity in severities]
    last = len(levels) - 1
    nearest = {"SEV0": levels[0], "SEV1": levels[min(1, last)], "SEV3": levels[last]}
    nearest["SEV2"] = levels[min(last, max(1, last - 1))]
    return tuple(
        replace(one, yes=nearest.get(one.yes, one.yes), no=nearest.get(one.no, one.no))
        for one in default_policy().questions
    )


def walk(policy: Policy, answers: Answers) -> Walk:
    """Follow the answers from the first question to a level, or to the first question without an answer.

    Raises `Unanswerable` when the questions themselves are wrong.
    """
    questions = {one.key: one for one in tree(policy)}
    steps: list[Step] = []
    question = tree(policy)[0]
    while question.key in answers:
        if any(step.question.key == question.key for step in steps):
            raise Unanswerable(question.key)
        answer = answers[question.key]
        steps.append(Step(question=question, answer=answer))
        lead = question.yes if answer else question.no
        if lead not in questions:
            severity = policy.severity(lead)
            if severity is None:
                raise Unanswerable(question.key)
            return Walk(steps=tuple(steps), question=None, level=severity.level)
        question = questions[lead]
    return Walk(steps=tuple(steps), question=question, level="")


def explanation(found: Walk) -> str:
    """Why: each question with its answer, on one line, as the timeline keeps it. Plain text."""
    return " · ".join(reasons(found))


def reasons(found: Walk) -> list[str]:
    """Each question with its answer. Plain text."""
    return [f"{step.question.ask} {'Yes' if step.answer else 'No'}." for step in found.steps]


def problems(questions: Sequence[Question], policy: Policy) -> list[tuple[int, str, str]]:
    """What is wrong with a team's own questions: place in the list, field, and a sentence each."""
    found: list[tuple[int, str, str]] = []
    places = {one.key: place for place, one in reversed(list(enumerate(questions)))}
    for place, one in enumerate(questions):
        if places[one.key] != place:
            found.append((place, "key", f'"{one.key}" is the key of a question above'))
        if policy.severity(one.key) is not None:
            found.append((place, "key", f'"{one.key}" is a severity, so nobody could tell which of the two is meant'))
        for field, lead in (("yes", one.yes), ("no", one.no)):
            if lead not in places and policy.severity(lead) is None:
                found.append((place, field, f'"{lead}" is neither a severity nor the key of a question'))
    return found or [(place, "key", sentence) for place, sentence in detours(questions, places)]


def detours(questions: Sequence[Question], places: Mapping[str, int]) -> list[tuple[int, str]]:
    """Questions that lead back to one asked before, or that nothing leads to."""
    reached: set[str] = set()
    circles: set[str] = set()

    def follow(key: str, above: frozenset[str]) -> None:
        if key not in places:
            return
        if key in above:
            circles.add(key)
            return
        if key in reached:
            return
        reached.add(key)
        question = questions[places[key]]
        for lead in (question.yes, question.no):
            follow(lead, above | {key})

    follow(questions[0].key, frozenset())
    round_and_round = [(places[key], f'"{key}" is asked again after its own answer') for key in sorted(circles)]
    never = [
        (place, f'"{key}" is never asked: no answer leads to it') for key, place in places.items() if key not in reached
    ]
    return [*round_and_round, *never]


def packed(answers: Answers) -> str:
    """`down=no,major=yes`: answers as they travel with a form."""
    return ",".join(f"{key}={'yes' if answer else 'no'}" for key, answer in answers.items())


def unpacked(text: str) -> dict[str, bool]:
    """What `packed` made."""
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {key: answer == "yes" for key, _, answer in pairs}
