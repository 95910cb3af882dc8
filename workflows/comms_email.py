"""The first email to customers: asked for within the hour at the severities that want one, until it has been sent.

The reminder is a row that exists while the email is owed; `follow` puts and drops it whenever the update clock starts.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, reminders, timeline
from storage import sent as stored
from storage.models import Incident, Reminder, Status
from workflows import claimed
from workflows.comms_templates import EMAILS
from workflows.drills import may_reach_out
from workflows.policy import Policy
from workflows.services import Services

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "customer_email"  # of the reminder, its run, and the line in Slack
WAIVED: Final = "no-email"  # the kind of the timeline's line that says that no customer is affected
OVER: Final = (Status.CLOSED, Status.CANCELLED, Status.MERGED)
FIRST_AFTER: Final = 2 / 3  # of the time there is


def within(incident: Incident, policy: Policy) -> timedelta | None:
    """How soon customers should hear; nothing where nobody has to write."""
    severity = policy.severity(incident.severity)
    if not may_reach_out(incident):
        return None
    if severity is None or incident.status in (*OVER, Status.TRIAGE) or incident.retrospective:
        return None
    return severity.customer_email_within


async def follow(made: "Change", services: Services) -> None:
    """The email is owed from now on, or not any more; then the line that asked for it goes."""
    if await watch(made.session, made.incident, services.policy, made.now):
        await made.owe(
            "customer_email_done", f"{made.incident.id}:{made.now.isoformat()}", lane=lane(made.incident.key)
        )


async def watch(session: AsyncSession, incident: Incident, policy: Policy, now: datetime) -> bool:
    """Begin to wait for the email, or stop. Says whether a line that asks for it may have to go."""
    subject = str(incident.key)
    known = await reminders.find(session, kind=KIND, subject=subject)
    time = within(incident, policy)
    if time is None:
        if known is not None:
            await session.delete(known)
        return known is not None
    if known is not None or await settled(session, incident.key):
        return False
    first = now + time * FIRST_AFTER
    made = await reminders.put(session, incident_id=incident.key, kind=KIND, subject=subject, due_at=first)
    made.args = {"by": (now + time).isoformat()}
    return False


async def settled(session: AsyncSession, incident_id: int) -> bool:
    """Whether customers have been written to, or need not be."""
    if await stored.any_of(session, incident_id, EMAILS):
        return True
    return any(entry.kind == WAIVED for entry in await timeline.entries(session, incident_id))


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """Owe the line that asks, and ask again when the time is up, then every hour or what it is."""
    now, policy = services.clock.now(), services.policy
    incident = await incidents.get(session, reminder.incident_id)
    time = within(incident, policy) if incident is not None else None
    if incident is None or time is None:
        await session.delete(reminder)
        return
    deadline = datetime.fromisoformat(reminder.args["by"])
    await claimed.owe(session, reminder, services, args={"by": deadline.isoformat()}, lane=lane(incident.key))
    missed = max(0, (now - deadline) // time + 1)
    await claimed.move(session, reminder, deadline + missed * time)


def lane(incident_id: int) -> str:
    return f"{KIND}:{incident_id}"
