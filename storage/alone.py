"""Whether this process is the only one that works on the database.

SQLite serves one process; a file lock shows whether another one is alive, as the lock of a killed process is gone.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from storage import private_files


@contextmanager
def sole_user(url: str) -> Iterator[bool]:
    """Claim the database for this process while the block lasts; says whether nobody else has it.

    PostgreSQL is there to be shared, so there nobody is alone.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield False
        return
    # A file of its own: closing the database file itself would drop the locks that SQLite has on it.
    lock = Path(f"{parsed.database}.lock")
    private_files.make(lock)
    with lock.open("a") as file:
        yield try_lock(file.fileno())


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
