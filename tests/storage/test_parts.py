"""What an incident has at all is what its own rows say, and nothing that belongs to another one."""

from dataclasses import replace

from storage import parts
from storage.database import Database
from storage.models import Checklist, Clock, ClockState, ClockStep, Incident, WarRoom
from storage.parts import Parts
from tests.storage.conftest import NOW, stored

NOTHING = Parts(
    call=False, handoff=False, updates=False, promises=False, runbook=False, clocks=False, clocks_of_merged=False
)


async def test_an_incident_has_the_parts_that_it_was_given_and_not_those_of_others(
    database: Database, incident: Incident
) -> None:
    merged = await stored(database, press="merged", merged_into=incident.key)
    async with database.write() as session:
        assert await parts.of_incident(session, incident.key) == NOTHING
        session.add(WarRoom(incident_id=incident.key, url="https://call.example/1", via="link", by="U1", at=NOW))
        session.add(Checklist(incident_id=incident.key, slug="disk-full", title="Disk full", offered_at=NOW))
        clock = Clock(incident_id=merged.key, kind="gdpr", name="GDPR", started_by="U1", started_at=NOW)
        session.add(clock)
        # What this transaction has just stored counts, too.
        assert (await parts.of_incident(session, merged.key)).clocks
        running = ClockState.RUNNING
        session.add(ClockStep(incident_id=merged.key, clock_id=clock.key, step="72h", place=1, state=running))
    async with database.read() as session:
        own, other = [await parts.of_incident(session, one.key) for one in (incident, merged)]
    assert own == replace(NOTHING, call=True, runbook=True, clocks_of_merged=True)
    assert other == replace(NOTHING, clocks=True, clocks_of_merged=True)
