"""The escalation matrix over time: which of its lines have come true, and when to look again. Pure.

No progress means no key moment, finding, decision, action or step that somebody ticked, no change of status or
severity, and no escalation, since that long. Updates alone are no progress: "nothing new" is one, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage.models import Status
from workflows.policy import Escalation, Policy

OPEN: Final = "open"
NO_PROGRESS: Final = "no-progress"
# Lines of the timeline that say that something moved.
PROGRESS: Final = frozenset(
    {
        *("declared", "status", "severity", "escalation"),
        *("key", "finding", "action", "decision", "runbook", "mitigation", "remediation"),
    }
)
# Where more people would not help: nobody knows yet whether it is one, or what hurts has been stopped.
AT_REST: Final = frozenset({Status.TRIAGE, Status.MITIGATED})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the matrix looks at. `since` is when it was declared, accepted or reopened, `progress_at` the last progress.

    `causes` are those that have led to an escalation already.
    """

    level: str
    since: datetime
    progress_at: datetime
    causes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Due:
    """A line of the matrix that has come true. The same `cause` escalates once."""

    line: Escalation
    cause: str
    after: timedelta


def watches(policy: Policy, level: str) -> bool:
    """Whether time alone can bring about an escalation at this severity."""
    return any(wait(policy, line, level) is not None for line in policy.escalations)


def look(policy: Policy, standing: Standing, now: datetime) -> tuple[list[Due], datetime | None]:
    """What has come true by `now` and has not been acted on, and when to look again (`None`: nothing is to come)."""
    due: list[Due] = []
    later: list[datetime] = []
    for line in policy.escalations:
        after = wait(policy, line, standing.level)
        if after is None:
            continue
        at = begins(line, standing) + after
        cause = cause_of(line, standing)
        if cause in standing.causes:
            later += [now + after] if line.when == NO_PROGRESS else []
        elif at <= now:
            due.append(Due(line=line, cause=cause, after=after))
        else:
            later.append(at)
    return due, min(later, default=None)


def wait(policy: Policy, line: Escalation, level: str) -> timedelta | None:
    """How long after its beginning a line comes true at this severity; `None` when time has nothing to do with it."""
    severity = policy.severity(level)
    if severity is None or line.when not in (OPEN, NO_PROGRESS) or not holds(line, severity.level):
        return None
    return line.after or (severity.escalate_after if line.when == NO_PROGRESS else None)


def holds(line: Escalation, level: str) -> bool:
    return not line.at or level in line.at


def begins(line: Escalation, standing: Standing) -> datetime:
    return standing.since if line.when == OPEN else standing.progress_at


def cause_of(line: Escalation, standing: Standing) -> str:
    return f"{line.when} {'+'.join(line.who)} {begins(line, standing).isoformat()}"


def at_once(policy: Policy, when: str, level: str) -> list[Escalation]:
    """The lines for something that has just happened."""
    return [line for line in policy.escalations if line.when == when and holds(line, level)]


def newest(times: Iterable[datetime], otherwise: datetime) -> datetime:
    return max([*times, otherwise])
