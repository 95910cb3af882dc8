"""The ladder of reminders: when to ask again, and whom. Pure: the same times give the same rungs.

A ladder is climbed from the moment an update was due. After its last rung the severity's cadence passes, then it
is climbed again. The rungs of all climbs are counted through, so "how many have passed" says everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.policy import ROLES, Rung


@dataclass(frozen=True, kw_only=True)
class Climb:
    """Where a ladder stands. `rung` is the one to tell now, if any; `passed` counts the rungs that have had their time.

    `next_at` is when to look again; empty when there is nothing left to come.
    """

    rung: int | None
    passed: int
    next_at: datetime | None


def climb(ladder: Sequence[Rung], since: datetime, now: datetime, *, told: int, every: timedelta | None) -> Climb:
    """Which rung matters now, when `told` rungs had passed at the last look.

    After a long silence of our own that is the highest of those that were missed: one, never a row of them.
    `every` is the severity's cadence; without one the ladder is climbed once.
    """
    passed = rungs_passed(ladder, since, now, every)
    return Climb(
        rung=highest(ladder, told, passed),
        passed=passed,
        next_at=rung_time(ladder, since, passed, every),
    )


def rungs_passed(ladder: Sequence[Rung], since: datetime, now: datetime, every: timedelta | None) -> int:
    """How many rungs, counted through all climbs, have had their time."""
    climbs, into_climb = 0, now - since
    if every and into_climb >= timedelta(0):
        climbs, into_climb = divmod(into_climb, period(ladder, every))
    return climbs * len(ladder) + sum(rung.after <= into_climb for rung in ladder)


def rung_time(ladder: Sequence[Rung], since: datetime, number: int, every: timedelta | None) -> datetime | None:
    """When rung `number`, counted from 0 through all climbs, has its time."""
    climbs, rung = divmod(number, len(ladder))
    if climbs and not every:
        return None
    return since + climbs * period(ladder, every or timedelta(0)) + ladder[rung].after


def period(ladder: Sequence[Rung], every: timedelta) -> timedelta:
    """From the beginning of one climb to the next: the ladder's height, then the cadence."""
    return ladder[-1].after + every


def highest(ladder: Sequence[Rung], told: int, passed: int) -> int | None:
    """The highest of the rungs between two looks."""
    return max(missed(ladder, told, passed), default=None)


def missed(ladder: Sequence[Rung], told: int, passed: int) -> list[int]:
    """The rungs between two looks, of the last climb's length at most."""
    return [number % len(ladder) for number in range(max(told, passed - len(ladder)), passed)]


def announced(ladder: Sequence[Rung], told: int, passed: int) -> bool:
    """Whether a rung between two looks speaks to the announcement channel."""
    return any("announce" in ladder[rung].tell for rung in missed(ladder, told, passed))


def words_up_to(ladder: Sequence[Rung], rung: int) -> tuple[str, ...]:
    """The audiences of a rung and of those below it: who was asked first stays asked."""
    return tuple(dict.fromkeys(word for one in ladder[: rung + 1] for word in one.tell))


def audience(words: Sequence[str], roles: Mapping[str, Sequence[str]], declarer: str) -> tuple[str, ...]:
    """The people behind the words. A role that nobody holds is skipped; when nobody is left, it is the declarer."""
    wanted = [role for word in words for role in (ROLES if word == "roles" else (word,))]
    people = [user for role in wanted for user in roles.get(role, ())]
    return tuple(dict.fromkeys(people)) or (declarer,)
