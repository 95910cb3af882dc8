"""When a report is due, and when to remind people of it. Pure.

- `72h`: elapsed hours; weekends and nights count.
- `30d`: calendar days; due when the last of them ends where the authority is.
- `4bd`: business days: Monday to Friday without the calendar's holidays. The day of the event does not count; after an
  event on a day that is none, the first business day that follows is day one. Due when the last of them ends.
- `1mo`: the same day of the next month, or its last day; due when it ends.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from workflows.clocks_kinds import AS_SOON, Kind, Step

LIMIT: Final = re.compile(r"(?P<count>[1-9]\d{0,3})(?P<unit>h|d|bd|mo)")
BEFORE: Final = re.compile(r"(?P<count>[1-9]\d{0,3})(?P<unit>m|h|d)")
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
CALENDARS: Final = ("us-federal",)
DAILY: Final = timedelta(days=1)
LATE: Final = (timedelta(hours=4), timedelta(hours=1))
LONG: Final = timedelta(days=4)  # from then on there is a reminder a day before, too
SATURDAY: Final = 5


@dataclass(frozen=True, kw_only=True)
class Due:
    """`began` is when the step's time began; `at` is empty where the law gives no number.

    `tentative`: the event that it counts from has not been recorded; this is the latest time if it is soon.
    """

    began: datetime
    at: datetime | None
    tentative: bool = False


def due(kind: Kind, step: Step, happened: Mapping[str, datetime]) -> Due | None:
    """When the step is due, given when events happened and reports were submitted (`submitted:<step>`).

    `None`: nothing has started it yet.
    """
    began, held = happened.get(step.after), happened.get(step.backstop_after)
    latest = deadline(kind, step.backstop_within, held) if held is not None else None
    if began is None:
        return None if held is None or latest is None else Due(began=held, at=latest, tentative=True)
    at = deadline(kind, step.within, began)
    if at is not None and latest is not None and began <= latest:
        at = min(at, latest)
    return Due(began=began, at=at)


def deadline(kind: Kind, within: str, began: datetime) -> datetime | None:
    """The end of a limit in UTC; `None` for `asap`."""
    match = LIMIT.fullmatch(within)
    if within == AS_SOON or match is None:
        return None
    count, unit, zone = int(match["count"]), match["unit"], ZoneInfo(kind.time_zone)
    if unit == "h":
        return began + timedelta(hours=count)
    day = began.astimezone(zone).date()
    count_on: Mapping[str, Callable[[date, int], date]] = {
        "d": after_days,
        "mo": after_months,
        "bd": partial(after_business_days, kind),
    }
    last = count_on[unit](day, count)
    return datetime.combine(last, time.fromisoformat(kind.day_ends), zone).astimezone(UTC)


def after_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def after_months(day: date, count: int) -> date:
    """The same day so many months later, or the last one of that month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def after_business_days(kind: Kind, day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_business_day(kind, day)
    return day


def is_business_day(kind: Kind, day: date) -> bool:
    if day.weekday() >= SATURDAY or day.isoformat() in kind.holidays:
        return False
    return kind.calendar != "us-federal" or day not in us_federal(day.year)


def us_federal(year: int) -> frozenset[date]:
    """The days off for the federal holidays of a year: one on a Saturday is kept the day before, on a Sunday the day
    after. Source: 5 U.S.C. 6103 and Executive Order 11582. New Year's Day may be kept on 31 December.
    """
    fixed = [date(year, 1, 1), date(year + 1, 1, 1), date(year, 6, 19), date(year, 7, 4)]
    fixed += [date(year, 11, 11), date(year, 12, 25)]
    moving = [nth(year, 1, 0, 3), nth(year, 2, 0, 3), last_monday(year, 5), nth(year, 9, 0, 1)]
    moving += [nth(year, 10, 0, 2), nth(year, 11, 3, 4)]
    return frozenset([*map(kept_on, fixed), *moving])


def nth(year: int, month: int, weekday: int, number: int) -> date:
    """The n-th such weekday of a month; Monday is 0."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def last_monday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=last.weekday())


def kept_on(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


# Reminders


def length_before(typed: str) -> timedelta:
    """`30m`, `2h` or `7d` as a length. Raises `ValueError`."""
    match = BEFORE.fullmatch(typed)
    if match is None:
        raise ValueError(typed)
    return timedelta(**{UNITS[match["unit"]]: int(match["count"])})


def moments(step: Step, began: datetime, at: datetime) -> list[datetime]:
    """When to remind before a deadline and at it: half and a quarter of its time, 4 h, 1 h, and what the file adds.

    What would come before the time began is left out.
    """
    whole = at - began
    before = {whole / 2, whole / 4, *LATE, timedelta(0), *map(length_before, step.remind_before)}
    if whole > LONG:
        before.add(DAILY)
    return sorted(at - length for length in before if length < whole or not length)


def next_moment(step: Step, began: datetime, at: datetime | None, now: datetime) -> datetime:
    """When to remind next. Past the deadline, and where the law gives no number, once a day."""
    if at is None:
        return daily(began, now)
    coming = next((moment for moment in moments(step, began, at) if moment > now), None)
    return coming or daily(at, now)


def daily(since: datetime, now: datetime) -> datetime:
    """The next time after now that is whole days after `since`."""
    days = max(0, (now - since) // DAILY) + 1
    return since + days * DAILY
