"""Emails to customers, at the severities that want them: the first within the hour, asked for until it is sent or the
incident is resolved; then the one with all details, asked for once.

The reminder is a row that exists while the email is owed; `follow` puts and drops it whenever the update clock starts.
"""

from datetime import UTC, datetime, timedelta
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
FIRST: Final = "customer-email"  # the two emails, by the names of their templates
DETAILS: Final = "customer-email-details"
DETAILS_WITHIN: Final = timedelta(hours=24)  # of the resolution
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # the row stays, as what was asked once is not asked again


def wanted(incident: Incident, policy: Policy) -> str:
    """The email that is owed now; empty where nobody has to write."""
    if within(incident, policy) is None:
        return ""
    return DETAILS if incident.status == Status.RESOLVED else FIRST


def asks_for(reminder: Reminder) -> str:
    return str(reminder.args.get("mail", FIRST))


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
    """Begin to wait for the email, or stop. Says whether a line that asks for another one may have to go."""
    subject, mail = str(incident.key), wanted(incident, policy)
    known = await reminders.find(session, kind=KIND, subject=subject)
    if known is not None and asks_for(known) == mail:
        return False
    if not mail or await settled(session, incident.key, mail):
        await reminders.drop(session, kind=KIND, subject=subject)
        return known is not None and not still_stands(known, incident)
    first, by = times(incident, policy, mail, now)
    made = await reminders.put(session, incident_id=incident.key, kind=KIND, subject=subject, due_at=first)
    made.args = {"by": by.isoformat(), "mail": mail}
    return known is not None


def still_stands(reminder: Reminder, incident: Incident) -> bool:
    """The details are owed after the end, too: closing leaves the line that asks for them where it is."""
    return asks_for(reminder) == DETAILS and incident.status == Status.CLOSED


def times(incident: Incident, policy: Policy, mail: str, now: datetime) -> tuple[datetime, datetime]:
    """When to ask, and by when it has to be sent."""
    if mail == DETAILS:
        return now, (incident.resolved_at or now) + DETAILS_WITHIN
    time = within(incident, policy) or timedelta(0)
    return now + time * FIRST_AFTER, now + time


async def settled(session: AsyncSession, incident_id: int, mail: str) -> bool:
    """Whether customers have been written to, or need not be. Who has all details needs no first word."""
    if await stored.any_of(session, incident_id, (DETAILS,) if mail == DETAILS else EMAILS):
        return True
    return any(entry.kind == WAIVED for entry in await timeline.entries(session, incident_id))


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """Owe the line that asks. For the first email, ask again when the time is up, then every hour or what it is."""
    now, policy = services.clock.now(), services.policy
    incident = await incidents.get(session, reminder.incident_id)
    time = within(incident, policy) if incident is not None else None
    if incident is None or time is None:
        await session.delete(reminder)
        return
    if asks_for(reminder) != wanted(incident, policy):  # put by a release that asked for one email only
        await watch(session, incident, policy, now)
        return
    await claimed.owe(session, reminder, services, args=dict(reminder.args), lane=lane(incident.key))
    if asks_for(reminder) == DETAILS:
        await claimed.move(session, reminder, NEVER)
        return
    deadline = datetime.fromisoformat(reminder.args["by"])
    missed = max(0, (now - deadline) // time + 1)
    await claimed.move(session, reminder, deadline + missed * time)


def lane(incident_id: int) -> str:
    return f"{KIND}:{incident_id}"
