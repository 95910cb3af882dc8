"""How far behind the work is, on both databases."""

from datetime import timedelta

from storage import backlog, reminders, runs
from storage.backlog import Lag
from storage.database import Database
from storage.models import Incident, Run
from tests.storage.conftest import NOW, stored

MINUTE = timedelta(minutes=1)
NONE = timedelta(0)


async def lag(database: Database, minutes: float) -> Lag:
    async with database.read() as session:
        return await backlog.lag(session, NOW + minutes * MINUTE)


async def owe(database: Database, minutes: float = 0) -> None:
    async with database.write() as session:
        await runs.owe(session, kind="say", key="say:1", lane="1", now=NOW + minutes * MINUTE)


async def claim(database: Database, minutes: float) -> Run:
    async with database.write() as session:
        now = NOW + minutes * MINUTE
        [run] = await runs.claim(session, runs.Wanted(now=now, kinds=("say",)), owner="a", lease=MINUTE, most=1)
    return run


async def test_nothing_waiting_is_no_lag(database: Database) -> None:
    assert await lag(database, 10) == Lag(reminder=NONE, run=NONE)


async def test_a_reminder_lags_from_its_time_on(database: Database, incident: Incident) -> None:
    async with database.write() as session:
        for subject, minutes in (("1", 30), ("2", 40)):
            due_at = NOW + minutes * MINUTE
            await reminders.put(session, incident_id=incident.key, kind="update", subject=subject, due_at=due_at)

    assert [(await lag(database, minutes)).reminder for minutes in (29, 30, 45)] == [NONE, NONE, 15 * MINUTE]


async def test_a_run_that_is_postponed_again_and_again_lags_all_the_time(database: Database) -> None:
    await owe(database)
    run = await claim(database, minutes=5)
    async with database.write() as session:
        await runs.postpone(session, run, owner="a", due_at=NOW + 7 * MINUTE, trouble="no clear answer")

    assert (await lag(database, 6)).run == 6 * MINUTE


async def test_a_run_that_is_asked_for_again_lags_from_then_on(database: Database) -> None:
    await owe(database)
    run = await claim(database, minutes=1)
    async with database.write() as session:
        await runs.finish(session, run, owner="a", now=NOW + MINUTE)
    assert (await lag(database, 60)).run == NONE

    await owe(database, minutes=60)

    assert (await lag(database, 61)).run == MINUTE


async def test_the_totals_count_what_is_on_record(database: Database, incident: Incident) -> None:
    await stored(database, press="second", status="closed")
    await owe(database)
    async with database.write() as session:
        for name, result in (("a", "ts"), ("b", "refused:is_archived"), ("c", "ts")):
            await runs.add_result(session, run_id=1, name=name, result=result, now=NOW)

    async with database.read() as session:
        totals = await backlog.totals(session)
        done = [await backlog.steps_done(session, kind="say", name=name, refused="refused:") for name in "abc"]
    assert (totals.declared, totals.open, totals.runs) == (2, 1, {("say", "waiting"): 1})
    assert done == [1, 0, 1]
