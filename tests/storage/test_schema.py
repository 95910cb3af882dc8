"""Migrations: applied once, by one process at a time, never backwards."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from storage import incidents, schema
from storage.database import Database

FORKING = multiprocessing.get_context("forkserver")

FIRST_INCIDENT = """
    INSERT INTO incident (press, title, severity, status, summary, impact, understanding, next_step, private,
        declared_by, declared_in, declared_at, close_reason, channel_name, version)
    VALUES ('p1', 'Checkout is failing', 'SEV1', 'investigating', '', '', '', '', false,
        'U1', '', '2026-11-21 03:00:00+00:00', '', 'incident-2026-11-21-checkout', 1)
"""


async def test_migrations_lead_to_the_tables_that_the_code_knows(url: str) -> None:
    await schema.migrate(url)
    assert schema.differences(url) == []


async def test_an_empty_database_differs(url: str) -> None:
    assert schema.differences(url) != []


async def test_nobody_else_on_the_machine_reads_a_new_database(tmp_path: Path) -> None:
    file = tmp_path / "data" / "sitrep.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await schema.migrate(database.url)
    await database.try_write()
    assert {stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()} == {0o600}
    await database.close()


async def test_applying_them_again_is_harmless(url: str) -> None:
    await schema.migrate(url)
    await schema.migrate(url)
    assert schema.differences(url) == []


async def test_several_processes_may_migrate_at_once(url: str) -> None:
    processes = [FORKING.Process(target=schema.upgrade, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert schema.differences(url) == []


async def test_a_schema_that_is_newer_than_the_code_is_refused(url: str) -> None:
    await schema.migrate(url)
    database = Database(url)
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    with pytest.raises(schema.SchemaTooNew, match="9999"):
        await schema.migrate(url)


async def test_a_database_of_the_first_release_is_brought_up_to_date_with_all_it_holds(url: str) -> None:
    with schema.locked_connection(url) as connection:
        schema.apply_migrations(connection, "0001")
        connection.exec_driver_sql(FIRST_INCIDENT)

    await schema.migrate(url)

    assert schema.differences(url) == []
    database = Database(url)
    async with database.read() as session:
        incident = await incidents.get(session, 1)
    await database.close()
    assert incident is not None
    assert incident.title == "Checkout is failing"
