"""The same suite on both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.config import async_url
from storage import schema
from storage.database import Database
from storage.models import Incident
from tests.postgres import fresh_database
from tests.record import lay_out

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield async_url(f"sqlite:///{tmp_path / 'sitrep.db'}")
        return
    async with fresh_database() as address:
        yield async_url(address)


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The name of a PostgreSQL database that has the tables, to be copied."""
    made, runner = fresh_database(), asyncio.Runner()
    # In a thread, as the test that asks for it first has an event loop running here.
    with ThreadPoolExecutor(1) as thread:
        address = async_url(thread.submit(runner.run, made.__aenter__()).result())
        thread.submit(schema.upgrade, address).result()
        yield make_url(address).database or ""
        thread.submit(runner.run, made.__aexit__(None, None, None)).result()
        thread.submit(runner.close).result()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database with all tables and no rows."""
    if request.param == "sqlite":
        lay_out(tmp_path / "sitrep.db")
        yield async_url(f"sqlite:///{tmp_path / 'sitrep.db'}")
        return
    async with fresh_database(template=request.getfixturevalue("template")) as address:
        yield async_url(address)


@pytest.fixture
async def database(migrated: str) -> AsyncIterator[Database]:
    opened = Database(migrated)
    yield opened
    await opened.close()


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """The same database as another process would open it."""
    opened = Database(database.url)
    yield opened
    await opened.close()


@pytest.fixture
async def incident(database: Database) -> Incident:
    return await stored(database, press="first")


async def stored(database: Database, press: str, **fields: object) -> Incident:
    """An incident on record."""
    given: dict[str, object] = {
        "press": press,
        "title": "Checkout is failing",
        "severity": "SEV1",
        "declared_by": "U1",
        "declared_at": NOW,
        "channel_name": f"incident-{press}",
    }
    made = Incident.model_validate(given | fields)
    async with database.write() as session:
        session.add(made)
    return made
