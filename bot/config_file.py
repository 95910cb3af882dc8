"""Reads `sitrep.toml` into a `Policy`, or says everything that is wrong with it, line by line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from pydantic import ValidationError

from bot import (
    config_clocks,
    config_drills,
    config_hooks,
    config_permissions,
    config_questions,
    config_roles,
    config_services,
    config_templates,
    config_war_room,
)
from bot.config_findings import ConfigError, Finding, located, parsed, placed, shape_problems, text_of
from bot.config_schema import ConfigFile, RungTable, SeverityTable, nearest
from bot.config_services import Source
from workflows.policy import REACTIONS, Escalation, Policy, Rung, default_matrix, default_policy
from workflows.severities import Scheme, Severity, spellings

__all__ = ["ConfigError", "read_policy"]

# What gives names to levels, people and services.
NAMING = ("scheme", "severity", "question", "groups", "service", "catalogue")


def read_policy(path: Path) -> Policy:
    """The policy that the file describes; what it leaves out is as in `default_policy` of its scheme.

    Raises `ConfigError` with every problem that was found, each with its line.
    """
    text = text_of(path)
    data = parsed(path.name, text)
    shape, wrong = _shaped(path.name, text, data)
    sources = [Source(name=path.name, text=text, tables=shape.service)]
    try:
        sources += config_services.read_folder(path.parent / shape.catalogue.folder)
    except ConfigError as broken:
        raise ConfigError([*located(path.name, text, wrong).problems, *broken.problems]) from broken
    findings = config_services.contradictions(sources, shape)
    findings[path.name] += [*wrong, *_contradictions(shape)]
    services = tuple(config_services.service(table) for source in sources for table in source.tables)
    policy = replace(_policy(shape), services=services, runbooks=config_hooks.runbooks(shape.runbooks, path.parent))
    findings[path.name] += config_hooks.contradictions(shape, policy, path.parent)
    problems = [located(one.name, one.text, findings[one.name]) for one in sources if findings[one.name]]
    try:
        policy = replace(policy, templates=config_templates.read(shape.comms.templates, path.parent))
    except ConfigError as broken:
        problems.append(broken)
    try:
        policy = replace(policy, role_texts=config_roles.read(shape.roles.texts, path.parent))
    except ConfigError as broken:
        problems.append(broken)
    try:
        policy = replace(policy, clocks=config_clocks.read(path, text, shape))
    except ConfigError as broken:
        problems.append(broken)
    try:
        policy = replace(policy, scenarios=config_drills.read_scenarios(shape, policy, path.parent))
    except ConfigError as broken:
        problems.append(broken)
    if problems:
        raise ConfigError([sentence for one in problems for sentence in placed(one, path.name, text).problems])
    return policy


def _shaped(name: str, text: str, data: Mapping[str, Any]) -> tuple[ConfigFile, list[Finding]]:
    """The file's shape, and what is wrong with it: then without the sections that are not well formed.

    Raises `ConfigError` at once where names are in doubt that other sections use: what these say would seem wrong, too.
    """
    try:
        return ConfigFile.model_validate(data), []
    except ValidationError as error:
        wrong = shape_problems(error)
        broken = {str(key[0]) for key, _ in wrong}
        if any(section in NAMING or nearest(section, NAMING) for section in broken):
            raise located(name, text, wrong) from error
    return ConfigFile.model_validate({key: value for key, value in data.items() if key not in broken}), wrong


def _contradictions(shape: ConfigFile) -> Iterator[Finding]:
    """What each line allows by itself but all of them together do not."""
    yield from _confusable_levels(shape.severity or ())
    yield from _default_outside(shape)
    yield from config_questions.contradictions(shape, _policy(shape))
    yield from _descending(shape.nag.ladder or ())
    yield from _growing(shape.nag.empty_role or ())
    yield from config_war_room.contradictions(shape, _policy(shape))
    yield from config_permissions.contradictions(shape)
    yield from config_services.matrix_contradictions(shape, _policy(shape))
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


def _growing(times: Sequence[timedelta]) -> Iterator[Finding]:
    for index in range(1, len(times)):
        if times[index] <= times[index - 1]:
            yield ("nag", "empty_role", index), "must be later than the one before it"


def _policy(shape: ConfigFile) -> Policy:
    preset = default_policy(cast("Scheme", shape.scheme))
    announce = preset.announce if shape.channels.announce is None else shape.channels.announce or None
    policy = Policy(
        severities=_severities(shape),
        default_severity=shape.default_severity or preset.default_severity,
        questions=config_questions.questions(shape, preset),
        channel_prefix=shape.channels.prefix or preset.channel_prefix,
        announce=announce,
        status_page=shape.channels.status_page,
        explain=shape.channels.explain,
        reactions=_reactions(shape.timeline.reactions),
        ladder=tuple(map(_rung, shape.nag.ladder)) if shape.nag.ladder else preset.ladder,
        snooze=shape.nag.snooze or preset.snooze,
        empty_role=preset.empty_role if shape.nag.empty_role is None else tuple(shape.nag.empty_role),
        stable_for=preset.stable_for if shape.lifecycle.stable_for is None else shape.lifecycle.stable_for,
        handoff_answer_within=shape.handoff.answer_within or preset.handoff_answer_within,
        postmortem_due=shape.postmortem.due or preset.postmortem_due,
        promise_notice=shape.comms.promise_notice or preset.promise_notice,
        time_zone=shape.time_zone or preset.time_zone,
        groups=MappingProxyType({name: tuple(ids) for name, ids in shape.groups.items()}),
        invite=tuple(shape.channels.invite),
        escalation_answer_within=shape.escalate.answer_within or preset.escalation_answer_within,
        admins=tuple(shape.access.admins),
        admins_see_private=shape.access.admins_see_private,
        permissions=config_permissions.rules(shape),
        hooks=tuple(map(config_hooks.hook, shape.remediation)),
    )
    return replace(
        policy, escalations=_matrix(shape, policy), war_room=config_war_room.war_room(shape.war_room, policy.severities)
    )


def _matrix(shape: ConfigFile, policy: Policy) -> tuple[Escalation, ...]:
    if shape.escalation is None:
        return default_matrix(policy.severities)
    return tuple(config_services.escalation(table, policy) for table in shape.escalation)


def _severities(shape: ConfigFile) -> tuple[Severity, ...]:
    if shape.severity:
        return tuple(map(_severity, shape.severity))
    return default_policy(cast("Scheme", shape.scheme)).severities


def _severity(table: SeverityTable) -> Severity:
    return Severity(**{**dict(table), "roles": tuple(table.roles), "invite": tuple(table.invite)})


def _rung(table: RungTable) -> Rung:
    return Rung(after=table.after, tell=tuple(table.tell))


def _reactions(own: Mapping[str, str]) -> Mapping[str, str]:
    """The preset's marks with the team's own added; an empty kind takes one away."""
    merged = dict(REACTIONS) | {emoji.strip(":"): kind for emoji, kind in own.items()}
    return MappingProxyType({emoji: kind for emoji, kind in merged.items() if kind})
