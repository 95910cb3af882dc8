"""What every kind of reminder does when its time has come: owe its run once for that moment, then move on or go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import runs
from storage.models import Reminder, Run
from workflows.services import Services


async def owe(
    session: AsyncSession,
    reminder: Reminder,
    services: Services,
    *,
    kind: str = "",
    args: Mapping[str, Any] | None = None,
    of: str = "",
    lane: str = "",
) -> Run:
    """Owe the run of `kind`, by default the reminder's, in a lane of the subject's own unless `lane` names one.

    Its key holds the time at which the reminder was due, so that it is told once for that moment; `of` stands for the
    subject where that alone does not say what is told.
    """
    kind = kind or reminder.kind
    return await runs.owe(
        session,
        kind=kind,
        key=f"{kind}:{of or reminder.subject}:{reminder.due_at.isoformat()}",
        lane=lane or f"{kind}:{reminder.subject}",
        now=services.clock.now(),
        incident_id=reminder.incident_id,
        args=args,
    )


async def move(session: AsyncSession, reminder: Reminder, at: datetime | None) -> None:
    """Look again at `at`; never, if there is no such time."""
    if at is None:
        await session.delete(reminder)
        return
    reminder.due_at = at
    session.add(reminder)
