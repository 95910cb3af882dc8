"""What a drill is about: a scenario with what happens in it when. Shipped ones are files in `workflows/scenarios/`.

Texts are plain here; they become Slack's encoding when a drill begins.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

from rapidfuzz import fuzz, process

LENGTH: Final = re.compile(r"(?:\d{1,4}[hms])+")


@dataclass(frozen=True, kw_only=True)
class Beat:
    """An inject: what happens, how long after the drill began, and who or what says it."""

    after: timedelta
    text: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`key` is what people type, or `INC-7` for a replay. `beats` are in the order in which they happen.

    Game-day fields may be empty: the steady state that should hold, what may be touched, when everybody stops.
    """

    key: str
    title: str
    summary: str
    severity: str = ""  # empty, or one that is not configured: the usual one
    service: str = ""
    hypothesis: str = ""
    blast_radius: str = ""
    abort_rule: str = ""
    expects_handoff: bool = False
    beats: tuple[Beat, ...] = ()

    @property
    def length(self) -> timedelta:
        """From the beginning to the last inject."""
        return self.beats[-1].after if self.beats else timedelta(0)


def length_of(text: str) -> timedelta | None:
    """`90s`, `5m`, `1h30m` or `0m`; `None` when it is no length."""
    if LENGTH.fullmatch(text) is None:
        return None
    units = {"h": "hours", "m": "minutes", "s": "seconds"}
    return sum((timedelta(**{units[unit]: int(n)}) for n, unit in re.findall(r"(\d+)([hms])", text)), timedelta())


def read(key: str, table: Mapping[str, Any]) -> Scenario:
    """A scenario from a file whose shape has been checked (`bot.config_drills`)."""
    beats = [
        Beat(after=length_of(one["at"]) or timedelta(0), text=one["text"].strip(), source=one.get("by", ""))
        for one in table["inject"]
    ]
    words = {
        name: str(table.get(name, "")).strip()
        for name in ("title", "summary", "severity", "service", "hypothesis", "blast_radius", "abort_rule")
    }
    handoff = bool(table.get("expects_handoff", False))
    return Scenario(key=key, **words, expects_handoff=handoff, beats=tuple(sorted(beats, key=lambda one: one.after)))


def shipped() -> tuple[Scenario, ...]:
    """The starters that ship with Sitrep, by key."""
    folder = files("workflows") / "scenarios"
    found = sorted(
        (one.name, one.read_text(encoding="utf-8")) for one in folder.iterdir() if one.name.endswith(".toml")
    )
    return tuple(read(name.removesuffix(".toml"), tomllib.loads(text)) for name, text in found)


def faster(scenario: Scenario, times: float) -> Scenario:
    """The same with shorter distances."""
    if times == 1:
        return scenario
    return replace(scenario, beats=tuple(replace(beat, after=beat.after / times) for beat in scenario.beats))


def called(known: Iterable[Scenario], typed: str) -> Scenario | None:
    """The scenario that somebody means who types its key or title, the beginning of it, or nearly so."""
    names = {bare(name): one for one in known for name in (one.key, one.title)}
    wanted = bare(typed)
    if wanted in names or not wanted:
        return names.get(wanted)
    begun = {one.key: one for name, one in names.items() if name.startswith(wanted)}
    if len(begun) == 1:
        return next(iter(begun.values()))
    near = process.extractOne(wanted, list(names), scorer=fuzz.ratio, score_cutoff=80)
    return names[near[0]] if near else None


def bare(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())
