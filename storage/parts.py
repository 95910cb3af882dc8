"""Which parts an incident has at all: most have few, and what it does not have need not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlmodel import col, exists
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.clocks import MERGED_THAT_OWE
from storage.models import Checklist, Clock, Handoff, HandoffState, Incident, Promise, PromiseState, Update, WarRoom


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Whether there are any. `clocks_of_merged`: something is owed in a merged incident, whichever it went on in."""

    call: bool
    handoff: bool
    updates: bool
    promises: bool
    runbook: bool
    clocks: bool
    clocks_of_merged: bool


HERE: Final = col(Incident.id)
MINE: Final[BindParameter[int]] = bindparam("of_incident")
WHERE: Final[Mapping[str, ColumnElement[bool]]] = MappingProxyType(
    {
        "call": exists().where(col(WarRoom.incident_id) == HERE),
        "handoff": exists().where(col(Handoff.incident_id) == HERE, col(Handoff.state) == HandoffState.PROPOSED),
        "updates": exists().where(col(Update.incident_id) == HERE),
        "promises": exists().where(col(Promise.incident_id) == HERE, col(Promise.state) == PromiseState.OPEN),
        "runbook": exists().where(col(Checklist.incident_id) == HERE),
        "clocks": exists().where(col(Clock.incident_id) == HERE),
        "clocks_of_merged": MERGED_THAT_OWE.correlate(None).exists(),
    }
)
# One statement instead of seven, and put together once, as it is asked all the time.
LOOKING: Final[Any] = select(*(found.label(name) for name, found in WHERE.items())).where(HERE == MINE)


async def of_incident(session: AsyncSession, incident_id: int) -> Parts:
    """What there is to read of an incident that is on record."""
    found = (await session.exec(LOOKING, params={"of_incident": incident_id})).one()
    return Parts(**found._mapping)
