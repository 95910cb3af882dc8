"""`[war_room]`: where people talk, and at which severities a call is made at once."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.config_findings import Finding
from bot.config_schema import ConfigFile, WarRoom, nearest
from workflows.policy import Policy, WarRoomPolicy
from workflows.severities import Severity
from workflows.war_room import PLACEHOLDERS, unknown_placeholders

AT_ONCE: Final = 2  # of the most severe levels a call is made when nobody says otherwise


def war_room(table: WarRoom, severities: Sequence[Severity]) -> WarRoomPolicy:
    # Where severities are the scheme's own, this is what `default_policy` has.
    levels = tuple(severity.level for severity in severities[:AT_ONCE])
    return WarRoomPolicy(
        via=table.via or "",
        link=table.link,
        severities=levels if table.severities is None else tuple(table.severities),
        host=table.host.strip(),
        access=table.access,
        api=table.api,
        login=table.login,
    )


def contradictions(shape: ConfigFile, policy: Policy) -> Iterator[Finding]:
    """What each line allows by itself, but not together with the rest of the file."""
    table, levels = shape.war_room, [severity.level for severity in policy.severities]
    for place, level in enumerate(table.severities or ()):
        if policy.severity(level) is None:
            guess = nearest(level, levels)
            hint = f'did you mean "{guess}"?' if guess else f"use some of {', '.join(levels)}"
            yield ("war_room", "severities", place), f'"{level}" is not one of the severities: {hint}'
    for word in unknown_placeholders(table.link):
        there_are = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        yield ("war_room", "link"), f"{{{word}}} cannot be filled in; there are {there_are}"
    if table.via == "link" and not table.link:
        yield ("war_room", "via"), 'is "link", so `link` has to say which'
    if table.via == "zoom" and not table.host.strip():
        yield ("war_room", "via"), 'is "zoom", so `host` has to name the user (e-mail address) whose calls these are'
    if table.link and table.via is None:
        yield ("war_room", "link"), 'is used by nothing: add `via = "link"`'
