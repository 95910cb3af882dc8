"""The section `[permissions]` of `sitrep.toml`: which words it may name, and who they stand for."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import commands
from bot.config_findings import Finding
from bot.config_schema import ConfigFile, nearest
from workflows.permissions import ADMINS, ANYONE, WORDS
from workflows.policy import PERMISSIONS

ABOUT_NO_INCIDENT = ("declare", "near-miss")
NEED_AN_INCIDENT = tuple(word for word in WORDS if word not in (ANYONE, ADMINS))
ID = re.compile(r"[UWS][A-Z0-9]{2,}")


def rules(shape: ConfigFile) -> Mapping[str, tuple[str, ...]]:
    """Verb to who may, what the file does not say included; names of `[groups]` are replaced by whom they stand for."""

    def people(word: str) -> tuple[str, ...]:
        return tuple(shape.groups.get(word) or (word,))

    given = {verb: tuple(one for word in who for one in people(word)) for verb, who in shape.permissions.items()}
    return MappingProxyType({**PERMISSIONS, **given})


def contradictions(shape: ConfigFile) -> Iterator[Finding]:
    """Verbs that do not exist, and words that name nobody."""
    verbs = tuple(dict.fromkeys((*PERMISSIONS, *commands.SUBCOMMANDS)))
    known = (*WORDS, *shape.groups)
    for verb, who in shape.permissions.items():
        if verb not in verbs:
            yield ("permissions", verb), f"is no word of /incident: {hint(verb, verbs)}"
        if verb in ABOUT_NO_INCIDENT and any(word in NEED_AN_INCIDENT for word in who):
            yield ("permissions", verb), f"is about no incident yet: {', '.join(NEED_AN_INCIDENT)} mean nothing here"
        for index, word in enumerate(who):
            if word not in known and ID.fullmatch(word) is None:
                yield ("permissions", verb, index), f'"{word}" is nobody here: {hint(word, known)}'


def hint(word: str, known: tuple[str, ...]) -> str:
    guess = nearest(word, known)
    ids = "" if "change" in known else ", the id of a person (U…) or of a user group (S…)"
    return f'did you mean "{guess}"?' if guess else f"use one of {', '.join(known)}{ids}"
