"""What two replicas do to one incident at the same moment: nobody waits for ever, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.config import async_url
from storage import incidents, reminders, runs
from storage.database import Database
from tests.postgres import fresh_database
from tests.storage.conftest import NOW, stored

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
async def replicas(template: str) -> AsyncIterator[tuple[Database, Database]]:
    async with fresh_database(template=template) as address:
        pair = Database(async_url(address)), Database(async_url(address))
        yield pair
        for one in pair:
            await one.close()


@pytest.mark.postgres
async def test_a_tick_and_an_update_that_meet_in_the_middle_both_end(replicas: tuple[Database, Database]) -> None:
    ticking, updating = replicas
    incident = await stored(ticking, press="first")
    async with ticking.write() as session:
        await reminders.put(session, incident_id=incident.key, kind="update", subject="1", due_at=NOW)
    claimed, locked = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        """Holds the reminder, then owes a run, which points at the incident."""
        async with ticking.write() as session:
            [reminder] = await reminders.claim_due(session, NOW, ("update",))
            claimed.set()
            await locked.wait()
            await runs.owe(session, kind="nag", key="nag:1", lane="nag:1", now=NOW, incident_id=incident.key)
            reminder.rung, reminder.due_at = 1, NOW + timedelta(minutes=5)
            session.add(reminder)

    async def update() -> None:
        """Holds the incident, then moves the reminder."""
        await claimed.wait()
        async with updating.write() as session:
            found = await incidents.locked(session, incident.key)
            assert found is not None
            locked.set()
            await reminders.put(session, incident_id=incident.key, kind="update", subject="1", due_at=LATER)
            found.update_due_at = LATER
            session.add(found)

    await asyncio.wait_for(asyncio.gather(tick(), update()), timeout=20)

    async with ticking.read() as session:
        reminder = await reminders.find(session, kind="update", subject="1")
    assert reminder is not None
    assert (reminder.rung, reminder.due_at, reminder.since) == (0, LATER, LATER)
