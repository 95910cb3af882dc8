"""Keeps who did what with an incident and how, in the transaction that does it; and who was refused."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audits
from storage.models import Deed
from workflows.errors import NotAllowed
from workflows.services import Asker, Services


async def changed(session: AsyncSession, asker: Asker | None, incident_id: int, now: datetime) -> None:
    """Part of every change that a person asked for. What Sitrep does by itself is in its runs."""
    if asker is not None and asker.press:
        await audits.note(session, deed(asker, incident_id, now, audits.CHANGED))


async def refused_now(session: AsyncSession, asker: Asker | None, incident_id: int, now: datetime) -> None:
    """A refusal that is part of a transaction, which therefore changed nothing."""
    if asker is not None and asker.press:
        await audits.note(session, deed(asker, incident_id, now, audits.REFUSED))


async def looked(services: Services, incident_id: int) -> None:
    """Somebody looked at a private incident."""
    await keep(services, services.asker, incident_id, audits.LOOKED)


async def refused(services: Services, refusal: NotAllowed) -> None:
    """Somebody asked for what they may not do. What they typed is not kept."""
    await keep(services, refusal.asker, refusal.incident_id, audits.REFUSED)


async def keep(services: Services, asker: Asker | None, incident_id: int, outcome: str) -> None:
    if asker is None or not asker.press:
        return
    async with services.database.write() as session:
        await audits.note(session, deed(asker, incident_id, services.clock.now(), outcome))


def deed(asker: Asker, incident_id: int, now: datetime, outcome: str) -> Deed:
    return Deed(
        incident_id=incident_id,
        press=asker.press,
        at=now,
        by=asker.user_id,
        how=asker.how,
        verb=asker.verb,
        outcome=outcome,
        detail=asker.behind,
    )
