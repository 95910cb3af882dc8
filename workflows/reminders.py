"""Rows with a due time, asked once a second: what is due is claimed, checked again, and turned into a run.

The claim and the run are one transaction, so a reminder is neither lost nor told twice, however many processes ask.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import reminders, timeline
from storage.database import Unavailable
from storage.models import Reminder
from workflows import (
    action_lines,
    clocks_telling,
    comms_email,
    drilling,
    escalation,
    escalation_watch,
    handoff,
    mitigations,
    nags,
    patience,
    promises,
    role_nags,
)
from workflows.services import Services

log = logging.getLogger(__name__)

MOST_A_TICK: Final = 1000
AT_ONCE: Final = 20  # in one transaction: somebody who types a command waits for one of them
PAUSE: Final = timedelta(minutes=1)  # before a reminder that failed is tried again

# Deals with a due reminder in the session given: owes a run, and moves or deletes the reminder.
DueFunction = Callable[[AsyncSession, Reminder, Services], Awaitable[None]]

DUE: Mapping[str, DueFunction] = MappingProxyType(
    {
        "action": action_lines.due,
        "clock": clocks_telling.due,
        "clocks_question": clocks_telling.question_due,
        "customer_email": comms_email.due,
        "escalation": escalation.due,
        "escalation_watch": escalation_watch.due,
        "handoff": handoff.due,
        "inject": drilling.due,
        "mitigation": mitigations.due,
        "patience": patience.due,
        "promise": promises.due,
        "update": nags.due,
        "vacancy": role_nags.due,
    }
)


async def tick(services: Services) -> int:
    """Deal with what is due now, at most `MOST_A_TICK`; returns how many reminders that were.

    In several transactions, so that somebody who types a command meanwhile waits for one of them at most.
    """
    now = services.clock.now()
    async with services.database.read() as session:
        if not await reminders.anything_due(session, now, DUE):
            return 0
    dealt_with = 0
    while dealt_with < MOST_A_TICK and (more := await deal_with_some(services, now)):
        dealt_with += more
        services.bell.ring()
        await asyncio.sleep(0)
    return dealt_with


async def deal_with_some(services: Services, now: datetime) -> int:
    """One transaction. A reminder that fails is put off; the others of its transaction are dealt with in the next."""
    reminder: Reminder | None = None
    try:
        async with services.database.write() as session:
            due = await reminders.claim_due(session, now, DUE, AT_ONCE)
            for reminder in due:
                await DUE[reminder.kind](session, reminder, services)
        return len(due)
    except Unavailable:
        raise
    except Exception:
        if reminder is None:
            raise
        about = {"kind": reminder.kind, "incident": reminder.incident_id}
        log.exception("a reminder failed", extra={"action": "reminder_failed", **about})
        async with services.database.write() as session:
            await reminders.put_off(session, kind=reminder.kind, subject=reminder.subject, due_at=now + PAUSE)
            await timeline.add_problem(session, incident_id=reminder.incident_id, at=now, text=failed(reminder))
        return 1


def failed(reminder: Reminder) -> str:
    """What the people of the incident read, once for each kind."""
    return (
        f"A reminder did not work ({reminder.kind.replace('_', ' ')}), so look after it yourselves for now. "
        "Sitrep tries again every minute; whoever runs it finds why in its log."
    )
