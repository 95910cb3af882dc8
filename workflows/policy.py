"""How this team runs incidents: severities, reminders, names.

Values only; `bot.config_file` reads them from a file.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

Scheme = Literal["sev0-3", "sev1-4"]

ROLES = ("ic", "comms", "ops", "scribe", "sme")
AUDIENCES = (*ROLES, "roles", "announce")
MARKS = ("key", "finding", "action", "decision", "follow-up")


@dataclass(frozen=True, kw_only=True)
class Severity:
    """One level: what it means and what it asks of people. A duration of `None` asks for nothing."""

    level: str
    name: str
    definition: str = ""
    example: str = ""
    respond_within: timedelta | None = None
    update_every: timedelta | None = None
    escalate_after: timedelta | None = None
    roles: tuple[str, ...] = ("ic",)
    postmortem: bool = False


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of the reminder ladder: `after` the update was due, tell these `AUDIENCES`."""

    after: timedelta
    tell: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page worth opening: `title` is what people read, `url` is http or https."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """Something that can be affected, and the runbooks for it."""

    name: str
    runbooks: tuple[Link, ...] = ()


LADDER = (
    Rung(after=timedelta(0), tell=("ic", "comms")),
    Rung(after=timedelta(minutes=5), tell=("roles",)),
    Rung(after=timedelta(minutes=15), tell=("announce",)),
)

# Emoji name, as Slack's `reaction_added` gives it, to the kind of timeline entry that it makes.
REACTIONS: Mapping[str, str] = MappingProxyType(
    {"pushpin": "key", "mag": "finding", "zap": "action", "scales": "decision", "wrench": "follow-up"}
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Everything a team may decide for itself. `severities` are most severe first and never empty."""

    severities: tuple[Severity, ...]
    default_severity: str
    channel_prefix: str = "incident"
    announce: str | None = "incidents"
    reactions: Mapping[str, str] = field(default_factory=lambda: REACTIONS, hash=False)
    ladder: tuple[Rung, ...] = LADDER
    snooze: timedelta = timedelta(minutes=10)
    stable_for: timedelta = timedelta(minutes=30)
    handoff_answer_within: timedelta = timedelta(minutes=5)
    postmortem_due: timedelta = timedelta(hours=48)
    duplicate_window: timedelta = timedelta(minutes=10)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    services: tuple[Service, ...] = ()
    admins: tuple[str, ...] = ()

    def severity(self, word: str) -> Severity | None:
        """The severity meant by `SEV-1`, `sev 1`, `p1` or `1`; `None` when there is no such level."""
        typed = folded(word)
        for severity in self.severities:
            if typed in spellings(severity.level):
                return severity
        return None

    def more_severe(self, level: str, other: str) -> bool:
        """Whether `level` is worse than `other`; a level that is no longer configured is the least severe."""
        return self._rank(level) < self._rank(other)

    def service(self, name: str) -> Service | None:
        """The configured service of that name, in any case."""
        wanted = name.strip().casefold()
        return next((service for service in self.services if service.name.casefold() == wanted), None)

    def _rank(self, level: str) -> int:
        found = self.severity(level)
        return len(self.severities) if found is None else self.severities.index(found)


def folded(word: str) -> str:
    """A level without case, spaces, hyphens and underscores, so that all its spellings are one."""
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", word).casefold())


def spellings(level: str) -> frozenset[str]:
    """All folded words that mean this level; only a level that ends in a number has more than one."""
    plain = folded(level)
    number = re.search(r"[0-9]+$", plain)
    if number is None:
        return frozenset({plain})
    return frozenset({plain, number[0], f"p{number[0]}", f"sev{number[0]}"})


def default_policy(scheme: Scheme = "sev0-3") -> Policy:
    """What holds without any configuration, in one of the two common ways to number severities."""
    severities, default = _SCHEMES[scheme]
    return Policy(severities=severities, default_severity=default)


_SEV0_TO_3 = (
    Severity(
        level="SEV0",
        name="Critical outage",
        definition="Complete service outage, critical data loss, payment processing down",
        example="The API is completely down and every customer is affected",
        respond_within=timedelta(minutes=5),
        update_every=timedelta(minutes=15),
        escalate_after=timedelta(minutes=30),
        roles=("ic", "comms", "sme", "scribe"),
        postmortem=True,
    ),
    Severity(
        level="SEV1",
        name="Major degradation",
        definition="Major functionality degraded, significant customer subset affected",
        example="15% of requests fail, or a critical feature is unavailable",
        respond_within=timedelta(minutes=15),
        update_every=timedelta(minutes=30),
        escalate_after=timedelta(minutes=30),
        roles=("ic", "sme"),
        postmortem=True,
    ),
    Severity(
        level="SEV2",
        name="Minor issue",
        definition="Minor functionality impaired, edge case bug, small user subset affected",
        example="A glitch in the interface, or a slow feature that is not critical",
        respond_within=timedelta(days=1),
        update_every=timedelta(hours=2),
    ),
    Severity(
        level="SEV3",
        name="Low impact",
        definition="Cosmetic issue, no customer functionality affected",
        example="A visual inconsistency, or a mistake in the documentation",
    ),
)

_SEV1_TO_4 = (
    Severity(
        level="SEV1",
        name="Critical",
        definition="Total outage, data loss or major data risk, security breach",
        example="Payments are unavailable everywhere",
        respond_within=timedelta(minutes=5),
        update_every=timedelta(minutes=15),
        escalate_after=timedelta(minutes=30),
        roles=("ic", "comms", "ops"),
        postmortem=True,
    ),
    Severity(
        level="SEV2",
        name="High",
        definition="Major degradation or a major feature broken, significant subset of users affected",
        example="Checkout or login fails, or the core API has a raised error rate",
        respond_within=timedelta(minutes=30),
        update_every=timedelta(hours=1),
        escalate_after=timedelta(minutes=30),
        roles=("ic", "ops"),
        postmortem=True,
    ),
    Severity(
        level="SEV3",
        name="Medium",
        definition="Limited impact, a workaround exists",
        example="A dashboard is slow and there is another way to the same figures",
        respond_within=timedelta(hours=4),
    ),
    Severity(
        level="SEV4",
        name="Low",
        definition="Minor issue, cosmetic or internal only",
        example="A typo in the admin tool",
        respond_within=timedelta(days=1),
    ),
)

_SCHEMES: Mapping[Scheme, tuple[tuple[Severity, ...], str]] = MappingProxyType(
    {"sev0-3": (_SEV0_TO_3, "SEV2"), "sev1-4": (_SEV1_TO_4, "SEV3")}
)
