"""What is wrong with a configuration file, in sentences for the person who wrote it, each with its line."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.config_lines import line_of
from bot.config_schema import ConfigFile, nearest
from workflows.errors import UserError

Key = tuple[str | int, ...]
Finding = tuple[Key, str]

SENTENCES = MappingProxyType(
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


class NoFolder(ConfigError):
    """A folder that the setting `key` names is not there. `placed` says on which line."""

    def __init__(self, key: Key, folder: Path) -> None:
        self.finding: Finding = (key, f'names "{folder}", and there is no folder there; create it')
        super().__init__([f"{spoken(key)} {self.finding[1]}"])


def placed(error: ConfigError, name: str, text: str) -> ConfigError:
    """The same with its line, if it is about a folder that the file `name` names."""
    return located(name, text, [error.finding]) if isinstance(error, NoFolder) else error


def text_of(path: Path) -> str:
    """What is in the file. Raises `ConfigError` when it cannot be read, or is no text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path.name}: is not UTF-8 text; save it as UTF-8"]) from error
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise ConfigError([f"{path}: cannot be read ({reason})"]) from error


def parsed(name: str, text: str) -> dict[str, Any]:
    """TOML as data. Raises `ConfigError` with the line at which it ends to be TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", where)
        number = int(line[1]) if line else len(text.rstrip("\n").split("\n"))
        hint = "text needs quotes around it, and each setting its own line"
        if "twice" in what or "overwrite" in what.lower():
            hint = "a section or setting can be there once: put what both say into one"
        raise ConfigError([f"{name} line {number}: is not valid TOML ({what}); {hint}"]) from error


def located(name: str, text: str, findings: Sequence[Finding]) -> ConfigError:
    """One sentence per finding, in the order of the file. `name` is what people call the file."""
    placed = sorted(((_line(key, text), key, sentence) for key, sentence in findings), key=lambda at: at[0])
    return ConfigError([f"{name} line {line}: {spoken(key)} {sentence}" for line, key, sentence in placed])


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


def shape_problems(error: ValidationError, model: type[BaseModel] = ConfigFile) -> list[Finding]:
    """What pydantic found in a file of that shape, in our words."""
    found = []
    for detail in error.errors(include_url=False):
        key: Key = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden":
            found.append((key, _unknown(key, model)))
        elif detail["type"] == "value_error":
            found.append((key, str(detail["ctx"]["error"])))
        else:
            found.append((key, SENTENCES.get(detail["type"], detail["msg"].lower())))
    return found


def _unknown(key: Key, model: type[BaseModel]) -> str:
    """What to do about a key that does not exist: a section where it does, or the nearest name here."""
    name, section = str(key[-1]), tuple(part for part in key[:-1] if isinstance(part, str))
    sections = dict(_sections(model))
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
