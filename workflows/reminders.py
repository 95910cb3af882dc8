"""Rows with a due time, asked once a second: what is due is claimed, checked again, and turned into a run.

The claim and the run are one transaction, so a reminder is neither lost nor told twice, however many processes ask.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import reminders
from storage.models import Reminder
from workflows import handoff, nags, patience
from workflows.services import Services

# Deals with a due reminder in the session given: owes a run, and moves or deletes the reminder.
DueFunction = Callable[[AsyncSession, Reminder, Services], Awaitable[None]]

DUE: Mapping[str, DueFunction] = MappingProxyType(
    {"handoff": handoff.due, "patience": patience.due, "update": nags.due}
)


async def tick(services: Services) -> int:
    """Deal with everything that is due now; returns how many reminders that were."""
    now = services.clock.now()
    async with services.database.read() as session:
        if not await reminders.anything_due(session, now):
            return 0
    async with services.database.write() as session:
        due = await reminders.claim_due(session, now)
        for reminder in due:
            await DUE[reminder.kind](session, reminder, services)
    services.bell.ring()
    return len(due)
