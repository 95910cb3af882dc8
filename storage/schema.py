"""Bring the schema up to date when the program starts, one process at a time.

A database whose schema is newer than this program is refused: an old replica must not write into it.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, String, column, create_engine, inspect, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import models, private_files
from storage.database import Unavailable, unavailable

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 0x51742E70  # any number, the same in every replica
MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSIONS: Final = table("alembic_version", column("version_num", String))  # Alembic's own


class SchemaTooNew(Exception):
    """The database was written by a newer version of this program."""


async def migrate(url: str) -> None:
    """Apply what is missing. Safe to call from several processes at once.

    Raises `SchemaTooNew` when the database is ahead of the code, and `Unavailable` when it cannot be used.
    """
    try:
        with unavailable():
            await asyncio.to_thread(upgrade, url)
    except Unavailable:
        raise
    except (DatabaseError, sqlite3.Error, OSError) as trouble:
        # Not a database at all, a folder that cannot be made, a user who may not create tables.
        reason = str(getattr(trouble, "orig", None) or trouble).strip().splitlines()
        raise Unavailable(reason[0] if reason else type(trouble).__name__) from trouble


def upgrade(url: str) -> None:
    """Apply what is missing. Alembic, a tenth of the program's memory, is loaded only when something is."""
    known = revisions()
    with locked_connection(url) as connection:
        found = stored_revision(connection)
        if found and found not in known:
            raise SchemaTooNew(
                f"The database is at schema {found}, which this version of Sitrep does not know. "
                "A newer version has used it: run that version, or restore a backup from before the upgrade."
            )
        if found != known[-1]:
            apply_migrations(connection, "head")


def apply_migrations(connection: Connection, revision: str) -> None:
    """Bring the schema up to `revision`."""
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def revisions() -> list[str]:
    """Every revision that this code knows, oldest first: the files are named after them."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def stored_revision(connection: Connection) -> str:
    """The revision that the database is at; empty when nothing was ever stored in it."""
    if not inspect(connection).has_table(VERSIONS.name):
        return ""
    return str(connection.execute(select(VERSIONS.c.version_num)).scalar_one_or_none() or "")


def differences(url: str) -> list[object]:
    """What the tables in the code and in the database do not agree on; empty when all is well."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with locked_connection(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, models.Incident.metadata))


def new_revision(url: str, message: str) -> None:
    """Write the migration that brings the newest schema to what `storage.models` says (for developers)."""
    from alembic import command

    with locked_connection(url) as connection:
        config = alembic_config(connection)
        command.upgrade(config, "head")
        command.revision(config, message=message, autogenerate=True, rev_id=message.split(maxsplit=1)[0])


async def version(session: AsyncSession) -> str:
    """The revision that the database is at."""
    return str((await session.exec(select(VERSIONS.c.version_num))).one())


@contextmanager
def locked_connection(url: str) -> Iterator[Connection]:
    """A connection in a transaction that keeps other processes from migrating at the same time."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed.set(drivername="sqlite"), poolclass=NullPool)
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            private_files.make(Path(parsed.database))  # SQLite gives its journal the mode of the file
    else:
        engine = create_engine(parsed, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            if driver is None:
                raise ConnectionError("SQLite gave no connection")
            driver.isolation_level = None
            driver.execute("PRAGMA busy_timeout=30000")
            driver.execute("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
        else:
            connection.commit()
    engine.dispose()


def alembic_config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
