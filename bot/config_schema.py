"""The shape of `sitrep.toml`: which sections and keys there are, and what each may hold.

A default that is `None` here means "as in the preset", see `workflows.policy.default_policy`.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from rapidfuzz import fuzz, process

from workflows.clocks_due import CALENDARS
from workflows.clocks_kinds import CONFIDENCE, IN_FORCE, PENDING
from workflows.policy import AUDIENCES, MARKS, OCCASIONS, ROLES

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:\d{1,6}[dhms])+")
_SCHEMES = ("sev0-3", "sev1-4")
METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET")


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that `word` was probably meant to be, or `None` when nothing is close."""
    found = process.extractOne(word, known, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60)
    return None if found is None else found[0]


def duration(value: object) -> timedelta:
    """Read `90s`, `15m`, `2h`, `1d` or several of them, as in `1h30m`.

    Raises `ValueError` with a sentence for the person who wrote the file.
    """
    example = 'write a duration as text, such as "90s", "15m", "2h" or "1d"'
    if not isinstance(value, str) or _DURATION.fullmatch(value.strip()) is None:
        raise ValueError(f"{value!r} is not a duration: {example}")
    parts = re.findall(r"(\d+)([dhms])", value)
    length = sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta())
    if length > timedelta(days=366):
        raise ValueError(f"{value!r} is longer than a year")
    return length


def _positive(length: timedelta) -> timedelta:
    if not length:
        raise ValueError("must be longer than zero; leave the line out if it should never happen")
    return length


def _one_of(known: Sequence[str]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word in known:
            return word
        guess = nearest(word, known)
        hint = f'did you mean "{guess}"?' if guess else f"use one of {', '.join(filter(None, known))}"
        raise ValueError(f'"{word}" is not known here: {hint}')

    return check


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        guess = nearest(str(value), sorted(available_timezones()))
        hint = f'did you mean "{guess}"?' if guess else 'use a name such as "Europe/Berlin"'
        raise ValueError(f'"{value}" is no time zone: {hint}') from error


def _level(word: str) -> str:
    if re.fullmatch(r"\w[\w-]{0,19}", word) is None:
        raise ValueError(f'"{word}" cannot be typed as one word of up to 20 letters and digits')
    return word


def _channel(name: str) -> str:
    """A channel that people made, so that it may be in any script."""
    bare = name.strip().removeprefix("#")
    if bare != bare.lower() or re.fullmatch(r"[\w-]*", bare) is None:
        raise ValueError(f'"{name}" cannot be a Slack channel name: use lower case, digits, hyphens and underscores')
    if len(bare) > 80:
        raise ValueError("a Slack channel name has at most 80 characters")
    return bare


def _prefix(word: str) -> str:
    """The beginning of the names that we make ourselves, and keep to what works everywhere."""
    bare = word.strip().removeprefix("#").rstrip("-_")
    if re.fullmatch(r"(?:[a-z0-9][a-z0-9_-]*)?", bare) is None:
        raise ValueError(f'"{word}" cannot begin a Slack channel name: use a-z, digits, hyphens and underscores')
    if not bare:
        raise ValueError("needs at least one letter or digit")
    if len(bare) > 40:
        raise ValueError("has at most 40 characters, so that the date and the topic fit behind it")
    return bare


def _member(user: str) -> str:
    if re.fullmatch(r"[UW][A-Z0-9]{2,}", user) is None:
        raise ValueError(
            f'"{user}" is not a Slack member id such as U024BE7LH: '
            "open the person's profile in Slack, then the three dots, then Copy member ID"
        )
    return user


def is_reachable(who: str) -> bool:
    """Whether this is a member id or a user group id."""
    return re.fullmatch(r"[UWS][A-Z0-9]{2,}", who) is not None


def _reachable(who: str) -> str:
    if not is_reachable(who):
        raise ValueError(
            f'"{who}" is neither a Slack member id such as U024BE7LH nor a user group id such as S0614TZR7: copy a '
            "person's from their profile behind the three dots, a group's from its page behind the three dots"
        )
    return who


def _group_name(name: str) -> str:
    if name in ("owner", *ROLES) or re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name) is None:
        raise ValueError(f'"{name}" cannot name a group: use up to 40 lower case letters, digits and hyphens, no role')
    return name


def _address(url: str) -> str:
    if re.fullmatch(r"https?://[^\s/]+\S*", url) is None or len(url) > 2048:
        raise ValueError("must be a whole address that begins with https:// or http://")
    return url


def _no_or_address(url: str) -> str:
    return _address(url) if url else ""


Duration = Annotated[timedelta, BeforeValidator(duration)]
Positive = Annotated[Duration, AfterValidator(_positive)]
Level = Annotated[str, AfterValidator(_level)]
Filled = Annotated[str, Field(min_length=1, max_length=256)]
Role = Annotated[str, AfterValidator(_one_of(ROLES))]
Audience = Annotated[str, AfterValidator(_one_of(AUDIENCES))]
Reachable = Annotated[str, AfterValidator(_reachable)]
GroupName = Annotated[str, AfterValidator(_group_name)]
Occasion = Annotated[str, AfterValidator(_one_of(OCCASIONS))]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
NoOrAddress = Annotated[str, AfterValidator(_no_or_address)]
Confidence = Annotated[str, AfterValidator(_one_of(tuple(CONFIDENCE)))]
Standing = Annotated[str, AfterValidator(_one_of((IN_FORCE, PENDING)))]
Calendar = Annotated[str, AfterValidator(_one_of(("", *CALENDARS)))]
Mark = Annotated[str, AfterValidator(_one_of((*MARKS, "")))]


