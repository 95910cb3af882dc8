"""Whether others on this machine can read what `sitrep doctor` knows to be secret: `.env` and the record."""

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.config import Settings
from bot.doctor_findings import Finding


def findings(settings: Settings, folder: Path) -> Iterator[Finding]:
    """One finding for all such files; none where there are none. A group was given that on purpose."""
    files = [one for one in (folder / ".env", *record(settings)) if one.is_file()]
    if not files:
        return
    exposed = [str(one) for one in files if one.stat().st_mode & stat.S_IRWXO]
    if not exposed:
        yield Finding(what="Files: tokens and record cannot be read by others on this machine", well=True)
        return
    yield Finding(
        what=f"Files: others on this machine can read {' and '.join(Path(one).name for one in exposed)}",
        well=False,
        advice=f"chmod o-rwx {shlex.join(exposed)}",
    )


def record(settings: Settings) -> list[Path]:
    """The SQLite file and those beside it in which its newest changes are."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return []
    file = Path(url.database)
    return [file, *sorted(file.parent.glob(f"{file.name}-*"))]
