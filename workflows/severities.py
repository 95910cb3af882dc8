"""Severities: what a level is and how people type it, and the two schemes that ship, with the questions that choose.

Values only; `workflows.policy` holds those of the team.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

Scheme = Literal["sev0-3", "sev1-4"]


@dataclass(frozen=True, kw_only=True)
class Severity:
    """One level: what it means and what it asks of people. A duration of `None` asks for nothing.

    `response` and `escalation` say in words how people react and who is brought in next.
    """

    level: str
    name: str
    definition: str = ""
    example: str = ""
    response: str = ""
    escalation: str = ""
    respond_within: timedelta | None = None
    update_every: timedelta | None = None
    escalate_after: timedelta | None = None
    customer_email_within: timedelta | None = None
    roles: tuple[str, ...] = ("ic",)
    invite: tuple[str, ...] = ()  # member ids and user group ids
    postmortem: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the severity classifier. `yes` and `no` lead to a level, or to another question's `key`."""

    key: str
    ask: str
    yes: str
    no: str
    hint: str = ""


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


# The schemes, most severe level first.

_SEV0_TO_3 = (
    Severity(
        level="SEV0",
        name="Critical outage",
        definition="Complete service outage, critical data loss, payment processing down",
        example="The API is completely down and every customer is affected",
        response="Page immediately, day and night; all hands on deck",
        escalation="Executives are told at once",
        respond_within=timedelta(minutes=5),
        update_every=timedelta(minutes=15),
        escalate_after=timedelta(minutes=30),
        customer_email_within=timedelta(hours=1),
        roles=("ic", "comms", "sme", "scribe"),
        postmortem=True,
    ),
    Severity(
        level="SEV1",
        name="Major degradation",
        definition="Major functionality degraded, significant customer subset affected",
        example="15% of requests fail, or a critical feature is unavailable",
        response="Page during business hours, escalate off-hours; an incident commander is assigned",
        escalation="Owner of the service; management when it is open for more than 30 minutes",
        respond_within=timedelta(minutes=15),
        update_every=timedelta(minutes=30),
        escalate_after=timedelta(minutes=30),
        customer_email_within=timedelta(hours=1),
        roles=("ic", "sme"),
        postmortem=True,
    ),
    Severity(
        level="SEV2",
        name="Minor issue",
        definition="Minor functionality impaired, edge case bug, small user subset affected",
        example="A glitch in the interface, or a slow feature that is not critical",
        response="Email or a Slack alert; taken up on the next business day",
        escalation="Owner of the service when special knowledge is needed",
        respond_within=timedelta(days=1),
        update_every=timedelta(hours=2),
    ),
    Severity(
        level="SEV3",
        name="Low impact",
        definition="Cosmetic issue, no customer functionality affected",
        example="A visual inconsistency, or a mistake in the documentation",
        response="The ticket queue, in a planned sprint",
        escalation="Nobody needs to be called",
    ),
)

_SEV1_TO_4 = (
    Severity(
        level="SEV1",
        name="Critical",
        definition="Total outage, data loss or major data risk, security breach",
        example="Payments are unavailable everywhere",
        response="At once, day and night",
        escalation="Executives, and legal if needed; management when it is open for more than 30 minutes",
        respond_within=timedelta(minutes=5),
        update_every=timedelta(minutes=15),
        escalate_after=timedelta(minutes=30),
        customer_email_within=timedelta(hours=1),
        roles=("ic", "comms", "ops"),
        postmortem=True,
    ),
    Severity(
        level="SEV2",
        name="High",
        definition="Major degradation or feature broken, significant subset of users affected",
        example="Checkout or login fails, or the core API has a raised error rate",
        response="Within half an hour, day and night",
        escalation="Owner of the service, then their manager",
        respond_within=timedelta(minutes=30),
        update_every=timedelta(hours=1),
        escalate_after=timedelta(minutes=30),
        customer_email_within=timedelta(hours=1),
        roles=("ic", "ops"),
        postmortem=True,
    ),
    Severity(
        level="SEV3",
        name="Medium",
        definition="Limited impact, a workaround exists",
        example="A dashboard is slow and there is another way to the same figures",
        response="Within hours, in business hours",
        escalation="On-call, then the secondary",
        respond_within=timedelta(hours=4),
    ),
    Severity(
        level="SEV4",
        name="Low",
        definition="Minor issue, cosmetic or internal only",
        example="A typo in the admin tool",
        response="Best effort; in the next sprint",
        escalation="The team queue",
        respond_within=timedelta(days=1),
    ),
)

_QUESTIONS_0_TO_3 = (
    Question(
        key="down",
        ask="Is production completely down, or is critical data at risk?",
        hint="Nobody can use the product, payments do not go through at all, or data is lost or leaks.",
        yes="SEV0",
        no="major",
    ),
    Question(
        key="major",
        ask="Is major functionality degraded?",
        hint="A critical feature is unavailable, or many requests fail for a significant part of the customers.",
        yes="workaround",
        no="customers",
    ),
    Question(
        key="workaround",
        ask="Is there a workaround?",
        hint="Something that customers can really do now, not only something that engineers could build.",
        yes="SEV1",
        no="SEV0",
    ),
    Question(
        key="customers",
        ask="Are customers impacted?",
        hint="Anybody outside notices: an edge case, a small group, something slow.",
        yes="SEV2",
        no="SEV3",
    ),
)

# The same questions; in this scheme a major feature without a workaround is SEV2, and one with it SEV3.
_LEADS_1_TO_4 = {
    "down": ("SEV1", "major"),
    "major": ("workaround", "customers"),
    "workaround": ("SEV3", "SEV2"),
    "customers": ("SEV3", "SEV4"),
}
_QUESTIONS_1_TO_4 = tuple(
    replace(question, yes=_LEADS_1_TO_4[question.key][0], no=_LEADS_1_TO_4[question.key][1])
    for question in _QUESTIONS_0_TO_3
)

SCHEMES: Mapping[Scheme, tuple[tuple[Severity, ...], str, tuple[Question, ...]]] = MappingProxyType(
    {"sev0-3": (_SEV0_TO_3, "SEV2", _QUESTIONS_0_TO_3), "sev1-4": (_SEV1_TO_4, "SEV3", _QUESTIONS_1_TO_4)}
)
