"""Rows with a due time: one of a kind for each subject, claimed by one process."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from storage import reminders
from storage.database import Database
from storage.models import Incident
from tests.storage.conftest import NOW

LATER = NOW + timedelta(minutes=30)
KINDS = ("update",)


async def put(database: Database, incident: Incident, subject: str = "1", **minutes: float) -> None:
    async with database.write() as session:
        await reminders.put(
            session,
            incident_id=incident.key,
            kind="update",
            subject=subject,
            due_at=NOW + timedelta(**minutes),
        )


async def due(database: Database, minutes: float) -> bool:
    async with database.read() as session:
        return await reminders.anything_due(session, NOW + timedelta(minutes=minutes), KINDS)


async def test_a_reminder_is_due_from_its_time_on(database: Database, incident: Incident) -> None:
    await put(database, incident, minutes=30)
    assert [await due(database, minutes) for minutes in (29.9, 30, 31)] == [False, True, True]


async def test_setting_it_again_moves_it_and_starts_its_ladder_anew(database: Database, incident: Incident) -> None:
    await put(database, incident, minutes=30)
    async with database.write() as session:
        found = await reminders.find(session, kind="update", subject="1")
        assert found is not None
        found.rung, found.due_at = 2, LATER + timedelta(minutes=15)
        session.add(found)
    await put(database, incident, minutes=60)
    async with database.read() as session:
        found = await reminders.find(session, kind="update", subject="1")
    assert found is not None
    assert (found.rung, found.due_at, found.since) == (0, NOW + timedelta(minutes=60), NOW + timedelta(minutes=60))


async def test_a_reminder_that_was_dropped_is_never_due(database: Database, incident: Incident) -> None:
    await put(database, incident, minutes=30)
    await put(database, incident, subject="2", minutes=90)
    async with database.write() as session:
        await reminders.drop(session, kind="update", subject="1")
    assert [await due(database, minutes) for minutes in (60, 90)] == [False, True]


async def test_the_longest_due_come_first_and_not_more_than_asked_for(database: Database, incident: Incident) -> None:
    for subject, minutes in (("late", 3), ("early", 1), ("middle", 2)):
        await put(database, incident, subject=subject, minutes=minutes)
    async with database.write() as session:
        found = await reminders.claim_due(session, LATER, KINDS, most=2)
    assert [reminder.subject for reminder in found] == ["early", "middle"]


async def test_two_processes_that_ask_at_once_share_what_is_due(
    database: Database, other: Database, incident: Incident
) -> None:
    for number in range(20):
        await put(database, incident, subject=str(number), minutes=1)

    async def deal(through: Database) -> Sequence[str]:
        async with through.write() as session:
            claimed = await reminders.claim_due(session, LATER, KINDS, most=15)
            await asyncio.sleep(0)
            for reminder in claimed:
                await session.delete(reminder)
            return [reminder.subject for reminder in claimed]

    shares = await asyncio.gather(deal(database), deal(other))
    together = [subject for share in shares for subject in share]
    assert len(together) == len(set(together))
    assert sorted(together, key=int) == [str(number) for number in range(20)]
