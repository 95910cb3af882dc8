"""Options among the words that people type: `--triage`, `--began 13:40`. Pure.

Phones turn two hyphens into one long dash, so that counts, too.
"""

import re
from collections.abc import Collection
from datetime import datetime, tzinfo
from typing import Final

from rapidfuzz import process

from workflows import spoken
from workflows.errors import UserError
from workflows.words import escape

DASHES: Final = r"(?<!\S)(?:--|[—–])"
OPTION: Final = re.compile(rf"{DASHES}(?P<name>[A-Za-z][\w-]*)")
QUOTE: Final = re.compile(r"^\s*[\"“']")
UNQUOTE: Final = re.compile(r"^\s*[\"”']")


def pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?i){DASHES}{re.escape(name)}(?![\w-])[:=]?\s*")


def find_flag(text: str, *names: str) -> tuple[bool, str]:
    """Whether one of these options is there, and the text without it."""
    found = False
    for name in names:
        match = pattern(name).search(text)
        if match is not None:
            found, text = True, joined(text[: match.start()], text[match.end() :])
    return found, text


def find_moment(text: str, now: datetime, zone: tzinfo, *names: str) -> tuple[datetime | None, str]:
    """The time behind one of these options, in `zone` unless it says otherwise, and the text without both.

    Raises `UserError` when what stands there is no time that has passed.
    """
    match = next((found for name in names if (found := pattern(name).search(text)) is not None), None)
    if match is None:
        return None, text
    after = OPTION.search(text, match.end())
    behind = after.start() if after is not None else len(text)
    tail = QUOTE.sub("", text[match.end() : behind])
    try:
        moment = spoken.find_moment(tail, now, zone)
    except spoken.Impossible as impossible:
        raise UserError(not_a_time(str(impossible), names[0], zone)) from impossible
    if moment.at is None:
        raise UserError(not_a_time(" ".join(tail.split()[:2]), names[0], zone))
    rest = joined(UNQUOTE.sub("", moment.rest), text[behind:])
    return moment.at, joined(text[: match.start()], rest)


def find_words(text: str, *names: str) -> tuple[dict[str, str], str]:
    """The words behind each of these options, up to the next of them, and the text without any.

    An option with nothing behind it is as if it were not there.
    """
    marks = sorted((match.start(), match.end(), name) for name in names for match in pattern(name).finditer(text))
    if not marks:
        return {}, text.strip()
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    found = {name: text[behind:end].strip() for (_, behind, name), end in zip(marks, ends, strict=True)}
    return {name: words for name, words in found.items() if words}, text[: marks[0][0]].strip()


def not_a_time(typed: str, name: str, zone: tzinfo) -> str:
    said = f"“{escape(typed)}” is not a time that has passed" if typed else "There is no time"
    return (
        f"{said} behind `--{name}`; nothing was done. Times are in {zone}: `--{name} 13:40` is the last time it was "
        f"13:40, `--{name} yesterday 22:10`, `--{name} 2026-11-20 22:10` and `--{name} 20 min ago` work, too."
    )


def refuse_others(text: str, known: Collection[str]) -> None:
    """Raise `UserError` for an option that nobody knows, with the nearest that exists."""
    match = OPTION.search(text)
    if match is None or not match[0].startswith("--"):
        return
    name = match["name"].lower()
    nearest = process.extractOne(name, list(known), score_cutoff=60)
    hint = f"Did you mean `--{nearest[0]}`?" if nearest else f"There are {', '.join(f'`--{one}`' for one in known)}."
    raise UserError(f"I do not know the option `--{escape(name)}`, and nothing was done. {hint}")


def joined(before: str, after: str) -> str:
    return f"{before.strip()} {after.strip()}".strip()
