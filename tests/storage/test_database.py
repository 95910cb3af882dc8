"""Transactions: all or nothing, and nothing that two of them do at once is lost."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from storage import incidents
from storage.alone import sole_user
from storage.database import Database
from storage.models import Incident, Press
from tests.storage.conftest import NOW


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async def half() -> None:
        async with database.write() as session:
            session.add(Press(key="half", at=NOW))
            await session.flush()
            raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await half()
    async with database.read() as session:
        assert await session.get(Press, "half") is None


async def test_what_was_written_is_seen_by_another_process(database: Database, other: Database) -> None:
    async with database.write() as session:
        session.add(Press(key="kept", at=NOW))
    async with other.read() as session:
        assert await session.get(Press, "kept") is not None


async def test_times_come_back_aware_and_in_utc(database: Database, incident: Incident) -> None:
    async with database.read() as session:
        found = await incidents.get(session, incident.key)
    assert found is not None
    assert found.declared_at == NOW
    assert found.declared_at.utcoffset() == NOW.utcoffset()


async def test_reading_and_then_writing_at_once_loses_nothing(
    database: Database, other: Database, incident: Incident
) -> None:
    async def count_up(through: Database) -> None:
        async with through.write() as session:
            found = await incidents.locked(session, incident.key)
            assert found is not None
            await asyncio.sleep(0)
            found.version += 1
            session.add(found)

    await asyncio.gather(*(count_up(through) for through in (database, other) * 15))
    async with database.read() as session:
        found = await incidents.get(session, incident.key)
    assert found is not None
    assert found.version == 31


async def test_reading_goes_on_while_somebody_writes(database: Database, incident: Incident) -> None:
    async with database.write() as session:
        found = await incidents.locked(session, incident.key)
        assert found is not None
        found.title = "Not committed yet"
        session.add(found)
        await session.flush()
        async with database.read() as reading:
            seen = (await reading.exec(select(Incident.title).where(col(Incident.id) == incident.key))).one()
    assert seen == "Checkout is failing"


async def test_sqlite_keeps_what_is_committed_through_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'sitrep.db'}")
    async with database.read() as session:
        connection = await session.connection()
        settings = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert settings == ["wal", 2, 1]


async def test_a_hundred_writers_wait_for_each_other(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.write() as session:
            session.add(Press(key=str(number), at=NOW))

    await asyncio.gather(*map(add, range(20)))  # opens PostgreSQL's connections, which takes longer than writing
    await asyncio.gather(*map(add, range(20, 120)))
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Press))).one() == 120


def test_only_one_process_is_alone_with_a_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'sitrep.db'}"
    with sole_user(url) as first, sole_user(url) as second:
        assert (first, second) == (True, False)
    with sole_user(url) as later:
        assert later


def test_nobody_is_alone_with_postgresql() -> None:
    with sole_user("postgresql+psycopg://localhost/sitrep") as alone:
        assert not alone
