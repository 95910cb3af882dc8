"""What two replicas do to one incident at the same moment: nobody waits for ever, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.config import async_url
from bot.slack import connect
from bot.slack_calls import Calls
from storage import actions, incidents, known, messages, names, reminders, runs, timeline, vacancies
from storage.database import Database
from storage.models import Person, Status, Vacancy
from storage.writer import Writer
from tests.clock import ManualClock
from tests.postgres import fresh_database
from tests.storage.conftest import NOW, stored
from workflows import marks, merge, role_nags, scribe
from workflows.change import change
from workflows.errors import UserError
from workflows.policy import default_policy
from workflows.ports import Heard, HeardReaction
from workflows.reconcile import Reading, set_point
from workflows.services import Services

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


@pytest.mark.postgres
async def test_two_incidents_merged_into_each_other_at_once_are_merged_once(
    replicas: tuple[Database, Database], tmp_path: Path
) -> None:
    first, second = await stored(replicas[0], press="first"), await stored(replicas[0], press="second")
    async with aiohttp.ClientSession() as http:
        one, other = (services_of(database, http, tmp_path) for database in replicas)
        async with replicas[0].write() as held:
            await incidents.locked(held, first.key)
            both = [
                asyncio.create_task(merge.merge(one, first.key, second.key, press="one", by="U1")),
                asyncio.create_task(merge.merge(other, second.key, first.key, press="other", by="U1")),
            ]
            await until_waiting(replicas[0], 2)
        ended = await asyncio.wait_for(asyncio.gather(*both, return_exceptions=True), timeout=20)

    [refusal] = [str(answer) for answer in ended if isinstance(answer, UserError)]
    assert "already: both go on in INC-" in refusal
    async with replicas[0].read() as session:
        statuses = [found.status for number in (1, 2) if (found := await incidents.get(session, number))]
    assert sorted(statuses) == [Status.INVESTIGATING, Status.MERGED]


@pytest.mark.postgres
async def test_a_role_that_is_taken_while_its_reminder_is_dealt_with_makes_nobody_wait_for_ever(
    replicas: tuple[Database, Database], tmp_path: Path
) -> None:
    incident = await stored(replicas[0], press="first")
    async with replicas[0].write() as session:
        session.add(Vacancy(incident_id=incident.key, role="sme", since=NOW - timedelta(minutes=5)))
        await reminders.put(session, incident_id=incident.key, kind="vacancy", subject="1", due_at=NOW)

    async def take(services: Services) -> None:
        async with change(services, incident.key) as made:
            await incidents.give_role(made.session, incident.key, "sme", "U2", made.now)
            await role_nags.watch(made, services)

    async with aiohttp.ClientSession() as http:
        one, other = (services_of(database, http, tmp_path) for database in replicas)
        async with replicas[0].write() as ticking:
            [reminder] = await reminders.claim_due(ticking, NOW, ("vacancy",))
            taken = asyncio.create_task(take(other))
            await until_waiting(replicas[0], 1)
            await asyncio.wait_for(role_nags.due(ticking, reminder, one), timeout=20)
        await asyncio.wait_for(taken, timeout=20)

    async with replicas[0].read() as session:
        assert "sme" not in {found.role for found in await vacancies.still_open(session, incident.key)}


@pytest.mark.postgres
async def test_a_message_that_is_marked_while_its_follow_up_is_made_makes_nobody_wait_for_ever(
    replicas: tuple[Database, Database], tmp_path: Path
) -> None:
    incident = await stored(replicas[0], press="first", channel_id="C1")
    heard = Heard(channel_id="C1", ts="5.000001", user_id="U2", text="Look", worded_ts="", revised_ts="5.000001")
    marked = HeardReaction(
        channel_id="C1", ts=heard.ts, name="wrench", user_id="U2", event_ts="6.000001", removed=False
    )
    async with aiohttp.ClientSession() as http:
        one, other = (services_of(database, http, tmp_path) for database in replicas)
        await scribe.hear(one, heard)
        async with replicas[0].write() as session:
            await names.keep(session, Person(user_id="U2", name="Bilal", seen_at=NOW))
        async with replicas[0].write() as hearing:
            await messages.find(hearing, "C1", heard.ts)
            marking = asyncio.create_task(marks.mark(other, incident.key, heard, press="mark", by="U2"))
            await until_waiting(replicas[0], 1)
            await asyncio.wait_for(scribe.keep_reaction(hearing, one, incident.key, marked), timeout=20)
        await asyncio.wait_for(marking, timeout=20)

    async with replicas[0].read() as session:
        assert await actions.by_number(session, incident.key, 1) is not None
        assert await timeline.about(session, incident.key, heard.ts, marks.KIND) is not None


@pytest.mark.postgres
async def test_leases_are_kept_without_waiting_for_who_owes_the_same_runs_again(
    replicas: tuple[Database, Database],
) -> None:
    keys = ["refresh:1", "handoff:1"]
    async with replicas[0].write() as session:
        owed = [await runs.owe(session, kind="k", key=key, lane=key, now=NOW) for key in keys]
    async with replicas[0].write() as session:
        wanted = runs.Wanted(now=NOW, kinds=("k",))
        await runs.claim(session, wanted, owner="me", lease=timedelta(seconds=30), most=9)

    async with replicas[1].write() as changing:
        await runs.owe(changing, kind="k", key=keys[1], lane=keys[1], now=NOW)
        async with replicas[0].write() as session:
            ids = [one.id or 0 for one in owed]
            await asyncio.wait_for(runs.extend(session, owner="me", run_ids=ids, until=LATER), timeout=3)
        await runs.owe(changing, kind="k", key=keys[0], lane=keys[0], now=NOW)

    async with replicas[0].read() as session:
        assert LATER in {lease.until for lease in await runs.leases(session)}


@pytest.mark.postgres
async def test_two_who_learn_the_same_at_the_same_moment_both_know_it(replicas: tuple[Database, Database]) -> None:
    async def learn(session: AsyncSession, name: str) -> None:
        await known.keep(session, "channel:incidents", name)
        await names.keep(session, Person(user_id="U1", name=name, seen_at=NOW))

    async def later() -> None:
        async with replicas[1].write() as session:
            await learn(session, "second")

    async with replicas[0].write() as session:
        await learn(session, "first")
        waiting = asyncio.create_task(later())
        await until_waiting(replicas[0], 1)
    await asyncio.wait_for(waiting, timeout=20)

    async with replicas[0].read() as session:
        [person] = await names.people(session, ["U1"])
        assert (await known.value(session, "channel:incidents"), person.name) == ("second", "second")


@pytest.mark.postgres
async def test_two_who_have_read_a_channel_for_the_first_time_both_say_so(replicas: tuple[Database, Database]) -> None:
    incident = await stored(replicas[0], press="first")
    reading = Reading(incident=incident, channel_id="C1", since="0", quiet_threads=False)

    async def later() -> None:
        async with replicas[1].write() as session:
            await set_point(session, reading, LATER)

    async with replicas[0].write() as session:
        await set_point(session, reading, NOW)
        waiting = asyncio.create_task(later())
        await until_waiting(replicas[0], 1)
    await asyncio.wait_for(waiting, timeout=20)

    async with replicas[0].read() as session:
        point = await messages.reading_point(session, "C1")
        assert point is not None
        assert point.read_at == LATER


def services_of(database: Database, http: aiohttp.ClientSession, folder: Path) -> Services:
    return Services(
        database=database,
        writer=Writer(database),
        slack=connect(Calls(AsyncWebClient(token="none")), http, {"user_id": "UBOT"}),
        clock=ManualClock(),
        policy=default_policy(),
        data_folder=folder,
    )


async def until_waiting(database: Database, count: int) -> None:
    """Until as many transactions wait for a row that another one holds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(5000):
        async with database.read() as session:  # one transaction would be told the same each time
            if await (await session.connection()).scalar(waiting) == count:
                return
    raise AssertionError("they did not come to wait")
