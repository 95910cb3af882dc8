"""The PostgreSQL that tests get: real, separate for each, shared as a server by all workers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.postgres import alive, fresh_database, prefix, run

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[1]


async def tables(url: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [row[0] for row in await found.fetchall()]


async def test_a_fresh_database_is_empty_and_takes_tables() -> None:
    async with fresh_database() as url:
        assert url.startswith("postgresql://")
        assert await tables(url) == []
        await run(url, sql.SQL("CREATE TABLE mine (id int)"))
        assert await tables(url) == ["mine"]


async def test_two_databases_know_nothing_of_each_other() -> None:
    async with fresh_database() as one, fresh_database() as other:
        await run(one, sql.SQL("CREATE TABLE mine (id int)"))
        assert await tables(other) == []


async def test_a_database_can_begin_as_a_copy_of_another() -> None:
    async with fresh_database() as original:
        await run(original, sql.SQL("CREATE TABLE mine (id int)"))
        async with fresh_database(template=make_url(original).database or "") as copy:
            assert await tables(copy) == ["mine"]


async def test_a_forgotten_connection_does_not_keep_the_database() -> None:
    async with fresh_database() as url:
        forgotten = await psycopg.AsyncConnection.connect(url)
    with pytest.raises(psycopg.OperationalError):
        await forgotten.execute("SELECT 1")
    await forgotten.close()


# What another process does with the module; it appends the address of its server to a file.
LOOK = """
import asyncio
from pathlib import Path
from tests.postgres import fresh_database, server_url

async def look():
    async with fresh_database() as url:
        with Path("addresses").open("a") as file:
            print(server_url(), file=file)

def test_look():
    asyncio.run(look())
"""


def python(folder: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Another process that keeps its temporary files in `folder` and belongs to no run of pytest."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "TEST_POSTGRES"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=env | {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)} | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def servers(folder: Path) -> list[Path]:
    return list(folder.glob(f"{prefix()}*/"))


def test_all_workers_of_a_run_share_one_server_and_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "test_look.py").write_text(LOOK)
    quick = [f"-pno:{plugin}" for plugin in ("cacheprovider", "hypothesispytest", "asyncio", "timeout")]
    done = python(tmp_path, "-m", "pytest", *quick, "-n2", "--dist=each", "-c", os.devnull, "test_look.py")
    assert "2 passed" in done.stdout
    addresses = (tmp_path / "addresses").read_text().splitlines()
    assert len(addresses) == 2
    assert len(set(addresses)) == 1
    assert servers(tmp_path) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    killed = python(tmp_path, "-c", LOOK + "test_look(); import os; os.kill(os.getpid(), 9)")
    assert killed.returncode == -signal.SIGKILL
    (left,) = servers(tmp_path)
    assert alive(int((left / "postmaster.pid").read_text().split()[0]))
    assert python(tmp_path, "-c", LOOK + "test_look()").returncode == 0
    assert servers(tmp_path) == []


def test_a_server_of_ones_own_is_used_when_it_is_named(tmp_path: Path) -> None:
    done = python(tmp_path, "-c", LOOK + "test_look()", TEST_POSTGRES_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "127.0.0.1" in done.stderr
    assert servers(tmp_path) == []
