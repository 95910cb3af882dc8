"""How this team runs incidents: severities, reminders, names.

Values only; `bot.config_file` reads them from a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from workflows import scenarios
from workflows.clocks_kinds import Kind, in_force, shipped
from workflows.scenarios import Scenario
from workflows.severities import SCHEMES, Question, Scheme, Severity, folded, spellings

ROLES = ("ic", "comms", "ops", "scribe", "sme")
AUDIENCES = (*ROLES, "roles", "announce")
MARKS = ("key", "finding", "action", "decision", "follow-up")
OCCASIONS = ("declared", "severity-raised", "no-progress", "open", "expertise")


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
    """Something that can be affected: whose it is, who is next in line, and what helps.

    `owner` holds member ids and user group ids, `escalation` those and names of `Policy.groups`, in the order in which
    they are called; `depends_on` names of other services.
    """

    name: str
    aliases: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    runbooks: tuple[Link, ...] = ()
    dashboards: tuple[Link, ...] = ()
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """One line of the escalation matrix: on which of the `OCCASIONS`, `at` which levels (none: all), who is called.

    `who` is called one after the other: `owner` is the affected service's, then its chain; else names of
    `Policy.groups`, member ids and user group ids. `after` is how long it has been `open`; for `no-progress`, `None`
    means the severity's own `escalate_after`. With `ask_first` the incident commander decides.
    """

    when: str
    who: tuple[str, ...]
    at: tuple[str, ...] = ()
    after: timedelta | None = None
    ask_first: bool = False


@dataclass(frozen=True, kw_only=True)
class RunbookPolicy:
    """Where runbooks are and when they are stale. `hint_after`: when the commander is reminded to mitigate first."""

    folder: Path | None = None
    starters: bool = True
    stale_after: timedelta = timedelta(days=180)
    alerts: tuple[str, ...] = ()  # that have to have a runbook
    hint_after: timedelta | None = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """An address that may be called with one press. No severities or services: for all; `may` as in `policy.may`.

    `secret` names an environment variable whose value travels in `header`; `body` is sent as JSON with its
    placeholders filled in.
    """

    name: str
    url: str
    method: str = "POST"
    about: str = ""
    secret: str = ""
    header: str = "Authorization"
    body: Mapping[str, Any] = field(default_factory=dict, hash=False)
    may: tuple[str, ...] = ("ic", "ops")
    severities: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=10)
    valid_for: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class WarRoomPolicy:
    """The video call of an incident: made `via` link, zoom or meet; empty: people set its link by hand.

    `link` may hold placeholders of `workflows.war_room`. `host` is the vendor's user in whose name calls are made.
    """

    via: str = ""
    link: str = ""
    severities: tuple[str, ...] = ()  # at which a call is made at once
    host: str = ""
    access: str = ""  # Google Meet's accessType
    api: str = ""  # another address than the vendor's usual one
    login: str = ""


@dataclass(frozen=True, kw_only=True)
class ClockPolicy:
    """The kinds of duties to report that are known, those that people are asked about, and who else is told of them.

    `tell` holds member ids and user group ids.
    """

    known: tuple[Kind, ...] = field(default_factory=shipped)
    offered: tuple[Kind, ...] = field(default_factory=lambda: in_force(shipped()))
    tell: tuple[str, ...] = ()


LADDER = (
    Rung(after=timedelta(0), tell=("ic", "comms")),
    Rung(after=timedelta(minutes=5), tell=("roles",)),
    Rung(after=timedelta(minutes=15), tell=("announce",)),
)

# Emoji name, as Slack's `reaction_added` gives it, to the kind of timeline entry that it makes.
REACTIONS: Mapping[str, str] = MappingProxyType(
    {"pushpin": "key", "mag": "finding", "zap": "action", "scales": "decision", "wrench": "follow-up"}
)


# A verb, `change` or `read`, to who may. What the words stand for is in `workflows.permissions`.
PERMISSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "change": ("members",),
        "read": ("anyone",),
        # Whoever sees that something is wrong says so, and asks for help.
        "declare": ("anyone",),
        "near-miss": ("anyone",),
        "drill": ("anyone",),
        "escalate": ("anyone",),
        # Who was asked or owns something answers from wherever they are; the offer itself says who may.
        "handoff": ("anyone",),
        "action": ("anyone",),
        # Ending an incident is a decision of whoever commands it.
        "close": ("ic", "admins"),
        "cancel": ("ic", "admins"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Everything a team may decide for itself. `severities` are most severe first and never empty."""

    severities: tuple[Severity, ...]
    default_severity: str
    questions: tuple[Question, ...] = ()  # of the classifier, the first one first; none: those of the usual tree
    channel_prefix: str = "incident"
    announce: str | None = "incidents"
    status_page: str = ""  # the address of the public one, for the channel's bookmarks
    explain: bool = True  # INC-7 in a message gets a line in the thread that says what it is
    reactions: Mapping[str, str] = field(default_factory=lambda: REACTIONS, hash=False)
    ladder: tuple[Rung, ...] = LADDER
    snooze: timedelta = timedelta(minutes=10)
    empty_role: tuple[timedelta, ...] = (timedelta(minutes=5), timedelta(minutes=10))  # free for so long: ask
    role_texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)  # the team's own
    war_room: WarRoomPolicy = WarRoomPolicy()
    stable_for: timedelta = timedelta(minutes=30)
    handoff_answer_within: timedelta = timedelta(minutes=5)
    postmortem_due: timedelta = timedelta(hours=48)
    promise_notice: timedelta = timedelta(minutes=15)
    templates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)  # the team's own
    duplicate_window: timedelta = timedelta(minutes=10)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    services: tuple[Service, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # name to member and group ids
    invite: tuple[str, ...] = ()  # to every incident
    escalations: tuple[Escalation, ...] = ()
    escalation_answer_within: timedelta = timedelta(minutes=5)
    admins: tuple[str, ...] = ()
    admins_see_private: bool = False
    permissions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: PERMISSIONS, hash=False)
    runbooks: RunbookPolicy = RunbookPolicy()
    hooks: tuple[Hook, ...] = ()
    clocks: ClockPolicy = field(default_factory=ClockPolicy)
    scenarios: tuple[Scenario, ...] = field(default_factory=scenarios.shipped)  # of drills

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
        """The configured service of that name or alias, whatever its case, spaces and hyphens."""
        wanted = folded(name)
        named = ((service, (service.name, *service.aliases)) for service in self.services)
        return next((service for service, names in named if wanted in map(folded, names)), None)

    def _rank(self, level: str) -> int:
        found = self.severity(level)
        return len(self.severities) if found is None else self.severities.index(found)


def default_policy(scheme: Scheme = "sev0-3") -> Policy:
    """What holds without any configuration, in one of the two common ways to number severities."""
    severities, default, questions = SCHEMES[scheme]
    return Policy(
        severities=severities,
        default_severity=default,
        questions=questions,
        escalations=default_matrix(severities),
        war_room=WarRoomPolicy(severities=tuple(severity.level for severity in severities[:2])),
    )


def default_matrix(severities: tuple[Severity, ...]) -> tuple[Escalation, ...]:
    """Whom to call when, as the mission's documents have it: SEV1 is the least severe that management hears of."""
    levels = tuple(severity.level for severity in severities)
    sev1 = next((place for place, level in enumerate(levels) if "sev1" in spellings(level)), 0)
    return (
        Escalation(when="declared", at=levels[:1], who=("executives",)),
        Escalation(when="severity-raised", who=("owner",)),
        Escalation(when="no-progress", who=("owner", "management"), ask_first=True),
        Escalation(when="open", at=levels[: sev1 + 1], after=timedelta(minutes=30), who=("management",)),
        Escalation(when="expertise", who=("owner",)),
    )
