"""Days and times as people type them. Pure: what "today" and "now" are is handed in.

A handful of forms on purpose: a library that accepts more would also find dates in "2 pods" and "may fail".
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MONTH: Final = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY: Final = (
    r"(?P<next>next\s+)?(?P<weekday>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)"
)
ISO: Final = r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
DAY: Final = (
    rf"(?:{ISO}|(?P<near>today|tonight|tomorrow|eod|eow|(?:the\s+)?end\s+of\s+(?:the\s+)?(?:day|week)|next\s+week)"
    rf"|{WEEKDAY}|(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+{MONTH.format('month1')}(?:,?\s+(?P<year1>\d{{4}}))?"
    rf"|{MONTH.format('month2')}\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year2>\d{{4}}))?)"
)
DUE: Final = re.compile(
    rf"(?i)(?<![*_~`])[*_~`]*(?<!\w)(?:due\s+by|due\s+on|due|by|until|till|before)\s+{DAY}(?!\w)[*_~`]*"
)
LAST_ISO: Final = re.compile(rf"(?<!\S){ISO}\W*$")
IN_DAYS: Final = re.compile(r"(?i)(?<!\w)(?:with)?in\s+(?P<count>\d{1,3}|an?|one|two|three)\s+(?P<unit>day|week)s?\W*$")
COUNTS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}


class Impossible(ValueError):
    """A day or time that does not exist. The message is what was typed."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """`day` is when something is due, if the text says so; `rest` is the text without that."""

    day: date | None
    rest: str


def find_due(text: str, today: date) -> Due:
    """`… by friday`, `… by 1 Dec`, `… until 2026-12-01`, `… in 3 days`. A day without a year is the next such day.

    Raises `Impossible` for a day that no calendar has.
    """
    match = DUE.search(text)
    if match is not None:
        return Due(day=day_meant(match, today), rest=without(text, match))
    match = LAST_ISO.search(text)
    if match is not None:
        return Due(day=iso_day(match["iso"]), rest=without(text, match))
    match = IN_DAYS.search(text)
    if match is not None:
        count = COUNTS.get(match["count"].lower()) or int(match["count"])
        days = count * (7 if match["unit"].lower() == "week" else 1)
        return Due(day=today + timedelta(days=days), rest=without(text, match))
    return Due(day=None, rest=text.strip())


def without(text: str, match: re.Match[str]) -> str:
    rest = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"
    return re.sub(r"\s+([.,;:!?])", r"\1", rest).strip(" ,;:–-(")


def day_meant(match: re.Match[str], today: date) -> date:
    if match["iso"]:
        return iso_day(match["iso"])
    if match["near"]:
        return near_day(" ".join(match["near"].lower().split()), today)
    if match["weekday"]:
        return coming(match["weekday"], today, next_week=bool(match["next"]))
    month, day, year = (match["month1"], match["day1"], match["year1"])
    if not month:
        month, day, year = (match["month2"], match["day2"], match["year2"])
    return month_day(match[0], MONTHS.index(month[:3].lower()) + 1, int(day), int(year) if year else None, today)


def iso_day(typed: str) -> date:
    year, month, day = (int(part) for part in typed.split("-"))
    return exact(typed, year, month, day)


def exact(typed: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Impossible(typed) from error


def month_day(typed: str, month: int, day: int, year: int | None, today: date) -> date:
    """The day in that year, or the next time there is such a day."""
    if year is not None:
        return exact(typed, year, month, day)
    if (month, day) == (2, 29):
        leap = next(year for year in range(today.year, today.year + 9) if is_leap(year) and date(year, 2, 29) >= today)
        return date(leap, 2, 29)
    found = exact(typed, today.year, month, day)
    return found if found >= today else exact(typed, today.year + 1, month, day)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def near_day(words: str, today: date) -> date:
    if words == "tomorrow":
        return today + timedelta(days=1)
    if words == "next week":
        return coming("mon", today, next_week=False)
    if words == "eow" or words.endswith("week"):
        return today + timedelta(days=(4 - today.weekday()) % 7)  # Friday; at the weekend the coming one
    return today


def coming(weekday: str, today: date, *, next_week: bool) -> date:
    """The next such day after today; `next friday` is the one in the week that begins next Monday."""
    wanted = WEEKDAYS.index(weekday[:3].lower())
    if next_week:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?:\s*(?P<half>[ap]m)\b)?(?P<utc>\s*Z\b|\s+UTC\b)?"
MOMENT: Final = re.compile(
    rf"(?i)^\s*(?:at\s+)?(?:(?P<day>\d{{4}}-\d{{1,2}}-\d{{1,2}}|yesterday|today)[T\s,]+)?{CLOCK}(?!\w)[\s,:–-]*"
)
EXACT: Final = re.compile(
    r"(?i)^\s*(?:at\s+)?(?P<at>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2}))(?!\w)[\s,:–-]*"
)
AGO: Final = re.compile(
    r"(?i)^\s*(?P<count>\d{1,4})\s*(?P<unit>m|h|d)(?:in|ins|inutes?|rs?|ours?|ays?)?\s+ago(?!\w)[\s,:–-]*"
)
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
LATENESS: Final = timedelta(minutes=5)  # a clock that is a little fast, or somebody who rounds up, means now


@dataclass(frozen=True, kw_only=True)
class Moment:
    """`at` is the time that the text begins with, if it does; `rest` is the text without it."""

    at: datetime | None
    rest: str


def find_moment(text: str, now: datetime, zone: tzinfo) -> Moment:
    """`14:05 rolled back`, `yesterday 23:10 …`, `2026-11-20 23:10 …`, in this zone unless it says UTC; `20 min ago …`.

    ISO 8601 with its offset is exact. A bare time is the last one that has passed.
    Raises `Impossible` for a time that no clock shows or that is to come.
    """
    exactly = EXACT.match(text)
    if exactly is not None:
        return Moment(at=passed(iso_moment(exactly["at"]), now, exactly["at"]), rest=text[exactly.end() :].strip())
    ago = AGO.match(text)
    if ago is not None:
        at = now - timedelta(**{UNITS[ago["unit"].lower()]: int(ago["count"])})
        return Moment(at=at, rest=text[ago.end() :].strip())
    match = MOMENT.match(text)
    if match is None:
        return Moment(at=None, rest=text.strip())
    typed = match[0].strip(" ,:–-")
    where = UTC if match["utc"] else zone
    today = now.astimezone(where).date()
    word = (match["day"] or "").lower()
    clock = clock_meant(match, typed)
    if word and word != "today":
        day = today - timedelta(days=1) if word == "yesterday" else iso_day(word)
        return Moment(at=passed(at_clock(day, clock, where), now, typed), rest=text[match.end() :].strip())
    at = at_clock(today, clock, where)
    if at > now + LATENESS and not word:
        at = at_clock(today - timedelta(days=1), clock, where)
    return Moment(at=passed(at, now, typed), rest=text[match.end() :].strip())


def iso_moment(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Impossible(typed) from error


def clock_meant(match: re.Match[str], typed: str) -> time:
    return time_of_day(int(match["hour"]), int(match["minute"]), (match["half"] or "").lower(), typed)


def time_of_day(hour: int, minute: int, half: str, typed: str) -> time:
    """What a clock shows; `half` is `am`, `pm` or empty. Raises `Impossible`."""
    if half and not 1 <= hour <= 12:
        raise Impossible(typed)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError as error:
        raise Impossible(typed) from error


def at_clock(day: date, clock: time, where: tzinfo) -> datetime:
    try:
        return datetime.combine(day, clock, where).astimezone(UTC)
    except OverflowError as error:
        raise Impossible(f"{day} {clock:%H:%M}") from error


def passed(at: datetime, now: datetime, typed: str) -> datetime:
    """The time, or now when it is only a moment ahead."""
    if at > now + LATENESS:
        raise Impossible(typed)
    return min(at, now)
