"""Reads `sitrep.toml` into a `Policy`, or says everything that is wrong with it, line by line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from bot.config_lines import line_of
from bot.config_schema import ConfigFile, RungTable, ServiceTable, SeverityTable, nearest
from workflows.errors import UserError
from workflows.policy import (
    REACTIONS,
    Link,
    Policy,
    Rung,
    Scheme,
    Service,
    Severity,
    default_policy,
    spellings,
)

Key = tuple[str | int, ...]
Finding = tuple[Key, str]

_SENTENCES = MappingProxyType(
    {
        "missing": "is missing",
        "string_type": 'must be text in quotes, such as "this"',
        "bool_type": "must be true or false, without quotes",
        "list_type": "must be a list in square brackets",
        "dict_type": "must be a section of its own",
        "model_type": "must be a section of its own",
        "too_short": "must not be empty",
        "string_too_short": "must not be empty",
        "string_too_long": "is too long: 256 characters at most",
    }
)


class ConfigError(UserError):
    """The configuration cannot be used. `problems` holds one sentence each; the message shows all of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = "One thing" if len(self.problems) == 1 else f"{len(self.problems)} things"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"{count} to put right in the configuration:{lines}")


def read_policy(path: Path) -> Policy:
    """The policy that the file describes; what it leaves out is as in `default_policy` of its scheme.

    Raises `ConfigError` with every problem that was found, each with its line.
    """
    text = _text(path)
    data = _parsed(path, text)
    try:
        shape = ConfigFile.model_validate(data)
    except ValidationError as error:
        raise _located(path, text, _shape_problems(error)) from error
    problems = list(_contradictions(shape))
    if problems:
        raise _located(path, text, problems)
    return _policy(shape)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path.name}: is not UTF-8 text; save it as UTF-8"]) from error
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise ConfigError([f"{path}: cannot be read ({reason})"]) from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", where)
        number = int(line[1]) if line else len(text.rstrip("\n").split("\n"))
        hint = "text needs quotes around it, and each setting its own line"
        raise ConfigError([f"{path.name} line {number}: is not valid TOML ({what}); {hint}"]) from error


def _located(path: Path, text: str, findings: Sequence[Finding]) -> ConfigError:
    """One sentence per finding, in the order of the file."""
    placed = sorted(((_line(key, text), key, sentence) for key, sentence in findings), key=lambda at: at[0])
    return ConfigError([f"{path.name} line {line}: {spoken(key)} {sentence}" for line, key, sentence in placed])


def _line(key: Key, text: str) -> int:
    """The line of the key, or of the nearest section around it when the key itself is what is missing."""
    for length in range(len(key), 0, -1):
        found = line_of(key[:length], text)
        if found is not None:
            return found
    return 1


def spoken(key: Key) -> str:
    """A key as people see it in the file: `[nag] ladder (entry 2) after`."""
    depth = 2 if key[:2] == ("timeline", "reactions") else 1
    names = [part if isinstance(part, str) else f"(entry {part + 1})" for part in key]
    if len(key) > depth:
        names[:depth] = [f"[{'.'.join(names[:depth])}]"]
    if len(key) > 2 and isinstance(key[-1], int):
        names.pop()  # The sentence quotes the word itself, which says more than its number.
    return " ".join(names)


def _shape_problems(error: ValidationError) -> list[Finding]:
    found = []
    for detail in error.errors(include_url=False):
        key: Key = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden":
            found.append((key, _unknown(key)))
        elif detail["type"] == "value_error":
            found.append((key, str(detail["ctx"]["error"])))
        else:
            found.append((key, _SENTENCES.get(detail["type"], detail["msg"].lower())))
    return found


def _unknown(key: Key) -> str:
    """What to do about a key that does not exist: a section where it does, or the nearest name here."""
    name, section = str(key[-1]), tuple(part for part in key[:-1] if isinstance(part, str))
    sections = dict(_sections(ConfigFile))
    for place, known in sections.items():
        if name in known and place != section:
            home = f"under [{'.'.join(place)}]" if place else "at the top, above the first [section]"
            return f"is not a setting here; it belongs {home}"
    guess = nearest(name, sections.get(section, ()))
    if guess is not None:
        return f"is not a setting; did you mean {guess}?"
    return f"is not a setting; here there are {', '.join(sections.get(section, ()))}"


