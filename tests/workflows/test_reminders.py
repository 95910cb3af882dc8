"""Hundreds due at once, and one of them broken."""

import logging
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, func, select

from storage import timeline
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
    await third_becomes(stage, "patience")  # which says what it watches, and this one does not
    with caplog.at_level(logging.CRITICAL, logger="workflows.reminders"):
        await reminders.tick(stage.app.services)
        stage.clock.advance(minutes=2)
        await reminders.tick(stage.app.services)
    assert await nags_and_due(stage, "patience") == (9, stage.clock.now() + timedelta(minutes=1))
    async with stage.app.services.database.read() as session:
        [told] = [entry.text for entry in await timeline.entries(session, 3) if entry.kind == "problem"]
    assert told.startswith("A reminder did not work (patience)")


async def test_one_that_only_a_newer_release_knows_is_left_to_it(stage: Stage) -> None:
    await due_for(stage, 10)
    await third_becomes(stage, "of a later version")
    await reminders.tick(stage.app.services)
    assert await nags_and_due(stage, "of a later version") == (9, stage.clock.now())


async def third_becomes(stage: Stage, kind: str) -> None:
    async with stage.app.services.database.write() as session:
        third = (await session.exec(select(Reminder).where(Reminder.subject == "3"))).one()
        third.kind = kind


async def nags_and_due(stage: Stage, kind: str) -> tuple[int, datetime]:
    """How many nags are owed, and when the reminder of this kind is due."""
    async with stage.app.services.database.read() as session:
        nags = (await session.exec(select(func.count()).select_from(Run).where(Run.kind == "nag"))).one()
        left = (await session.exec(select(Reminder).where(col(Reminder.kind) == kind))).one()
    return nags, left.due_at
