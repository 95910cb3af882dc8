"""Duties to report: `[clocks]`, and the team's own kinds in the folder that it names."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError

from bot.config_findings import ConfigError, Finding, NoFolder, located, parsed, shape_problems, text_of
from bot.config_schema import (
    Calendar,
    Confidence,
    ConfigFile,
    Filled,
    NoOrAddress,
    Section,
    Standing,
    Zone,
    is_reachable,
)
from bot.config_services import did_you_mean
from workflows.clocks_due import BEFORE, LIMIT
from workflows.clocks_kinds import AS_SOON, IN_FORCE, SUBMITTED, Kind, in_force, shipped
from workflows.clocks_kinds import read as read_kind
from workflows.policy import ClockPolicy

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _key(word: str) -> str:
    if NAME.fullmatch(word) is None:
        raise ValueError(f'"{word}" cannot be typed as one word: use up to 40 lower case letters, digits and hyphens')
    return word


def _limit(within: str) -> str:
    if within != AS_SOON and LIMIT.fullmatch(within) is None:
        how = 'write "72h" (hours), "30d" (days), "4bd" (business days), "1mo" (months) or "asap"'
        raise ValueError(f'"{within}" is no limit: {how}')
    return within


def _before(length: str) -> str:
    if BEFORE.fullmatch(length) is None:
        raise ValueError(f'"{length}" is no time before a deadline: write "30m", "2h" or "7d"')
    return length


def _day_end(clock: str) -> str:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", clock) is None:
        raise ValueError(f'"{clock}" is no time of day: write it as "17:30"')
    return clock


Key = Annotated[str, AfterValidator(_key)]
Limit = Annotated[str, AfterValidator(_limit)]


class EventTable(Section):
    key: Key
    ask: Filled
    awareness: bool = False


class BackstopTable(Section):
    after: Filled
    within: Limit


class StepTable(Section):
    key: Key
    what: Filled
    to: Filled
    after: Filled
    within: Limit
    only_if: str = ""
    note: str = ""
    backstop: BackstopTable | None = None
    remind_before: list[Annotated[str, AfterValidator(_before)]] = Field(default_factory=list)


class KindFile(Section):
    """A file of the folder: one kind, called like the file."""

    name: Filled
    area: str = ""
    concerns: Filled
    source: Filled
    link: NoOrAddress = ""
    confidence: Confidence
    status: Standing = IN_FORCE
    reviewed: date
    time_zone: Zone | None = None
    day_ends: Annotated[str, AfterValidator(_day_end)] = "23:59"
    calendar: Calendar = ""
    holidays: list[date] = Field(default_factory=list)
    note: str = ""
    event: Annotated[list[EventTable], Field(min_length=1)]
    step: Annotated[list[StepTable], Field(min_length=1)]


def read(path: Path, text: str, shape: ConfigFile) -> ClockPolicy:
    """What `[clocks]` of the file at `path` says. Raises `ConfigError` with file and line of everything wrong."""
    table = shape.clocks
    own = read_folder(path.parent / Path(table.folder).expanduser()) if table.folder is not None else ()
    known = tuple(sorted({kind.key: kind for kind in (*shipped(), *own)}.values(), key=lambda kind: kind.key))
    findings = list(contradictions(shape, known))
    if findings:
        raise located(path.name, text, findings)
    chosen = tuple(kind for kind in known if kind.key in table.kinds)
    people = [who for word in table.tell for who in ([word] if is_reachable(word) else shape.groups.get(word, ()))]
    return ClockPolicy(known=known, offered=chosen or in_force(known), tell=tuple(dict.fromkeys(people)))


def contradictions(shape: ConfigFile, known: Sequence[Kind]) -> Iterator[Finding]:
    """Kinds and groups that do not exist."""
    keys = [kind.key for kind in known]
    for place, key in enumerate(shape.clocks.kinds):
        if key not in keys:
            guess = did_you_mean(key, keys) or f": there are {', '.join(keys)}"
            yield ("clocks", "kinds", place), f'there is no kind "{key}"{guess}'
    for place, word in enumerate(shape.clocks.tell):
        if not is_reachable(word) and word not in shape.groups:
            yield ("clocks", "tell", place), not_a_party(word, tuple(shape.groups))


def not_a_party(word: str, groups: Sequence[str]) -> str:
    guess = did_you_mean(word, groups) or (f": there are {', '.join(groups)}" if groups else ", where nothing is yet")
    return f'"{word}" is neither a Slack id nor a name under [groups]{guess}'


def read_folder(folder: Path) -> tuple[Kind, ...]:
    """Every `*.toml` of the folder, by name. Raises `ConfigError` for all of them."""
    if not folder.is_dir():
        raise NoFolder(("clocks", "folder"), folder)
    found: list[Kind] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_file(path, f"{folder.name}/{path.name}"))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def read_file(path: Path, name: str) -> Kind:
    """One kind; `name` is what people call the file."""
    text = text_of(path)
    data = parsed(name, text)
    if NAME.fullmatch(path.stem) is None:
        raise ConfigError([f"{name}: call it after what people type, such as acme-contract.toml"])
    try:
        shape = KindFile.model_validate(data)
    except ValidationError as error:
        raise located(name, text, shape_problems(error, KindFile)) from error
    findings = [*twice(shape), *loose_ends(shape)]
    if findings:
        raise located(name, text, findings)
    return read_kind(path.stem, data)


def twice(shape: KindFile) -> Iterator[Finding]:
    for section, keys in (("event", [one.key for one in shape.event]), ("step", [one.key for one in shape.step])):
        for number, key in enumerate(keys):
            if key in keys[:number]:
                yield (section, number, "key"), f'"{key}" is there twice'


def loose_ends(shape: KindFile) -> Iterator[Finding]:
    """Steps that nothing starts: they count from an event, or from a step that stands above them."""
    events = [one.key for one in shape.event]
    for number, step in enumerate(shape.step):
        starts = [*events, *(f"{SUBMITTED}{one.key}" for one in shape.step[:number])]
        if step.after not in starts:
            guess = did_you_mean(step.after, starts) or f": here there are {', '.join(starts)}"
            yield ("step", number, "after"), f'"{step.after}" is neither an event nor a step above{guess}'
        if step.backstop is not None and step.backstop.after not in events:
            guess = did_you_mean(step.backstop.after, events) or f": there are {', '.join(events)}"
            yield ("step", number, "backstop"), f'"{step.backstop.after}" is not an event{guess}'