def _sections(model: type[BaseModel], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each section of the file with the names of its keys."""
    yield place, list(model.model_fields)
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            yield from _sections(inner, (*place, name))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _contradictions(shape: ConfigFile) -> Iterator[Finding]:
    """What each line allows by itself but all of them together do not."""
    yield from _confusable_levels(shape.severity or ())
    yield from _default_outside(shape)
    yield from _descending(shape.nag.ladder or ())
    yield from _repeated_services(shape.service)
    for emoji in shape.timeline.reactions:
        if re.fullmatch(r":?[^\s:A-Z]+:?", emoji) is None:
            yield (
                ("timeline", "reactions", emoji),
                "is not an emoji name; write it as in Slack, such as pushpin",
            )


def _confusable_levels(tables: Sequence[SeverityTable]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for index, table in enumerate(tables):
        clash = next((seen[word] for word in sorted(spellings(table.level)) if word in seen), None)
        if clash is not None:
            yield ("severity", index, "level"), f'"{table.level}" cannot be told apart from "{clash}" above'
        seen |= dict.fromkeys(spellings(table.level), table.level)


def _default_outside(shape: ConfigFile) -> Iterator[Finding]:
    policy = _policy(shape)
    if policy.severity(policy.default_severity) is not None:
        return
    levels = [severity.level for severity in policy.severities]
    if shape.default_severity is None:
        first = f'must say which of your severities holds when nobody names one, such as "{levels[-1]}"'
        yield ("default_severity",), first
        return
    guess = nearest(policy.default_severity, levels)
    hint = f'did you mean "{guess}"?' if guess else f"use one of {', '.join(levels)}"
    yield ("default_severity",), f'"{policy.default_severity}" is not one of the severities: {hint}'


def _descending(rungs: Sequence[RungTable]) -> Iterator[Finding]:
    for index in range(1, len(rungs)):
        if rungs[index].after <= rungs[index - 1].after:
            yield ("nag", "ladder", index, "after"), "must be later than the entry before it"


def _repeated_services(services: Sequence[ServiceTable]) -> Iterator[Finding]:
    seen = set()
    for index, service in enumerate(services):
        if service.name.casefold() in seen:
            yield (
                ("service", index, "name"),
                f'"{service.name}" is there twice; put all its runbooks into one',
            )
        seen.add(service.name.casefold())


def _policy(shape: ConfigFile) -> Policy:
    preset = default_policy(cast("Scheme", shape.scheme))
    announce = preset.announce if shape.channels.announce is None else shape.channels.announce or None
    return Policy(
        severities=tuple(map(_severity, shape.severity)) if shape.severity else preset.severities,
        default_severity=shape.default_severity or preset.default_severity,
        channel_prefix=shape.channels.prefix or preset.channel_prefix,
        announce=announce,
        reactions=_reactions(shape.timeline.reactions),
        ladder=tuple(map(_rung, shape.nag.ladder)) if shape.nag.ladder else preset.ladder,
        snooze=shape.nag.snooze or preset.snooze,
        stable_for=preset.stable_for if shape.lifecycle.stable_for is None else shape.lifecycle.stable_for,
        handoff_answer_within=shape.handoff.answer_within or preset.handoff_answer_within,
        postmortem_due=shape.postmortem.due or preset.postmortem_due,
        time_zone=shape.time_zone or preset.time_zone,
        services=tuple(map(_service, shape.service)),
        admins=tuple(shape.access.admins),
    )


def _severity(table: SeverityTable) -> Severity:
    return Severity(**{**dict(table), "roles": tuple(table.roles)})


def _rung(table: RungTable) -> Rung:
    return Rung(after=table.after, tell=tuple(table.tell))


def _service(table: ServiceTable) -> Service:
    return Service(name=table.name, runbooks=tuple(Link(**dict(link)) for link in table.runbooks))


def _reactions(own: Mapping[str, str]) -> Mapping[str, str]:
    """The preset's marks with the team's own added; an empty kind takes one away."""
    merged = dict(REACTIONS) | {emoji.strip(":"): kind for emoji, kind in own.items()}
    return MappingProxyType({emoji: kind for emoji, kind in merged.items() if kind})
