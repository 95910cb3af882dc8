"""Kinds of duties to report, as data: who is concerned, what starts the clock, which steps follow, where it says so.

Those that ship are the files in `workflows/regimes/`; a team adds its own, see docs/regulatory-clocks.md.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rapidfuzz import fuzz, process

AS_SOON: Final = "asap"  # the law gives no number
SUBMITTED: Final = "submitted:"  # before the key of the step whose submission starts another
IN_FORCE: Final = "in force"
PENDING: Final = "pending"
CONFIDENCE: Final[Mapping[str, str]] = {
    "checked": "checked against the legal text or official guidance",
    "secondary": "from secondary sources",
    "memory": "not checked yet",
    "house": "your own rule",
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """What may start a step. `ask` asks when it happened; with `awareness` it is when people came to know."""

    key: str
    ask: str
    awareness: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One report. `after` is the key of an event, or `submitted:` and that of a step.

    `within` is `72h`, `30d`, `4bd`, `1mo` or `asap`. The backstop is an earlier limit counted from another event; it
    does not hold for an event that came only after it had passed. `only_if` is a condition for people to judge.
    """

    key: str
    what: str
    to: str
    after: str
    within: str = AS_SOON
    only_if: str = ""
    note: str = ""
    backstop_after: str = ""
    backstop_within: str = ""
    remind_before: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A duty to report. Days end at `day_ends` in `time_zone`; `calendar` and `holidays` say which are for business."""

    key: str
    name: str
    concerns: str
    source: str
    confidence: str
    reviewed: str  # ISO 8601 day
    events: tuple[Event, ...]
    steps: tuple[Step, ...]
    area: str = ""
    link: str = ""
    status: str = IN_FORCE
    time_zone: str = "UTC"
    day_ends: str = "23:59"
    calendar: str = ""
    holidays: tuple[str, ...] = ()
    note: str = ""

    def step(self, key: str) -> Step | None:
        return next((one for one in self.steps if one.key == key), None)

    def event(self, key: str) -> Event | None:
        return next((one for one in self.events if one.key == key), None)

    def terms(self) -> dict[str, Any]:
        """As it is kept with a clock: JSON, to be read by `kept`."""
        return asdict(self)


def read(key: str, table: Mapping[str, Any]) -> Kind:
    """A kind from the table of its file, which has been checked."""
    plain = {name: value for name, value in table.items() if name not in ("event", "step", "holidays", "reviewed")}
    return Kind(
        key=key,
        events=tuple(Event(**event) for event in table["event"]),
        steps=tuple(map(read_step, table["step"])),
        holidays=tuple(str(day) for day in table.get("holidays", ())),
        reviewed=str(table["reviewed"]),
        **plain,
    )


def read_step(table: Mapping[str, Any]) -> Step:
    plain = {name: value for name, value in table.items() if name not in ("backstop", "remind_before")}
    backstop = table.get("backstop") or {}
    return Step(
        remind_before=tuple(table.get("remind_before", ())),
        backstop_after=backstop.get("after", ""),
        backstop_within=backstop.get("within", ""),
        **plain,
    )


def kept(terms: Mapping[str, Any]) -> Kind:
    """A kind as it was when a clock was started."""
    steps = tuple(Step(**{**step, "remind_before": tuple(step["remind_before"])}) for step in terms["steps"])
    events = tuple(Event(**event) for event in terms["events"])
    return Kind(**{**terms, "events": events, "steps": steps, "holidays": tuple(terms["holidays"])})


@cache
def shipped() -> tuple[Kind, ...]:
    """The kinds that ship with Sitrep, by key."""
    folder = files("workflows") / "regimes"
    found = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir() if ends_right(file.name))
    return tuple(read(name.removesuffix(".toml"), tomllib.loads(text)) for name, text in found)


def ends_right(name: str) -> bool:
    return name.endswith(".toml")


def in_force(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    return tuple(kind for kind in kinds if kind.status == IN_FORCE)


def called(kinds: Iterable[Kind], typed: str) -> Kind | None:
    """The kind that somebody means who types its key or name, or nearly so."""
    names = {bare(name): kind for kind in kinds for name in (kind.key, kind.name)}
    wanted = bare(typed)
    if wanted in names or not wanted:
        return names.get(wanted)
    begun = {kind.key: kind for name, kind in names.items() if name.startswith(wanted)}
    if len(begun) == 1 and len(wanted) > 2:
        return next(iter(begun.values()))
    near = process.extractOne(wanted, list(names), scorer=fuzz.ratio, score_cutoff=80)
    return names[near[0]] if near else None


def bare(word: str) -> str:
    """A key or name without case, spaces, hyphens and underscores, so that all its spellings are one."""
    return re.sub(r"[\s_-]+", "", word.casefold())
