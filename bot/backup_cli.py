"""`sitrep backup FILE`: a copy of the record, while the bot runs."""

import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.config import Settings, async_url
from bot.export_cli import refuse_absent
from storage import backup
from storage.backup import Damaged
from workflows.errors import UserError


def back_up(settings: Settings, file: Path) -> str:
    """Copy the SQLite database to the new `file`; returns what to tell the operator.

    Raises `UserError` for PostgreSQL, a file that exists, and a database that cannot be read or copied.
    """
    url = make_url(async_url(settings.database_url))
    if url.get_backend_name() != "sqlite":
        raise UserError(
            "The record is in PostgreSQL, which brings its own backup: "
            "pg_dump --format=custom --file=sitrep.dump DATABASE. docs/operations.md has the rest."
        )
    refuse_absent(async_url(settings.database_url))
    try:
        size = backup.copy(Path(url.database or ""), file)
    except FileExistsError as exists:
        raise UserError(f"{file} is there already and is not overwritten. Choose another name.") from exists
    except Damaged as damage:
        raise UserError(
            f"The database is damaged, and no backup was written ({damage}). Keep the newest good backup; "
            "docs/operations.md says how to restore it."
        ) from damage
    except (sqlite3.Error, OSError) as trouble:
        raise UserError(f"No backup was written: {trouble}. Is there room, and may this user write there?") from trouble
    return f"{file}: {size:,} bytes, complete and checked."
