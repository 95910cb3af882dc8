"""The life of an incident, as one table. README's diagram is tested against it."""

from collections.abc import Mapping
from types import MappingProxyType

from storage.models import OPEN_STATUSES, Status
from workflows.errors import UserError

# What people do, and where it leads from each status. Any open status may skip forward.
TRANSITIONS: Mapping[tuple[Status, str], Status] = MappingProxyType(
    {
        (Status.TRIAGE, "accept"): Status.INVESTIGATING,
        (Status.TRIAGE, "identified"): Status.IDENTIFIED,
        (Status.TRIAGE, "mitigated"): Status.MITIGATED,
        (Status.TRIAGE, "resolved"): Status.RESOLVED,
        (Status.TRIAGE, "cancel"): Status.CANCELLED,
        (Status.TRIAGE, "merge"): Status.MERGED,
        (Status.INVESTIGATING, "identified"): Status.IDENTIFIED,
        (Status.INVESTIGATING, "mitigated"): Status.MITIGATED,
        (Status.INVESTIGATING, "resolved"): Status.RESOLVED,
        (Status.INVESTIGATING, "cancel"): Status.CANCELLED,
        (Status.INVESTIGATING, "merge"): Status.MERGED,
        (Status.IDENTIFIED, "mitigated"): Status.MITIGATED,
        (Status.IDENTIFIED, "resolved"): Status.RESOLVED,
        (Status.IDENTIFIED, "cancel"): Status.CANCELLED,
        (Status.IDENTIFIED, "merge"): Status.MERGED,
        (Status.MITIGATED, "resolved"): Status.RESOLVED,
        (Status.MITIGATED, "cancel"): Status.CANCELLED,
        (Status.MITIGATED, "merge"): Status.MERGED,
        (Status.RESOLVED, "close"): Status.CLOSED,
        (Status.RESOLVED, "reopen"): Status.INVESTIGATING,
        (Status.CLOSED, "reopen"): Status.INVESTIGATING,
        (Status.CANCELLED, "reopen"): Status.INVESTIGATING,
        (Status.MERGED, "reopen"): Status.INVESTIGATING,
    }
)

# Why a step is not possible, where the bare facts would not help.
REFUSALS: Mapping[tuple[Status, str], str] = MappingProxyType(
    {
        (Status.IDENTIFIED, "identified"): "The cause is marked as identified already.",
        (Status.MITIGATED, "mitigated"): "This incident is marked as mitigated already.",
        (Status.MITIGATED, "identified"): "This incident is mitigated, which is past identified. Nothing to change.",
        (Status.RESOLVED, "resolved"): "This incident is resolved already.",
        (Status.RESOLVED, "mitigated"): "This incident is resolved. `/incident reopen` if it has come back.",
        (Status.RESOLVED, "identified"): "This incident is resolved. `/incident reopen` if it has come back.",
        (Status.CLOSED, "close"): "This incident is closed already.",
    }
)


def move(status: str, action: str) -> Status:
    """Where `action` leads from `status`. Raises `UserError` with what would work instead."""
    found = TRANSITIONS.get((Status(status), action))
    if found is not None:
        return found
    raise UserError(refusal(Status(status), action))


def refusal(status: Status, action: str) -> str:
    known = REFUSALS.get((status, action))
    if known is not None:
        return known
    if action == "accept" and status in OPEN_STATUSES:
        return f"This is an incident already ({status}). Nothing was changed."
    if action == "close" and status in OPEN_STATUSES:
        return "Only a resolved incident can be closed. When it is over: `/incident resolved`, then `/incident close`."
    if action == "reopen" and status in OPEN_STATUSES:
        return f"This incident is open ({status}), so there is nothing to reopen."
    return f"This incident is {status}. `/incident reopen` brings it back; `/incident declare` starts a new one."


def next_actions(status: str) -> tuple[str, ...]:
    """The actions that are possible from here, in the order of the table."""
    return tuple(action for (origin, action) in TRANSITIONS if origin == status)
