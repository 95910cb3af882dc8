"""An empty record to begin with: applying every migration takes longer than most of what a test then does."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.config import async_url
from storage import schema


def lay_out(path: Path) -> None:
    """Put an empty SQLite record there, unless there is one. `tests/storage/test_schema.py` applies the migrations."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(empty_record())


@cache
def empty_record() -> bytes:
    """The file that the migrations make; made once per process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sitrep.db"
        schema.upgrade(async_url(f"sqlite:///{path}"))
        return path.read_bytes()
