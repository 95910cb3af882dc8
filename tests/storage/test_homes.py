"""What a home tab asks of the record, which grows for years."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import homes, incidents, runs, schema
from storage.database import Database

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


async def test_a_home_tab_a_declare_and_a_start_read_no_table_from_end_to_end(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'sitrep.db'}"
    await schema.migrate(url)
    database = Database(url)
    async with database.read() as session:
        asked = await noting(session)
        await homes.roles_of(session, "U1")
        await homes.handoffs_to(session, "U1")
        await homes.calls_to(session, "U1")
        await homes.open_actions(session, "U1")
        await homes.open_ones(session, ["SEV1"], 5)
        await homes.private_ones(session)
        await homes.how_many_open(session)
        await homes.ended_since(session, NOW, 5)
        await homes.last_words(session, [1])
        await incidents.declared_since(session, NOW)
        await runs.refused(session)
        plans = [await plan(session, *one) for one in list(asked)]
    await database.close()
    assert len(plans) == 11
    assert [line for lines in plans for line in lines if line.startswith("SCAN")] == []


async def noting(session: AsyncSession) -> list[tuple[str, Any]]:
    """What the session asks from now on, with its parameters."""
    asked: list[tuple[str, Any]] = []
    connection = (await session.connection()).sync_connection

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    return asked


async def plan(session: AsyncSession, statement: str, parameters: Any) -> list[str]:
    """How SQLite goes about it, a line for each table."""
    found = await (await session.connection()).exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [str(row[-1]) for row in found]
