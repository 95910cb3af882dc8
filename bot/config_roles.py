"""The team's own briefings of roles, read from the folder that `[roles] texts` names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from bot.config_findings import ConfigError, NoFolder, text_of
from bot.config_schema import nearest
from workflows.policy import ROLES
from workflows.role_wording import ENDING, faults


def read(named: str | None, beside: Path) -> Mapping[str, str]:
    """The team's texts by role; none where no folder is named. A relative folder is taken from `beside`."""
    return MappingProxyType({} if named is None else read_folder(beside / Path(named).expanduser()))


def read_folder(folder: Path) -> dict[str, str]:
    """Every `*.md` of the folder, but for a README.

    Raises `ConfigError` with the file and line of everything that would keep a text from being used.
    """
    if not folder.is_dir():
        raise NoFolder(("roles", "texts"), folder)
    found: dict[str, str] = {}
    problems: list[str] = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        if path.stem.casefold() == "readme":
            continue
        try:
            found[path.stem] = text_of(path)
        except ConfigError as error:
            problems.extend(error.problems)
    for name, text in found.items():
        problems.extend(f"{folder.name}/{name}{ENDING} {problem}" for problem in problems_of(name, text))
    if problems:
        raise ConfigError(problems)
    return found


def problems_of(name: str, text: str) -> Iterator[str]:
    if name not in ROLES:
        guess = nearest(name, ROLES)
        hint = f"did you mean {guess}{ENDING}?" if guess else f"there are {', '.join(ROLES)}"
        yield f"is named after no role: {hint}"
        return
    yield from (f"line {fault.line}: {fault.sentence}" for fault in faults(text))
