"""Whether what Slack sent has the shape it documents, and its text free of what no database takes.

Something malformed never becomes better by being sent again, so it is acknowledged, logged, and left alone.
Slack pages: The Events API, message event, Handling user interaction.
"""

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

Read = TypeVar("Read")

A_TS: Final = re.compile(r"\d{1,11}\.\d{1,9}")
NOT_TEXT: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL, and half a surrogate pair is no text
MAYBE_NOT_TEXT: Final = re.compile(r"[\ud800-\udfff]|\\u0000")  # the same, in JSON
STRUCTURES: Final = frozenset({"bot_profile", "edited", "item", "message", "metadata", "previous_message", "root"})
LISTS: Final = frozenset({"files", "reactions"})
PLAIN_LISTS: Final = frozenset({"pinned_to"})
WORDS: Final = frozenset(
    {"bot_id", "channel_id", "inviter", "name", "reaction", "subtype", "tab", "text", "type", "user"}
)
COUNTS: Final = frozenset({"count", "reply_count"})
TIMES: Final = frozenset({"deleted_ts", "event_ts", "latest_reply", "thread_ts", "ts"})
READ: Final = STRUCTURES | LISTS | PLAIN_LISTS | WORDS | COUNTS | TIMES | {"channel"}
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reaction_added": ("item", "reaction", "user"),
        "reaction_removed": ("item", "reaction", "user"),
        "message": ("channel",),
    }
)


class Malformed(ValueError):
    """Slack, or something that pretends to be Slack, sent what its documentation does not know."""


def cleaned(value: Any) -> Any:
    """The same structure, with a replacement character for what cannot be stored as text."""
    # Written out, one search tells whether there is anything to replace; that is ten times as fast as looking around.
    return rebuilt(value) if MAYBE_NOT_TEXT.search(json.dumps(value, ensure_ascii=False)) else value


def rebuilt(value: Any) -> Any:
    if isinstance(value, str):
        return NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {rebuilt(key): rebuilt(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rebuilt(inner) for inner in value]
    return value


def well_formed(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event, cleaned, if everything that is read of it has the type it should have. Raises `Malformed`."""
    event = cleaned(event)
    for name in NEEDED.get(str(event.get("type")), ()):
        if not event.get(name):
            raise Malformed(f"{event.get('type')} without {name}")
    check(event)
    return event


def check(structure: Mapping[str, Any]) -> None:
    for name, value in structure.items():
        if value is None or name not in READ:
            continue
        if not fits(name, value):
            raise Malformed(f"{name} is {type(value).__name__}")
        if isinstance(value, Mapping):
            check(value)
        for inner in value if name in LISTS else ():
            check(inner)
    if isinstance(structure.get("users"), list) or "count" in structure:
        check_reaction(structure)


def check_reaction(reaction: Mapping[str, Any]) -> None:
    users = reaction.get("users") or []
    if not isinstance(reaction.get("name"), str) or not isinstance(users, list):
        raise Malformed("a reaction without a name or with odd users")


def fits(name: str, value: Any) -> bool:
    if name in TIMES:
        return isinstance(value, str) and (not value or A_TS.fullmatch(value) is not None)
    if name in COUNTS:
        return isinstance(value, int)
    if name in LISTS:
        return isinstance(value, list) and all(isinstance(inner, Mapping) for inner in value)
    if name in PLAIN_LISTS:
        return isinstance(value, list)
    if name == "channel":
        return isinstance(value, str | Mapping)
    return isinstance(value, Mapping if name in STRUCTURES else str)


def reading(read: Callable[[Mapping[str, Any]], Read], body: Mapping[str, Any]) -> Read:
    """What `read` makes of a payload. Raises `Malformed` when it lacks something or has it in another form."""
    try:
        return read(cleaned(body))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as odd:
        raise Malformed(f"{type(odd).__name__}: {odd}") from odd
