"""The timeline: what was put there on purpose, and the messages that people marked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Entry

# Asked all the time, so put together once.
STANDING: Final = (
    select(Entry)
    .where(col(Entry.incident_id) == bindparam("of_incident"), col(Entry.removed_at).is_(None))
    .order_by(col(Entry.at), col(Entry.id))
)


def add(
    session: AsyncSession,
    *,
    incident_id: int,
    at: datetime,
    kind: str,
    by: str,
    text: str,
    recorded_at: datetime | None = None,
    source_ts: str | None = None,
    state: str = "",
) -> Entry:
    """Put a line on the timeline. `at` is when it happened, `recorded_at` when we heard of it.

    `state` is the severity or status that it led to.
    """
    entry = Entry(
        incident_id=incident_id,
        at=at,
        recorded_at=recorded_at or at,
        kind=kind,
        by=by,
        text=text,
        source_ts=source_ts,
        state=state,
    )
    session.add(entry)
    return entry


async def add_problem(session: AsyncSession, *, incident_id: int, at: datetime, text: str) -> None:
    """Say what could not be done, once: what is tried again and fails again has been told."""
    await add_once(session, incident_id=incident_id, at=at, kind="problem", text=text)


async def add_once(session: AsyncSession, *, incident_id: int, at: datetime, kind: str, text: str) -> None:
    """A line of the bot's own, unless the very same stands there: a step that was cut may have put it there."""
    known = select(Entry.id).where(Entry.incident_id == incident_id, Entry.kind == kind, Entry.text == text)
    if (await session.exec(known.limit(1))).first() is None:
        add(session, incident_id=incident_id, at=at, kind=kind, by="sitrep", text=text)


async def entries(session: AsyncSession, incident_id: int) -> Sequence[Entry]:
    """The lines that stand, in the order in which they happened."""
    return (await session.exec(STANDING, params={"of_incident": incident_id})).all()


async def about(session: AsyncSession, incident_id: int, source_ts: str, kind: str) -> Entry | None:
    """The line of that kind that stands for a message."""
    statement = select(Entry).where(
        Entry.incident_id == incident_id,
        Entry.source_ts == source_ts,
        Entry.kind == kind,
        col(Entry.removed_at).is_(None),
    )
    return (await session.exec(statement)).first()
