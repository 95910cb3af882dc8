"""One database, two ways in: `read()` and `write()`.

SQLite has one writer. Write transactions are `BEGIN IMMEDIATE` behind one lock, so that reading and then writing
within a transaction loses nothing; the journal is WAL with full durability, so that an acknowledged event is kept.
PostgreSQL needs no such lock; rows that are read to be changed are read `FOR UPDATE` by the queries.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Known
from storage.sqlite import open_sqlite

PATIENCE: Final = 2  # seconds; a person's command has to be answered within three


class Unavailable(SQLAlchemyError):
    """The database did not do its work: locked, full, gone or out of reach. Later it may; nothing is half stored."""


class Database:
    """Opens sessions. `url` is an async SQLAlchemy URL (`sqlite+aiosqlite://…`, `postgresql+psycopg://…`).

    `committed` hears of every commit, with the seconds it took. `trouble` is why the newest transaction failed, when
    that was the database's doing.
    """

    def __init__(self, url: str, *, committed: Callable[[float], object] = float) -> None:
        self.url = url
        self._committed = committed
        self.trouble: Exception | None = None
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = create_engine(url)
        self._writing = asyncio.Lock()
        self._failed_at = 0.0  # of the event loop's clock

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises `Unavailable` when the database does not do its work.
        """
        async with AsyncExitStack() as stack:
            stack.enter_context(self._noticing())
            if self.is_sqlite:
                await stack.enter_async_context(self._turn())
            session = await stack.enter_async_context(self._session())
            await session.connection(execution_options={"writes": True})
            yield session
            began = asyncio.get_running_loop().time()
            await session.commit()
            self._committed(asyncio.get_running_loop().time() - began)

    async def try_write(self) -> None:
        """Write something that means nothing, to see whether one can; raises as `write` does."""
        async with self.write() as session:
            await session.merge(Known(key="written", value=uuid.uuid4().hex))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A look at the record that changes nothing. Raises `Unavailable` when the database does not answer."""
        with unavailable():
            async with self._session() as session:
                yield session

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        session = AsyncSession(self._engine, expire_on_commit=False)
        if not self.is_sqlite:
            async with session:
                yield session
            return
        try:
            yield session
        finally:
            # SQLite rolls back without waiting, so that this needs no task of its own which cannot be cancelled.
            await session.close()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """SQLite's one writer. Whoever waited while another one waited in vain does not begin to wait anew."""
        began = asyncio.get_running_loop().time()
        async with self._writing:
            if self._failed_at > began:
                raise Unavailable(str(self.trouble))
            yield

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            with unavailable():
                yield
        except Unavailable as trouble:
            self.trouble = trouble.__cause__ if isinstance(trouble.__cause__, Exception) else trouble
            self._failed_at = asyncio.get_running_loop().time()
            raise
        else:
            self.trouble = None

    async def close(self) -> None:
        await self._engine.dispose()


def dialect(session: AsyncSession) -> str:
    """`sqlite` or `postgresql`, for the few statements that each of them has in its own words."""
    return session.get_bind().dialect.name


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn what drivers raise when the database is away, locked or full into `Unavailable`."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as trouble:
        reason = str(getattr(trouble, "orig", None) or trouble).strip().splitlines()
        raise Unavailable(reason[0] if reason else type(trouble).__name__) from trouble


def create_engine(url: str) -> AsyncEngine:
    """Its errors name the statement but not the values: those are what people wrote, and errors are logged."""
    if make_url(url).get_backend_name() == "sqlite":
        return open_sqlite(url, PATIENCE)
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        pool_timeout=PATIENCE,
        connect_args={"connect_timeout": PATIENCE},
        hide_parameters=True,
    )
