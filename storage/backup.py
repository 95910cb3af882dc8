"""A copy of an SQLite database that is in use. Page: SQLite, Online Backup API."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage import private_files

PAGES_AT_ONCE: Final = 1000
PATIENCE: Final = 30  # seconds to wait for a lock


class Damaged(Exception):
    """The copy does not hold together; the message is SQLite's."""


def copy(source: Path, target: Path) -> int:
    """Write what `source` holds at one moment into the new file `target`, and return its size in bytes.

    Writers may go on meanwhile. The copy has been checked and is complete when it appears under its name, and is its
    owner's alone. Raises `FileExistsError` when there is a `target`, `sqlite3.Error` when `source` cannot be read, and
    `Damaged`.
    """
    if target.exists():
        raise FileExistsError(target)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    private_files.make(unfinished)
    try:
        with closing(open_to_read(source)) as old, closing(sqlite3.connect(unfinished)) as new:
            old.backup(new, pages=PAGES_AT_ONCE)
            # One file and nothing beside it: a journal of its own could be left behind when it is moved.
            new.execute("PRAGMA journal_mode=DELETE")
            check(new)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def open_to_read(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)


def check(copied: sqlite3.Connection) -> None:
    said = [str(row[0]) for row in copied.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        raise Damaged("; ".join(said[:3]))
