"""When to look at the escalation matrix again: a due row for each open incident, moved whenever something changes."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import escalations, incidents, timeline
from storage.models import Incident, Reminder, Status
from workflows import claimed, matrix
from workflows.matrix import Standing
from workflows.policy import Policy
from workflows.services import Services
from workflows.timeline import timeline as timeline_of

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "escalation_watch"  # of the reminder and its run


async def follow(made: "Change", services: Services) -> None:
    """Plan the next look as things stand now; none, once it is over."""
    at = await next_look(made.session, made.incident, services.policy, made.now)
    await (made.forget(KIND) if at is None else made.remind(KIND, at))


async def next_look(session: AsyncSession, incident: Incident, policy: Policy, now: datetime) -> datetime | None:
    """When something may come true next; now for what is overdue, `None` when time alone escalates nothing."""
    if not awake(incident, policy):
        return None
    due, later = matrix.look(policy, await standing(session, incident), now)
    return now if due else later


def awake(incident: Incident, policy: Policy) -> bool:
    at_rest = not incident.is_open or incident.status in matrix.AT_REST
    return not at_rest and matrix.watches(policy, incident.severity)


async def standing(session: AsyncSession, incident: Incident) -> Standing:
    """Everything the matrix looks at, read from the record."""
    lines = await timeline_of(session, incident)
    begun = [
        entry.recorded_at
        for entry in await timeline.entries(session, incident.key)
        if entry.state == Status.INVESTIGATING
    ]
    since = matrix.newest(begun, incident.declared_at)
    moved = (line.recorded_at for line in lines if line.kind in matrix.PROGRESS)
    known = await escalations.of_incident(session, incident.key)
    return Standing(
        level=incident.severity,
        since=since,
        progress_at=matrix.newest(moved, since),
        causes=frozenset(one.cause for one in known),
    )


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """The time to look has come: owe the run that does, unless the incident is over."""
    incident = await incidents.get(session, reminder.incident_id)
    if incident is not None and awake(incident, services.policy):
        await claimed.owe(session, reminder, services)
    await session.delete(reminder)
