"""The team's own wordings for messages to people outside, read from the folder that `[comms] templates` names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from bot.config_findings import ConfigError, NoFolder, text_of
from workflows.comms_templates import ENDING, KINDS, faults

NAME: Final = "may have lower-case letters, digits and hyphens in its name, such as first-notice.j2"


def read(named: str | None, beside: Path) -> Mapping[str, str]:
    """The team's templates; none where no folder is named. A relative folder is taken from `beside`."""
    return MappingProxyType({}) if named is None else read_folder(beside / Path(named).expanduser())


def read_folder(folder: Path) -> Mapping[str, str]:
    """Every `*.j2` of the folder, by its name without the ending.

    Raises `ConfigError` with the file and line of everything that would keep a template from being used.
    """
    if not folder.is_dir():
        raise NoFolder(("comms", "templates"), folder)
    found: dict[str, str] = {}
    problems: list[str] = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            found[path.stem] = text_of(path)
        except ConfigError as error:
            problems.extend(error.problems)
    for name in found:
        problems.extend(f"{folder.name}/{name}{ENDING} {problem}" for problem in problems_of(name, found))
    if problems:
        raise ConfigError(problems)
    return MappingProxyType(found)


def problems_of(name: str, own: Mapping[str, str]) -> Iterator[str]:
    if not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in name) or name != name.lower():
        yield NAME
        return
    meant = None if name in KINDS else process.extractOne(name, list(KINDS), scorer=fuzz.ratio, score_cutoff=85)
    if meant is not None:
        yield f"has nearly the name of {meant[0]}{ENDING}: call it that to replace it, or less alike to add your own"
    yield from (f"line {fault.line}: {fault.sentence}" for fault in faults(name, own))
