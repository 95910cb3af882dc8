"""Scenarios of drills: `[drills]`, and the team's own in the folder that it names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError

from bot.config_findings import ConfigError, Finding, NoFolder, located, parsed, shape_problems, text_of
from bot.config_schema import ConfigFile, Section
from bot.config_services import did_you_mean
from workflows.policy import Policy
from workflows.scenarios import Scenario, length_of, read, shipped

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Words that stand for something else after `/incident drill`.
TAKEN: Final = frozenset({"list", "replay", "abort", "stop", "pause", "resume", "next", "score"})


def _length(text: str) -> str:
    if length_of(text) is None:
        raise ValueError(f'"{text}" is no time since the beginning: write "0m", "90s", "5m" or "1h30m"')
    return text


Text = Annotated[str, Field(max_length=1000)]


class InjectTable(Section):
    at: Annotated[str, AfterValidator(_length)]
    text: Annotated[str, Field(min_length=1, max_length=2500)]
    by: Annotated[str, Field(max_length=80)] = ""


class ScenarioFile(Section):
    """A file of the folder: one scenario, called like the file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    summary: Annotated[str, Field(min_length=1, max_length=1000)]
    severity: str = ""
    service: str = ""
    hypothesis: Text = ""
    blast_radius: Text = ""
    abort_rule: Text = ""
    expects_handoff: bool = False
    inject: Annotated[list[InjectTable], Field(min_length=1, max_length=50)]


def read_scenarios(shape: ConfigFile, policy: Policy, beside: Path) -> tuple[Scenario, ...]:
    """The scenarios that can be begun, by key. Raises `ConfigError` with file and line of everything wrong."""
    table = shape.drills
    own = () if table.folder is None else read_folder(beside / Path(table.folder).expanduser(), policy)
    known = {one.key: one for one in (*(shipped() if table.starters else ()), *own)}
    return tuple(sorted(known.values(), key=lambda one: one.key))


def read_folder(folder: Path, policy: Policy) -> tuple[Scenario, ...]:
    """Every `*.toml` of the folder, by name. Raises `ConfigError` for all of them."""
    if not folder.is_dir():
        raise NoFolder(("drills", "folder"), folder)
    found: list[Scenario] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_file(path, f"{folder.name}/{path.name}", policy))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def read_file(path: Path, name: str, policy: Policy) -> Scenario:
    """One scenario; `name` is what people call the file."""
    text = text_of(path)
    data = parsed(name, text)
    if NAME.fullmatch(path.stem) is None or path.stem in TAKEN:
        raise ConfigError([f"{name}: call it after what people type behind /incident drill, such as cache-lost.toml"])
    try:
        shape = ScenarioFile.model_validate(data)
    except ValidationError as error:
        raise located(name, text, shape_problems(error, ScenarioFile)) from error
    findings = list(loose_ends(shape, policy))
    if findings:
        raise located(name, text, findings)
    return read(path.stem, data)


def loose_ends(shape: ScenarioFile, policy: Policy) -> Iterator[Finding]:
    """Severities and services that do not exist."""
    levels = [severity.level for severity in policy.severities]
    if shape.severity and policy.severity(shape.severity) is None:
        guess = did_you_mean(shape.severity, levels) or f": use one of {', '.join(levels)}"
        yield ("severity",), f'"{shape.severity}" is not one of the severities{guess}'
    names = [service.name for service in policy.services]
    if shape.service and policy.service(shape.service) is None:
        yield ("service",), f'there is no service "{shape.service}"{did_you_mean(shape.service, names)}'
