"""A database that is locked, full, gone or slow: people are told, nothing is half stored, and it mends by itself."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.util import await_only
from sqlmodel import col, func, select

from bot.app import open_app
from bot.config import Settings
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.running import in_one_sentence
from bot.starting import CannotStart
from storage.models import Entry, Incident, Message, Press, Run, Update
from tests.postgres import fresh_database, run, server_url
from tests.stage import Stage, open_stage

SORRY = "database is not answering"
TABLES = (Entry, Incident, Press, Run, Update)


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Another process holds SQLite's write lock."""
    other = sqlite3.connect(make_url(stage.settings.database_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def full(stage: Stage) -> AsyncIterator[None]:
    """No room for one page more, which is what a full disk looks like to SQLite."""
    connections = []
    engine = stage.app.services.database._engine
    for _ in range(5):
        connections.append(await engine.connect())
    for connection in connections:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        await connection.rollback()
        await connection.close()
    yield
    for _ in range(5):
        connections.append(await engine.connect())
    for connection in connections[5:]:
        await connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
        await connection.rollback()
        await connection.close()


async def counted(stage: Stage) -> list[int]:
    async with stage.app.services.database.read() as session:
        return [(await session.exec(select(func.count()).select_from(table))).one() for table in TABLES]


async def texts(stage: Stage, channel: Channel) -> list[str]:
    async with stage.app.services.database.read() as session:
        found = await session.exec(
            select(Message.text).where(Message.channel_id == channel.id, col(Message.text).startswith("Line"))
        )
        return sorted(found.all())


async def test_while_another_process_locks_the_database_people_are_told_in_time_and_nothing_is_lost(
    stage: Stage,
) -> None:
    channel = await stage.declare()
    stage.workspace.delivery.redeliver_after = 2.5
    before = await counted(stage)
    with locked(stage):
        began = time.monotonic()
        said = stage.anna.says("Line 1", in_=channel)
        answers, _ = await asyncio.gather(
            asyncio.gather(
                stage.anna.types("/incident update Rolled back", in_=channel),
                stage.bilal.types("/incident declare sev2 Search is slow", in_="general"),
                stage.anna.types("/incident note The graph dips", in_=channel),
                stage.dora.types("/incident severity INC-1", in_="general"),
            ),
            said,
        )
        assert time.monotonic() - began < 3
        assert [SORRY in (answer or "") for answer in answers] == [True, True, True, True]
        assert await counted(stage) == before
    await stage.workspace.until(lambda: stage.workspace.delivery.is_idle, timeout=15)
    await stage.settle()
    assert await texts(stage, channel) == ["Line 1"]
    assert "Update posted" in (await stage.anna.types("/incident update Rolled back", in_=channel) or "")
    await stage.settle()
    assert posted(channel, "Rolled back") == 1


async def test_a_form_that_could_not_be_stored_keeps_what_was_typed(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident update", in_=channel)
    typed = {"What changed": "Rolled back to 4.1"}
    with locked(stage):
        errors = await stage.anna.submits(typed)
        assert any(SORRY in error for error in (errors or {}).values())
    assert not await stage.anna.submits(typed)
    await stage.settle()
    assert posted(channel, "Rolled back to 4.1") == 1


async def test_on_a_full_disk_people_are_told_and_it_goes_on_when_there_is_room(stage: Stage) -> None:
    channel = await stage.declare()
    note = f"/incident note {'long ' * 500}"
    async with full(stage):
        stored = 0
        while SORRY not in (answer := await stage.anna.types(note, in_=channel) or ""):
            assert "timeline" in answer
            stored += 1
            assert stored < 50
        before = await counted(stage)
        assert SORRY in (await stage.anna.types(note, in_=channel) or "")
        assert await counted(stage) == before
    await stage.anna.types("/incident update Rolled back", in_=channel)
    await stage.settle()
    assert posted(channel, "Rolled back") == 1


@pytest.mark.postgres
async def test_a_database_that_is_gone_and_back_loses_nothing_(
    tmp_path: Path,
) -> None:
    async with fresh_database() as url, open_stage(tmp_path, database_url=url) as stage:
        channel = await stage.declare()
        stage.workspace.delivery.redeliver_after = 0.7
        await gone(url)
        said = asyncio.create_task(stage.anna.says("Line 1", in_=channel))
        assert SORRY in (await stage.anna.types("/incident update Rolled back", in_=channel) or "")
        for _ in range(20):
            stage.clock.advance(seconds=1)
            await stage.app.ticker.tick()
        await back(url)
        await said
        await stage.workspace.until(lambda: stage.workspace.delivery.is_idle, timeout=15)
        await stage.settle()
        assert stage.workspace.delivery.lost == []
        assert await texts(stage, channel) == ["Line 1"]
        await stage.anna.types("/incident update Rolled back", in_=channel)
        await stage.pass_time(seconds=1)
        assert posted(channel, "Rolled back") == 1


@pytest.mark.postgres
async def test_a_database_that_takes_200_ms_a_query_keeps_nobody_waiting_for_a_word(tmp_path: Path) -> None:
    async with fresh_database() as url, open_stage(tmp_path, database_url=url) as stage:
        with slow(stage, 0.2):
            answer = await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
            assert "takes longer than usual" in (answer or "")
            await stage.workspace.until(lambda: any("SEV1 declared" in one.shown for one in stage.anna.ephemerals()))
        await stage.settle()


async def test_a_form_that_takes_longer_than_slack_waits_shows_what_came_of_it(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        channel = await stage.declare()
        await stage.anna.presses("Post update", in_=channel)
        with slow(stage, 0.2):
            assert await stage.anna.submits({"What changed?": "Rolled back"}) == {}
            assert "takes longer than usual" in in_form(stage.anna)
            await stage.workspace.until(lambda: "takes longer than usual" not in in_form(stage.anna), timeout=20)
        await stage.settle()
        assert posted(channel, "Rolled back") == 1

        await stage.anna.types("/incident severity", in_=channel)
        with slow(stage, 1.0):
            await stage.anna.submits({"Severity": "SEV3 · Low impact"})
            await stage.workspace.until(lambda: "Not stored" in in_form(stage.anna), timeout=20)
        assert "SEV3" in in_form(stage.anna)
        await stage.settle()


def in_form(who: Person) -> str:
    """What the modal on top shows."""
    return who.modal.shown if who.modal else ""


async def start(settings: Settings) -> None:
    with in_one_sentence():
        async with open_app(settings):
            pass


async def test_at_the_start_an_unusable_database_is_one_sentence(stage: Stage) -> None:
    await stage.stop()
    unreachable = replace(stage.settings, database_url="postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(CannotStart, match="database cannot be used") as refused:
        await start(unreachable)
    assert "secret" not in str(refused.value)
    path = Path(make_url(stage.settings.database_url).database or "")
    text = path.with_name("notes.txt")
    text.write_text("This is no database, and as long as a page of one. " * 20)
    for odd in (text, text / "sitrep.db"):
        with pytest.raises(CannotStart, match="database cannot be used"):
            await start(replace(stage.settings, database_url=f"sqlite:///{odd}"))
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CannotStart, match="newer version has used it"):
        await start(stage.settings)


@contextmanager
def slow(stage: Stage, seconds: float) -> Iterator[None]:
    """Every query takes so much longer. The listener stays, as a query may be passing it at the end."""
    pause = seconds

    def wait(*_: object) -> None:
        await_only(asyncio.sleep(pause))

    event.listen(stage.app.services.database._engine.sync_engine, "before_cursor_execute", wait)
    yield
    pause = 0


async def gone(url: str) -> None:
    """Nobody gets in any more, and who is in is thrown out."""
    name = make_url(url).database or ""
    await run(server_url(), sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    out = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(sql.Literal(name))
    await run(server_url(), out)


async def back(url: str) -> None:
    name = make_url(url).database or ""
    await run(server_url(), sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))


def posted(channel: Channel, text: str) -> int:
    return sum("[UPDATE" in message.shown and text in message.shown for message in channel.messages)
