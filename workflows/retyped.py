"""Declaring once more what one has just declared: who saw no answer types it again, and means the same incident."""

from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from storage.models import Incident, Status

WITHIN: Final = timedelta(minutes=2)


async def find(session: AsyncSession, new: Incident) -> Incident | None:
    """The open incident that `new` says again: of the same person, title, severity and kind, declared just now."""
    recent = await incidents.declared_since(session, new.declared_at - WITHIN)
    return next((one for one in reversed(recent) if one.id != new.id and said(one) == said(new)), None)


def said(incident: Incident) -> tuple[object, ...]:
    """What somebody says when declaring; upper and lower case and spaces are not heard."""
    return (
        incident.declared_by,
        " ".join(incident.title.split()).casefold(),
        incident.severity,
        incident.private,
        incident.kind,
        incident.drill,
        incident.retrospective,
        incident.status == Status.TRIAGE,
    )


def moment(ago: timedelta) -> str:
    """How long ago something of the last minutes was: `just now`, `20 seconds ago`, `a minute ago`."""
    seconds = int(ago.total_seconds())
    if seconds >= 60:
        return "a minute ago" if seconds < 120 else "two minutes ago"
    return f"{seconds} seconds ago" if seconds > 1 else "just now"
