"""Times to come, as people promise them: `15:30`, `tomorrow 9:00`, `in 45 min`, `friday 17:00`. Pure.

A handful of forms on purpose: what is promised outside must mean one thing to everybody.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from workflows.spoken import COUNTS, WEEKDAY, Impossible, at_clock, coming, iso_day, time_of_day

CLOCK: Final = (
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s*(?P<half>[ap]m)\b)?|(?P<hour12>\d{1,2})\s*(?P<half12>[ap]m)\b"
    r"|(?P<word>noon|midnight))(?P<utc>\s*Z\b|\s+(?:UTC|GMT)\b)?"
)
DAY: Final = rf"(?:(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})|(?P<near>today|tonight|tomorrow)|{WEEKDAY})"
LENGTH: Final = (
    r"in\s+(?=\d|an?\b|one\b|two\b|three\b)(?:(?P<hours>\d{1,3}|an?|one|two|three)\s*(?:h|hrs?|hours?)(?![a-z])\s*)?"
    r"(?:(?:and\s+)?(?P<minutes>\d{1,3})\s*(?:m|mins?|minutes?)\b)?(?:(?P<days>\d{1,2}|an?|one|two|three)\s*days?\b)?"
)
WHEN: Final = (
    rf"(?P<when>(?P<length>{LENGTH})|(?:(?:on\s+)?{DAY}(?:\s*,?\s*(?:at\s+|T)?{CLOCK})?)"
    rf"|(?:at\s+)?{CLOCK.replace('(?P<', '(?P<only_')}(?:\s+(?P<after>today|tomorrow))?)"
)
UNTIL: Final = re.compile(rf"(?i)^\s*(?:(?:by|until|till|before|at|around|~)\s+)?{WHEN}\s*[.!]?\s*$")
TO: Final = r"(?:\s+to\s+(?P<whom>[^\n]{1,120}?))?"
TO_AFTER: Final = r"(?:\s+(?:to|for)\s+(?P<whom_after>[^\n]{1,120}?))?"
FIX: Final = r"(?:\s+for\s+(?:the\s+|a\s+)?(?:fix|repair|recovery|rollback|resolution))?"
MAYBE: Final = re.compile(r"(?i)\beta\b|\bnext\s{1,3}(?:external\s)?update\b")
AT_END: Final = re.compile(
    rf"(?is)(?:^|[\s,;.:–-])(?P<what>eta{FIX}|next\s+(?:external\s+)?update)\s*(?::|is|by|at|=|~)?\s*{TO}"
    rf"(?:\s+(?:by|until|at|is)\b)?\s*{WHEN}{TO_AFTER}\s*[.!]?\s*$"
)
IN_TEXT: Final = re.compile(rf"(?is)^(?P<text>.+?){TO}\s+(?:by|until|till|before|at)?\s*{WHEN}{TO_AFTER}\s*[.!]?\s*$")
TAIL: Final = 250  # characters at the end of an update in which a promise is looked for
LONGEST: Final = 600
END_OF_DAY: Final = time(17, 0)  # a day without a time
JUST_PASSED: Final = timedelta(hours=6)  # a bare time that passed so lately is a slip, not one of tomorrow


@dataclass(frozen=True, kw_only=True)
class Promised:
    """`text` is what was promised, `to_whom` may be empty; `rest` is what the sentence said besides."""

    text: str
    to_whom: str
    due_at: datetime
    rest: str = ""


def until(typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The time that is meant, nothing when it is none. Raises `Impossible` for one that cannot be, or has passed."""
    match = UNTIL.match(calm(typed)[:100])
    return None if match is None else meant(match, now, zone)


def at_end(text: str, now: datetime, zone: tzinfo) -> Promised | None:
    """`Rolled back, watching. ETA 15:30 to customers`: a promise at the end of an update. Raises `Impossible`."""
    begins = text.rfind(" ", 0, max(0, len(text) - TAIL)) + 1
    match = AT_END.search(calm(text[begins:]))
    if match is None:
        return None
    what = "ETA" if match["what"].lower().startswith("eta") else "Next update"
    rest = (text[:begins] + match.string[: match.start("what")]).rstrip(" ,:–-")
    return Promised(text=what, to_whom=whom(match), due_at=meant(match, now, zone), rest=rest)


def in_text(text: str, now: datetime, zone: tzinfo) -> Promised | None:
    """`full report to Acme by friday 12:00`: a promise by itself. Raises `Impossible`."""
    match = IN_TEXT.match(calm(text)[:LONGEST])
    if match is None:
        return None
    return Promised(text=match["text"].strip(" ,:–-"), to_whom=whom(match), due_at=meant(match, now, zone))


def calm(text: str) -> str:
    """The text without runs of blanks, in which a pattern could lose itself."""
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[^\S\n]+", " ", text)).strip()


def whom(match: re.Match[str]) -> str:
    return (match["whom"] or match["whom_after"] or "").strip(" .!,")


def meant(match: re.Match[str], now: datetime, zone: tzinfo) -> datetime:
    """The instant in UTC. A bare time is the next one that comes; a bare day ends at five in the afternoon."""
    typed = match["when"].strip()
    if match["length"]:
        return now + length(match, typed)
    prefix = "only_" if match["only_hour"] or match["only_hour12"] or match["only_word"] else ""
    where = UTC if match[f"{prefix}utc"] else zone
    today = now.astimezone(where).date()
    clock = clock_meant(match, prefix, typed)
    if prefix and not match["after"]:
        return next_time(today, clock, where, now=now, typed=typed)
    day = today + timedelta(days=(match["after"] or "").lower() == "tomorrow") if prefix else day_meant(match, today)
    at = at_clock(day, clock, where)
    if at <= now:
        raise Impossible(typed)
    return at


def length(match: re.Match[str], typed: str) -> timedelta:
    def count(word: str | None) -> int:
        return 0 if word is None else COUNTS.get(word.lower()) or int(word)

    found = timedelta(hours=count(match["hours"]), minutes=count(match["minutes"]), days=count(match["days"]))
    if not found:
        raise Impossible(typed)
    return found


def clock_meant(match: re.Match[str], prefix: str, typed: str) -> time:
    word = (match[f"{prefix}word"] or "").lower()
    if word:
        return time(12, 0) if word == "noon" else time(23, 59)
    hour_typed = match[f"{prefix}hour"] or match[f"{prefix}hour12"]
    if hour_typed is None:
        return END_OF_DAY
    hour, minute = int(hour_typed), int(match[f"{prefix}minute"] or 0)
    half = (match[f"{prefix}half"] or match[f"{prefix}half12"] or "").lower()
    return time_of_day(hour, minute, half, typed)


def day_meant(match: re.Match[str], today: date) -> date:
    if match["iso"]:
        return iso_day(match["iso"])
    if match["weekday"]:
        return coming(match["weekday"], today, next_week=bool(match["next"]))
    return today + timedelta(days=match["near"].lower() == "tomorrow")


def next_time(today: date, clock: time, where: tzinfo, *, now: datetime, typed: str) -> datetime:
    at = at_clock(today, clock, where)
    if at > now:
        return at
    if now - at < JUST_PASSED:
        raise Impossible(typed)
    return at_clock(today + timedelta(days=1), clock, where)