class Section(BaseModel):
    """A table of the file. Types are not converted and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SeverityTable(Section):
    level: Level
    name: Filled
    definition: str = ""
    example: str = ""
    response: str = ""
    escalation: str = ""
    respond_within: Positive | None = None
    update_every: Positive | None = None
    escalate_after: Positive | None = None
    customer_email_within: Positive | None = None
    roles: list[Role] = ["ic"]
    invite: list[Reachable] = []
    postmortem: bool = False


class QuestionTable(Section):
    key: Annotated[str, AfterValidator(_level)]
    ask: Filled
    hint: str = ""
    yes: Filled
    no: Filled


class Channels(Section):
    prefix: Annotated[str, AfterValidator(_prefix)] | None = None
    announce: Annotated[str, AfterValidator(_channel)] | None = None
    invite: list[Reachable] = []
    status_page: Annotated[str, AfterValidator(_no_or_address)] = ""
    explain: bool = True


class Timeline(Section):
    reactions: dict[str, Mark] = {}


class RungTable(Section):
    after: Duration
    tell: Annotated[list[Audience], Field(min_length=1)]


class Nag(Section):
    ladder: Annotated[list[RungTable], Field(min_length=1)] | None = None
    snooze: Positive | None = None
    empty_role: list[Positive] | None = None


class Roles(Section):
    texts: Filled | None = None


class WarRoom(Section):
    via: Annotated[str, AfterValidator(_one_of(("link", "zoom", "meet")))] | None = None
    link: Annotated[str, AfterValidator(_no_or_address)] = ""
    severities: list[str] | None = None
    host: str = ""
    access: Annotated[str, AfterValidator(_one_of(("OPEN", "TRUSTED", "RESTRICTED", "")))] = ""
    api: Annotated[str, AfterValidator(_no_or_address)] = ""
    login: Annotated[str, AfterValidator(_no_or_address)] = ""


class Lifecycle(Section):
    stable_for: Duration | None = None


class Handoff(Section):
    answer_within: Positive | None = None


class Postmortem(Section):
    due: Positive | None = None


class Comms(Section):
    templates: Filled | None = None
    promise_notice: Positive | None = None


class LinkTable(Section):
    title: Filled
    url: Annotated[str, AfterValidator(_address)]


class ServiceTable(Section):
    name: Filled
    aliases: list[Filled] = []
    owner: list[Reachable] = []
    escalation: list[Filled] = []
    runbooks: list[LinkTable] = []
    dashboards: list[LinkTable] = []
    depends_on: list[Filled] = []


class ServicesFile(Section):
    """A file of the catalogue's folder."""

    service: list[ServiceTable] = []


class Catalogue(Section):
    folder: Filled = "services"


class EscalationTable(Section):
    when: Occasion
    who: Annotated[list[Filled], Field(min_length=1)]
    at: list[str] = []
    after: Positive | None = None
    ask_first: bool = False


class Escalate(Section):
    answer_within: Positive | None = None


class Runbooks(Section):
    folder: Filled | None = None
    starters: bool = True
    stale_after: Positive | None = None
    alerts: list[Filled] = []
    hint_after: Duration | None = None


class RemediationTable(Section):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: Annotated[str, AfterValidator(_address)]
    method: Annotated[str, AfterValidator(_one_of(METHODS))] = "POST"
    about: str = ""
    secret: str = ""
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")] = "Authorization"
    body: dict[str, Any] = {}
    may: Annotated[list[Filled], Field(min_length=1)] = ["ic", "ops"]
    severities: list[Filled] = []
    services: list[Filled] = []
    timeout: Positive | None = None
    valid_for: Positive | None = None


class Clocks(Section):
    kinds: list[Filled] = []
    folder: Filled | None = None
    tell: list[Filled] = []


class Drills(Section):
    folder: Filled | None = None
    starters: bool = True


class Access(Section):
    admins: list[Annotated[str, AfterValidator(_member)]] = []
    admins_see_private: bool = False


class ConfigFile(Section):
    """The whole file, with the sections in the order of `sitrep.example.toml`."""

    scheme: Annotated[str, AfterValidator(_one_of(_SCHEMES))] = "sev0-3"
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    default_severity: str | None = None
    severity: Annotated[list[SeverityTable], Field(min_length=1)] | None = None
    question: Annotated[list[QuestionTable], Field(min_length=1)] | None = None
    channels: Channels = Channels()
    timeline: Timeline = Timeline()
    nag: Nag = Nag()
    roles: Roles = Roles()
    war_room: WarRoom = WarRoom()
    lifecycle: Lifecycle = Lifecycle()
    handoff: Handoff = Handoff()
    postmortem: Postmortem = Postmortem()
    comms: Comms = Comms()
    service: list[ServiceTable] = []
    catalogue: Catalogue = Catalogue()
    groups: dict[GroupName, list[Reachable]] = {}
    escalate: Escalate = Escalate()
    escalation: list[EscalationTable] | None = None
    runbooks: Runbooks = Runbooks()
    remediation: list[RemediationTable] = []
    clocks: Clocks = Clocks()
    drills: Drills = Drills()
    access: Access = Access()
    permissions: dict[str, list[Filled]] = {}
