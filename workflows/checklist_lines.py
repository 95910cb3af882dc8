"""The timeline's lines about a runbook's steps, and the one line that stands for all of them in a briefing. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from storage.models import Checklist, ChecklistStep
from workflows import mrkdwn
from workflows.timeline import TimelineLine
from workflows.words import escape, in_line

STEPS: Final = "steps"  # the kind of a line that stands for several; never stored
STARTED: Final = re.compile(r"Started the runbook “(?P<title>.*)”, (?P<steps>\d+) steps")
TICKED: Final = re.compile(
    r"(?P<state>Done|Not done after all): step (?P<number>\d+) of “(?P<title>.*?)”: (?P<text>.*)", re.DOTALL
)


def started_line(title: str, steps: int) -> str:
    return f"Started the runbook “{escape(title)}”, {steps} steps"


def ticked_line(checklist: Checklist, step: ChecklistStep, *, done: bool) -> str:
    state = "Done" if done else "Not done after all"
    return f"{state}: step {step.number} of “{escape(checklist.title)}”: {first_line(step.text)}"


def first_line(text: str) -> str:
    """A step in a few words, without its commands."""
    line = next((line for line in text.split("\n") if line.strip() and not line.startswith(mrkdwn.FENCE)), "")
    return in_line(line, 200)


def folded(lines: Sequence[TimelineLine]) -> list[TimelineLine]:
    """The lines, with one for all steps of a runbook where the last of them was ticked.

    `Runbook “Database failover”: 4 of 9 steps done, last: promote the replica`.
    """
    kept: list[TimelineLine] = []
    summed: dict[str, TimelineLine] = {}
    how_many: dict[str, str] = {}
    done: dict[str, dict[str, str]] = {}
    for line in lines:
        began, ticked = STARTED.fullmatch(line.text), TICKED.fullmatch(line.text)
        if began is not None:
            how_many[began["title"]] = began["steps"]
        if ticked is None:
            kept.append(line)
            continue
        title, number = ticked["title"], ticked["number"]
        steps = done.setdefault(title, {})
        steps.pop(number, None)
        if ticked["state"] == "Done":
            steps[number] = ticked["text"]
        summed[title] = replace(line, kind=STEPS, text=progress(title, steps, how_many.get(title, "")))
    return sorted([*kept, *summed.values()], key=lambda line: line.at)


def progress(title: str, done: dict[str, str], how_many: str) -> str:
    of = f" of {how_many}" if how_many else ""
    last = f", last: {list(done.values())[-1]}" if done else ""
    return f"Runbook “{title}”: {len(done)}{of} steps done{last}"
