"""Hundreds due at once, and one of them broken."""

import logging
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from storage.models import Incident, Reminder, Run
from tests.stage import Stage
from workflows import reminders


async def due_for(stage: Stage, count: int) -> None:
    """So many open incidents, each with an update that has just become due."""
    now = stage.clock.now()
    made = [
        Incident(press=f"p{n}", title="X", severity="SEV1", declared_by="U1", declared_at=now, channel_name=f"i-{n}")
        for n in range(count)
    ]
    async with stage.app.services.database.write() as session:
        session.add_all(made)
    async with stage.app.services.database.write() as session:
        for one in made:
            session.add(Reminder(incident_id=one.key, kind="update", subject=str(one.id), due_at=now, since=now))


async def test_hundreds_that_are_due_at_once_are_all_dealt_with_in_one_tick(stage: Stage) -> None:
    await due_for(stage, 300)
    await reminders.tick(stage.app.services)
    async with stage.app.services.database.read() as session:
        owed = await session.exec(select(func.count()).select_from(Run).where(Run.kind == "nag"))
        assert owed.one() == 300


async def test_one_that_fails_is_tried_again_later_and_stops_no_other(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await due_for(stage, 10)
    services = stage.app.services
    async with services.database.write() as session:
        third = (await session.exec(select(Reminder).where(Reminder.subject == "3"))).one()
        third.kind = "of a later version"
    with caplog.at_level(logging.CRITICAL, logger="workflows.reminders"):
        await reminders.tick(services)
    async with services.database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Run).where(Run.kind == "nag"))).one() == 9
        left = (await session.exec(select(Reminder).where(col(Reminder.kind) == "of a later version"))).one()
        assert left.due_at == stage.clock.now() + timedelta(minutes=1)
