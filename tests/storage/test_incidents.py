"""The promises that the schema itself keeps about incidents, whoever breaks the rules above it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import incidents
from storage.database import Database
from storage.models import Handoff, HandoffState, Incident, Message, Reminder, Role, Step, Surface
from tests.storage.conftest import NOW, stored


async def holder(database: Database, incident: Incident, role: str) -> str | None:
    async with database.read() as session:
        return await incidents.holder(session, incident.key, role)


async def test_giving_a_role_takes_it_from_its_holder(database: Database, incident: Incident) -> None:
    for user in ("U1", "U2"):
        async with database.write() as session:
            await incidents.give_role(session, incident.key, "ic", user, NOW)
    assert await holder(database, incident, "ic") == "U2"
    async with database.read() as session:
        history = await incidents.role_history(session, incident.key)
    assert [(role.user_id, role.ended_at is None) for role in history] == [("U1", False), ("U2", True)]


async def test_there_are_never_two_incident_commanders(database: Database, incident: Incident) -> None:
    async with database.write() as session:
        await incidents.give_role(session, incident.key, "ic", "U1", NOW)
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(Role(incident_id=incident.key, role="ic", user_id="U2", began_at=NOW))
    assert await holder(database, incident, "ic") == "U1"


async def test_two_people_taking_command_at_once_leave_one_commander(
    database: Database, other: Database, incident: Incident
) -> None:
    async def take(through: Database, user: str) -> None:
        async with through.write() as session:
            await incidents.locked(session, incident.key)
            await incidents.give_role(session, incident.key, "ic", user, NOW)

    await asyncio.gather(take(database, "U1"), take(other, "U2"))
    async with database.read() as session:
        assert len(await incidents.holders(session, incident.key)) == 1


async def test_experts_may_be_many_but_each_only_once(database: Database, incident: Incident) -> None:
    async with database.write() as session:
        for user in ("U1", "U2", "U1"):
            await incidents.give_role(session, incident.key, "sme", user, NOW)
    async with database.read() as session:
        assert sorted(role.user_id for role in await incidents.holders(session, incident.key)) == ["U1", "U2"]


async def test_a_role_that_was_given_up_can_be_taken_again(database: Database, incident: Incident) -> None:
    async with database.write() as session:
        await incidents.give_role(session, incident.key, "scribe", "U1", NOW)
        assert await incidents.end_role(session, incident.key, "scribe", "U1", NOW)
        assert not await incidents.end_role(session, incident.key, "scribe", "U2", NOW)
    assert await holder(database, incident, "scribe") is None
    async with database.write() as session:
        await incidents.give_role(session, incident.key, "scribe", "U1", NOW)
    assert await holder(database, incident, "scribe") == "U1"


async def test_a_press_counts_once(database: Database) -> None:
    async with database.write() as session:
        assert await incidents.first_time(session, "press:1", NOW)
    async with database.write() as session:
        assert not await incidents.first_time(session, "press:1", NOW)
        assert await incidents.first_time(session, "", NOW)


async def test_a_press_whose_effect_was_lost_counts_again(database: Database) -> None:
    async def press_in_vain() -> None:
        async with database.write() as session:
            await incidents.first_time(session, "press:1", NOW)
            raise LookupError("nothing is stored")

    with pytest.raises(LookupError):
        await press_in_vain()
    async with database.write() as session:
        assert await incidents.first_time(session, "press:1", NOW)


async def test_the_same_press_in_two_processes_at_once_counts_once(database: Database, other: Database) -> None:
    async def press(through: Database) -> bool:
        async with through.write() as session:
            return await incidents.first_time(session, "press:1", NOW)

    outcomes = await asyncio.gather(press(database), press(other), return_exceptions=True)
    assert [outcome for outcome in outcomes if outcome is True] == [True]
    assert all(outcome is False or isinstance(outcome, IntegrityError | bool) for outcome in outcomes)


@pytest.mark.parametrize(
    "again",
    [
        {"press": "first"},
        {"channel_name": "incident-first"},
        {"channel_id": "C1"},
    ],
    ids=["press", "channel name", "channel"],
)
async def test_an_incident_has_its_press_and_channel_to_itself(database: Database, again: dict[str, object]) -> None:
    await stored(database, press="first", channel_id="C1")
    with pytest.raises(IntegrityError):
        await stored(database, **({"press": "second"} | again))  # type: ignore[arg-type]


async def test_incidents_without_a_channel_yet_do_not_disturb_each_other(database: Database) -> None:
    for press in ("first", "second"):
        await stored(database, press=press)
    async with database.read() as session:
        assert await incidents.count(session) == 2
        assert await incidents.names_like(session, "incident-") == {"incident-first", "incident-second"}


def message(incident: Incident) -> Message:
    return Message(
        incident_id=incident.key,
        channel_id="C1",
        ts="1.000001",
        user_id="U1",
        text="hello",
        worded_ts="1.000001",
        revised_ts="1.000001",
    )


def handoff(incident: Incident) -> Handoff:
    return Handoff(incident_id=incident.key, from_user="U1", to_user="U2", proposed_at=NOW, expires_at=NOW)


def card(incident: Incident) -> Surface:
    return Surface(incident_id=incident.key, kind="card", channel_id="C1")


def reminder(incident: Incident) -> Reminder:
    return Reminder(incident_id=incident.key, kind="update", subject="1", due_at=NOW, since=NOW)


async def test_a_message_a_surface_a_reminder_and_an_open_handoff_exist_once(
    database: Database, incident: Incident
) -> None:
    for make in (message, handoff, card, reminder):
        async with database.write() as session:
            session.add(make(incident))
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(make(incident))


async def test_an_answered_handoff_makes_room_for_the_next(database: Database, incident: Incident) -> None:
    first = handoff(incident)
    async with database.write() as session:
        session.add(first)
    async with database.write() as session:
        first.state = HandoffState.DECLINED
        session.add(first)
        await session.flush()
        session.add(handoff(incident))
    async with database.read() as session:
        open_one = await incidents.open_handoff(session, incident.key)
    assert open_one is not None
    assert open_one.id != first.id


async def test_nothing_belongs_to_an_incident_that_is_not_there(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(Surface(incident_id=404, kind="card", channel_id="C1"))
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(Step(run_id=404, name="post", at=NOW))


async def test_lists_show_the_newest_first_and_only_what_is_asked_for(database: Database) -> None:
    old = await stored(database, press="old", declared_at=NOW - timedelta(hours=1))
    new = await stored(database, press="new")
    over = await stored(database, press="over", status="closed")
    async with database.read() as session:
        assert [one.id for one in await incidents.in_status(session)] == [new.id, old.id]
        assert [one.id for one in await incidents.declared_since(session, NOW)] == [new.id]
        assert [one.id for one in await incidents.recently_ended(session, 5)] == [over.id]
