"""When something is to be done, at the end of what somebody types: `restart the workers by 15:30`. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from workflows.promises_until import WHEN, meant

KEYWORD: Final = r"(?:due\s+by|due\s+at|due|by|until|till|before|at)"
AT_END: Final = re.compile(rf"(?is)^(?P<text>.*?)(?:^|[\s,;(–-])(?:(?P<keyword>{KEYWORD})\s+)?{WHEN}[\s.!)]*$")


@dataclass(frozen=True, kw_only=True)
class DueAt:
    """`at` is the instant that the text ends with, if it does; `rest` is the text without it."""

    at: datetime | None
    rest: str


def find_due_at(text: str, now: datetime, zone: tzinfo) -> DueAt:
    """`… by 15:30`, `… by tomorrow 9:00`, `… in 20 min`, `… before 3pm`. A day without a time of day is none of these.

    Raises `spoken.Impossible` for a time that no clock shows, or that has just passed.
    """
    match = AT_END.match(text)
    if match is None or not (match["keyword"] or match["length"]) or not has_clock(match):
        return DueAt(at=None, rest=text)
    return DueAt(at=meant(match, now, zone), rest=match["text"].rstrip(" ,;:–-("))


def has_clock(match: re.Match[str]) -> bool:
    if match["length"]:
        return bool(match["hours"] or match["minutes"])
    named = ("hour", "hour12", "word", "only_hour", "only_hour12", "only_word")
    return any(match[name] for name in named)
