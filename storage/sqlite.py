"""SQLite for one event loop: statements run where they are asked for, only a commit goes to a thread.

A statement on a local file takes some ten microseconds, and handing it to a thread and back several times that: under
load the two threads wait for each other's turn at the interpreter, statement by statement. What can take long is
writing to disk, which happens at the commit, and waiting for another process's lock, which is done without blocking.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Final, Self, cast

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

LOOK_AGAIN: Final = 0.005  # seconds, while another process holds the lock
KEPT, MOST = 20, 40  # connections; opening one costs more than keeping it
PREPARED: Final = 500  # statements that a connection remembers; the bot knows some three hundred


def open_sqlite(url: str, patience: float) -> AsyncEngine:
    """An engine for a file. Who finds it locked waits for `patience` seconds before `sqlite3.OperationalError`."""
    path = make_url(url).database or ":memory:"

    def connect(*_: object, **__: object) -> aiosqlite.Connection:
        # The lock is waited for by us: SQLite's own waiting would stop the whole event loop.
        return Connection(
            lambda: sqlite3.connect(path, timeout=0, check_same_thread=False, cached_statements=PREPARED), patience
        )

    engine = create_async_engine(
        url,
        connect_args={"async_creator_fn": connect},
        poolclass=AsyncAdaptedQueuePool,
        pool_size=KEPT,
        max_overflow=MOST - KEPT,
        pool_use_lifo=True,  # the connection that was used last has its statements and pages at hand
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def prepare(connection: Any, _record: object) -> None:
    """Leave `BEGIN` to us, and make what is committed survive a power cut."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin(connection: Any) -> None:
    """Take the write lock at once: a reader that turns writer half-way would fail or lose updates.

    Straight to the driver: through SQLAlchemy this statement would cost as much as the query that follows it.
    """
    how = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN"
    try:
        await_only(connection.connection.driver_connection.begin(how))
    except sqlite3.Error as trouble:
        raise DBAPIError.instance(how, None, trouble, sqlite3.Error) from trouble


class Connection(aiosqlite.Connection):
    """A connection whose statements run in the event loop's own thread; see the module."""

    def __init__(self, connector: Any, patience: float) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self.patience = patience

    def cursor(self) -> "Cursor":  # type: ignore[override]  # awaited by nobody: SQLAlchemy enters it
        return Cursor(self, self._conn.cursor())

    async def begin(self, how: str) -> None:
        await patiently(self.patience, self._conn.execute, how)

    async def rollback(self) -> None:
        """Nothing is written, so nothing is waited for."""
        self._conn.rollback()


class Cursor(aiosqlite.Cursor):
    """Runs statements at once; waits, without blocking, while another process holds the lock."""

    _conn: Connection

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        await patiently(self._conn.patience, self._cursor.execute, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        await patiently(self._conn.patience, self._cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[sqlite3.Row]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()


async def patiently(patience: float, run: Callable[..., object], *arguments: object) -> None:
    """Run a statement, for at most `patience` seconds again and again while another process holds the lock."""
    until = 0.0
    while True:
        try:
            run(*arguments)
        except sqlite3.OperationalError as trouble:
            now = asyncio.get_running_loop().time()
            until = until or now + patience
            if not is_busy(trouble) or now > until:
                raise
            await asyncio.sleep(LOOK_AGAIN)
        else:
            return


def is_busy(trouble: sqlite3.OperationalError) -> bool:
    """Whether it is only that another process writes at the moment. The lower byte is the primary result code."""
    code = cast(int, getattr(trouble, "sqlite_errorcode", 0))
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
