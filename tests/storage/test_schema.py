"""Migrations: applied once, by one process at a time, never backwards."""

import multiprocessing

import pytest

from storage import schema
from storage.database import Database

FORKING = multiprocessing.get_context("forkserver")


async def test_migrations_lead_to_the_tables_that_the_code_knows(url: str) -> None:
    await schema.migrate(url)
    assert schema.differences(url) == []


async def test_an_empty_database_differs(url: str) -> None:
    assert schema.differences(url) != []


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
