"""Changing the record: one transaction holds the new state, its line on the timeline, and the work owed to Slack."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, reminders, runs, timeline
from storage.models import Incident, Run
from workflows import audit, onlookers, patience, permissions
from workflows.access import unknown
from workflows.errors import AlreadyDone, UserError
from workflows.followers import FOLLOWERS
from workflows.services import Services


class Change:
    """An incident in the middle of being changed, with everything that must be stored together."""

    def __init__(self, session: AsyncSession, incident: Incident, now: datetime) -> None:
        self.session = session
        self.incident = incident
        self.now = now
        self.owed: list[str] = []

    def tell(
        self,
        kind: str,
        text: str,
        by: str,
        *,
        at: datetime | None = None,
        source_ts: str | None = None,
        state: str = "",
    ) -> None:
        """Put a line on the timeline. `text` is Slack-encoded; `at` is when it happened, now if not given.

        `state` is the severity or status that it led to.
        """
        timeline.add(
            self.session,
            incident_id=self.incident.key,
            at=at or self.now,
            recorded_at=self.now,
            kind=kind,
            by=by,
            text=text,
            source_ts=source_ts,
            state=state,
        )

    async def owe(self, kind: str, key: str, args: Mapping[str, Any] | None = None, *, lane: str | None = None) -> Run:
        """Note work to be done in Slack. Work in one lane, by default the incident's, is done in order."""
        self.owed.append(f"{kind}:{key}")
        return await runs.owe(
            self.session,
            kind=kind,
            key=f"{kind}:{key}",
            lane=lane or f"incident:{self.incident.id}",
            now=self.now,
            incident_id=self.incident.id,
            args=args,
        )

    async def remind(self, kind: str, due_at: datetime, *, subject: str | None = None) -> None:
        """Make something happen later; a reminder of that kind for that subject is moved."""
        await reminders.put(
            self.session,
            incident_id=self.incident.key,
            kind=kind,
            subject=subject or str(self.incident.id),
            due_at=due_at,
        )

    async def forget(self, kind: str, *, subject: str | None = None) -> None:
        """Take a reminder back."""
        await reminders.drop(self.session, kind=kind, subject=subject or str(self.incident.id))

    async def refresh(self) -> None:
        """Let card, topic and announcement follow. Several changes in a row cost one refresh."""
        self.incident.version += 1
        self.session.add(self.incident)
        await self.owe("refresh", str(self.incident.id), lane=f"refresh:{self.incident.id}")

    async def reset_clock(self, services: Services, *, after: timedelta | None = None) -> None:
        """Start the update clock of the severity anew; a severity without cadence, or an ended incident, has none.

        All that hangs on the course of an incident follows with it: `workflows.followers`.
        """
        self.incident.snoozed_until = None
        for follow in FOLLOWERS:
            await follow(self, services)
        severity = services.policy.severity(self.incident.severity)
        every = after or (severity.update_every if severity else None)
        if every is None or not self.incident.is_open:
            self.incident.update_due_at = None
            await self.forget("update")
            return
        self.incident.update_due_at = self.now + every
        await self.remind("update", self.incident.update_due_at)


@asynccontextmanager
async def change(
    services: Services, incident_id: int, *, press: str = "", along: Sequence[int] = ()
) -> AsyncIterator[Change]:
    """Change an incident. Everything in the block is stored at its end, together, or not at all.

    `along` are incidents that the block changes, too: all are locked by number, so that nobody waits for each other.
    Raises `AlreadyDone` when this press has had its effect, `UserError` when there is no such incident, and
    `NotAllowed` when whoever asks for it may not.
    """
    now = services.clock.now()
    try:
        async with services.database.write() as session:
            if not await incidents.first_time(session, press, now):
                raise AlreadyDone(press)
            held = {one: await incidents.locked(session, one) for one in sorted({incident_id, *along})}
            incident = held[incident_id]
            if incident is None:
                raise UserError(unknown(incident_id))
            await permissions.require(session, incident, services.asker, services.policy)
            made = Change(session, incident, now)
            yield made
            session.add(incident)
            await audit.changed(session, services.asker, incident_id, now)
            await onlookers.tell(session, services, incident_id)
            await patience.watch(session, services, press=press, incident_id=incident_id, owed=made.owed)
    except IntegrityError as conflict:
        if press and is_press_conflict(conflict):
            raise AlreadyDone(press) from conflict
        raise
    services.bell.ring()


def is_press_conflict(conflict: IntegrityError) -> bool:
    """Whether two processes stored the same press at once; the schema let one of them through.

    The first line names the constraint; further ones, on PostgreSQL, quote values that people wrote.
    """
    return "press" in str(conflict.orig).partition("\n")[0].lower()
