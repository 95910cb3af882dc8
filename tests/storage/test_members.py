"""Who is in a channel, whatever order the news comes in; and who may know of a private incident."""

from storage import incidents, members
from storage.database import Database
from storage.models import Incident
from tests.storage.conftest import NOW, stored
from workflows import access


async def noted(database: Database, incident: Incident, *, here: bool, as_of: str) -> bool:
    async with database.write() as session:
        return await members.note(session, incident.key, "U2", here=here, as_of=as_of, at=NOW)


async def test_the_newest_news_counts_in_whatever_order_it_comes(database: Database, incident: Incident) -> None:
    assert await noted(database, incident, here=True, as_of="0")
    assert await noted(database, incident, here=False, as_of="1700000002.000200")
    assert not await noted(database, incident, here=True, as_of="1700000001.000100")

    async with database.read() as session:
        assert await members.here(session, incident.key) == []
        found = await members.find(session, incident.key, "U2")
    assert found is not None
    assert (found.joined_at, found.left_at) == (NOW, NOW)


async def test_who_needs_to_know_of_a_private_incident_may_see_it_and_nobody_else(database: Database) -> None:
    private = await stored(database, press="private", private=True)
    public = await stored(database, press="public")
    async with database.write() as session:
        await incidents.give_role(session, private.key, "ic", "UIC", NOW)
        await members.note(session, private.key, "UIN", here=True, as_of="1", at=NOW)
        await members.note(session, private.key, "ULEFT", here=True, as_of="1", at=NOW)
        await members.note(session, private.key, "ULEFT", here=False, as_of="2", at=NOW)
        await members.decide(session, private.key, "ULET", allowed=True, by="U1", at=NOW)
        await members.decide(session, private.key, "UOUT", allowed=True, by="U1", at=NOW)
        await members.decide(session, private.key, "UOUT", allowed=False, by="U1", at=NOW)

    async with database.read() as session:
        everybody = ("U1", "UIC", "UIN", "ULET", "ULEFT", "UOUT", "UELSE")
        seeing = [user for user in everybody if await access.may_see(session, private, user)]
        assert seeing == ["U1", "UIC", "UIN", "ULET"]
        assert sorted(seeing) == sorted(await access.who_may_see(session, private))
        assert await access.visible(session, [private, public], "UELSE") == [public]
        assert await access.visible(session, [public, private], "UIN") == [public, private]


async def test_a_declarer_who_was_shut_out_sees_no_more(database: Database) -> None:
    private = await stored(database, press="private", private=True)
    async with database.write() as session:
        await members.decide(session, private.key, "U1", allowed=False, by="U9", at=NOW)
    async with database.read() as session:
        assert not await access.may_see(session, private, "U1")
