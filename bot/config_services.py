"""The service catalogue and who is called about it: `[[service]]`, the catalogue's folder, `[[escalation]]`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.config_findings import ConfigError, Finding, Key, located, parsed, shape_problems, text_of
from bot.config_schema import ConfigFile, EscalationTable, LinkTable, ServicesFile, ServiceTable, is_reachable, nearest
from workflows.policy import Escalation, Link, Policy, Service
from workflows.severities import folded

OWNER: Final = "owner"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file with services in it. `inside` is where in the file the first one's keys are looked for.

    A file of the folder may be one service without `[[service]]` above it; then `single` is set.
    """

    name: str
    text: str
    tables: Sequence[ServiceTable]
    single: bool = False

    def key(self, number: int, *rest: str | int) -> Key:
        key = ("service", number, *rest)
        return bare(key) if self.single else key


def bare(key: Key) -> Key:
    """A key of a service that stands alone in its file. The sentence quotes a word, which says more than its number."""
    return key[2:3] if len(key) == 4 else key[2:]


def read_folder(folder: Path) -> list[Source]:
    """Every `*.toml` of the folder, by name; none when there is no folder. Raises `ConfigError` for all of them."""
    found: list[Source] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_file(path, f"{folder.name}/{path.name}"))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return found


def read_file(path: Path, name: str) -> Source:
    """One file of the folder: a single service, or several under `[[service]]` as in `sitrep.toml`."""
    text = text_of(path)
    data = parsed(name, text)
    single = "service" not in data
    try:
        shape = ServicesFile.model_validate({"service": [data]} if single else data)
    except ValidationError as error:
        findings = [(bare(key) if single else key, sentence) for key, sentence in shape_problems(error)]
        raise located(name, text, findings) from error
    return Source(name=name, text=text, tables=shape.service, single=single)


def contradictions(sources: Sequence[Source], shape: ConfigFile) -> dict[str, list[Finding]]:
    """What is wrong with services as a whole, by the name of the file: names that clash, or that nobody has."""
    taken: dict[str, str] = {}
    names = [name for source in sources for table in source.tables for name in (table.name, *table.aliases)]
    found: dict[str, list[Finding]] = {source.name: [] for source in sources}
    for source in sources:
        for number, table in enumerate(source.tables):
            here = found[source.name]
            here += [(source.key(number, *key), sentence) for key, sentence in clashes(table, taken)]
            here += [(source.key(number, *key), sentence) for key, sentence in unknown_names(table, names, shape)]
            taken |= {folded(name): source.name for name in (table.name, *table.aliases)}
    return found


def clashes(table: ServiceTable, taken: Mapping[str, str]) -> Iterator[Finding]:
    if folded(table.name) in taken:
        yield ("name",), f'"{table.name}" is there twice; put all its runbooks into one'
    for number, alias in enumerate(table.aliases):
        if folded(alias) in taken:
            yield ("aliases", number), f'"{alias}" means another service already'


def unknown_names(table: ServiceTable, names: Sequence[str], shape: ConfigFile) -> Iterator[Finding]:
    known = {folded(name) for name in names}
    own = {folded(name) for name in (table.name, *table.aliases)}
    for number, name in enumerate(table.depends_on):
        if folded(name) not in known:
            yield ("depends_on", number), f'there is no service "{name}"{did_you_mean(name, names)}'
        elif folded(name) in own:
            yield ("depends_on", number), f'"{name}" is this service itself'
    for number, word in enumerate(table.escalation):
        if not is_reachable(word) and word not in groups_of(shape):
            yield ("escalation", number), not_callable(word, groups_of(shape))


def matrix_contradictions(shape: ConfigFile, policy: Policy) -> Iterator[Finding]:
    """What is wrong with `[[escalation]]`: levels and groups that do not exist, a time where there is none."""
    for number, table in enumerate(shape.escalation or ()):
        for place, word in enumerate(table.who):
            if not is_reachable(word) and word not in (OWNER, *groups_of(shape)):
                yield ("escalation", number, "who", place), not_callable(word, (OWNER, *groups_of(shape)))
        for place, level in enumerate(table.at):
            if policy.severity(level) is None:
                guess = did_you_mean(level, [severity.level for severity in policy.severities])
                yield ("escalation", number, "at", place), f'"{level}" is not one of the severities{guess}'
        if table.when == "open" and table.after is None:
            yield ("escalation", number, "after"), 'must say how long it has been open, such as "30m"'
        if table.after is not None and table.when not in ("open", "no-progress"):
            yield ("escalation", number, "after"), f'has no meaning for "{table.when}", which happens at once'


def groups_of(shape: ConfigFile) -> tuple[str, ...]:
    """The names that can be called. The two of the matrix that ships may be left unset; the bot says so then."""
    return tuple(dict.fromkeys((*shape.groups, "management", "executives")))


def not_callable(word: str, names: Sequence[str]) -> str:
    guess = did_you_mean(word, names) or f": there are {', '.join(names)}"
    return f'"{word}" is neither a Slack id nor a name under [groups]{guess}'


def did_you_mean(word: str, names: Sequence[str]) -> str:
    guess = nearest(word, names)
    return f': did you mean "{guess}"?' if guess else ""


def service(table: ServiceTable) -> Service:
    return Service(
        name=table.name,
        aliases=tuple(table.aliases),
        owner=tuple(table.owner),
        escalation=tuple(table.escalation),
        runbooks=links(table.runbooks),
        dashboards=links(table.dashboards),
        depends_on=tuple(table.depends_on),
    )


def links(tables: Sequence[LinkTable]) -> tuple[Link, ...]:
    return tuple(Link(title=table.title, url=table.url) for table in tables)


def escalation(table: EscalationTable, policy: Policy) -> Escalation:
    """A line of the matrix, with its levels spelt as the severities spell them."""
    at = tuple(found.level for level in table.at if (found := policy.severity(level)) is not None)
    return Escalation(when=table.when, who=tuple(table.who), at=at, after=table.after, ask_first=table.ask_first)
