"""`[runbooks]` and `[[remediation]]`: what people may look up and what they may press."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bot.config_findings import Finding
from bot.config_schema import ConfigFile, RemediationTable, Runbooks, is_reachable, nearest
from workflows.policy import ROLES, Hook, Policy, RunbookPolicy

PLACEHOLDERS: Final = ("ref", "title", "severity", "status", "service", "user", "channel")
EVERYBODY: Final = "anyone"
ADMINS: Final = "admins"
LONGEST_WAIT: Final = timedelta(minutes=1)


def runbooks(table: Runbooks, base: Path) -> RunbookPolicy:
    """The section as a value; the folder is taken from where the file is."""
    usual = RunbookPolicy()
    hint_after = usual.hint_after if table.hint_after is None else table.hint_after or None
    return RunbookPolicy(
        folder=base / Path(table.folder).expanduser() if table.folder else None,
        starters=table.starters,
        stale_after=table.stale_after or usual.stale_after,
        alerts=tuple(table.alerts),
        hint_after=hint_after,
    )


def hook(table: RemediationTable) -> Hook:
    usual = Hook(name=table.name, url=table.url)
    return Hook(
        name=table.name,
        url=table.url,
        method=table.method,
        about=table.about,
        secret=table.secret,
        header=table.header,
        body=MappingProxyType(dict(table.body)),
        may=tuple(table.may),
        severities=tuple(table.severities),
        services=tuple(table.services),
        timeout=table.timeout or usual.timeout,
        valid_for=table.valid_for or usual.valid_for,
    )


def contradictions(shape: ConfigFile, policy: Policy, base: Path) -> Iterator[Finding]:
    """What each line allows by itself, but not together with the rest of the file or with what is on disk."""
    folder = runbooks(shape.runbooks, base).folder
    if folder is not None and not folder.is_dir():
        yield (
            ("runbooks", "folder"),
            f'names "{folder}", and there is no such folder; create it or clone your runbooks there',
        )
    seen: set[str] = set()
    for number, table in enumerate(shape.remediation):
        for key, sentence in wrong(table, policy, tuple(shape.groups)):
            yield ("remediation", number, *key), sentence
        if table.name.casefold() in seen:
            yield ("remediation", number, "name"), f'"{table.name}" is there twice; people could not tell them apart'
        seen.add(table.name.casefold())


def wrong(table: RemediationTable, policy: Policy, groups: tuple[str, ...]) -> Iterator[Finding]:
    levels = [severity.level for severity in policy.severities]
    for place, level in enumerate(table.severities):
        if policy.severity(level) is None:
            yield ("severities", place), f'"{level}" is not one of the severities{meant(level, levels)}'
    names = [service.name for service in policy.services]
    for place, name in enumerate(table.services):
        if policy.service(name) is None:
            yield ("services", place), f'there is no service "{name}"{meant(name, names)}'
    known = (*ROLES, ADMINS, EVERYBODY, *groups)
    for place, who in enumerate(table.may):
        if who not in known and not is_reachable(who):
            yield (
                ("may", place),
                f'"{who}" is nobody: use a role, a group, {ADMINS}, {EVERYBODY} or an id{meant(who, known)}',
            )
    if table.secret and re.fullmatch(r"[A-Za-z_]\w{0,99}", table.secret) is None:
        yield ("secret",), "must be the name of an environment variable, never the secret itself"
    if table.timeout is not None and table.timeout > LONGEST_WAIT:
        yield ("timeout",), "is at most one minute: let the other side answer at once and go on by itself"
    for word in unknown_placeholders(table.body):
        yield ("body",), f"{{{word}}} cannot be filled in: there are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"


def meant(word: str, known: tuple[str, ...] | list[str]) -> str:
    guess = nearest(word, known)
    return f'; did you mean "{guess}"?' if guess else ""


def unknown_placeholders(value: Any) -> list[str]:
    """The words in braces that are no placeholder, however deep they stand."""
    if isinstance(value, str):
        return [word for word in re.findall(r"\{(\w+)\}", value) if word not in PLACEHOLDERS]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [word for one in inner for word in unknown_placeholders(one)]
