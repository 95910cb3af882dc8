"""`sitrep export INC-7`: an incident's record from the database alone, so that it works when Slack is down."""

import asyncio
import getpass
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock
from bot.config import Settings, async_url
from storage import audits, incidents, private_files, schema
from storage.database import Database
from storage.models import Deed, Incident
from storage.schema import SchemaTooNew
from workflows import record
from workflows.errors import UserError
from workflows.export import FORMATS
from workflows.ids import new_id
from workflows.record import Record
from workflows.words import printable

REFERENCE: Final = re.compile(r"(?i)\s*(?:inc[-_ ]?)?#?(\d{1,18})\s*")


async def export(settings: Settings, reference: str, file_format: str, output: str) -> None:
    """Write the record of `reference` (`INC-7`, `inc7`, `7`) as md, html or json to the file `output`, or to `-`.

    Raises `UserError` with a sentence for an unknown reference or format, a missing database, an unwritable file.
    """
    if not reference.strip():
        raise UserError(
            "Which incident? `sitrep export INC-7`, or `sitrep export --near-misses` for what almost became one."
        )
    render = FORMATS.get(file_format.lower())
    if render is None:
        raise UserError(f"There is no format “{file_format}”. The ones there are: {', '.join(FORMATS)}.")
    found = await find(settings, number_in(reference), taken_as=file_format.lower())
    content = render(found, settings.policy)
    await asyncio.to_thread(put, content.encode(), output)


def number_in(reference: str) -> int:
    found = REFERENCE.fullmatch(reference)
    if found is None:
        raise UserError(f"“{reference}” does not name an incident. Write it like INC-7.")
    return int(found[1])


async def find(settings: Settings, number: int, *, taken_as: str) -> Record:
    """Read the record of one incident, and keep that it leaves."""
    async with opened(settings) as database:
        async with database.read() as session:
            incident = await incidents.get(session, number)
            if incident is None:
                raise UserError(f"There is no INC-{number} on record. {which_there_are(await newest(database))}")
            found = await record.read(session, incident)
        await note_export(database, number, taken_as)
    return found


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The record, its schema brought up to date. Raises `UserError` with a sentence when it cannot be read."""
    url = async_url(settings.database_url)
    refuse_absent(url)
    database = Database(url)
    try:
        await schema.migrate(url)
        yield database
    except SchemaTooNew as ahead:
        raise UserError(str(ahead)) from ahead
    except SQLAlchemyError as trouble:
        raise UserError(
            f"The database cannot be read ({type(trouble).__name__}). Check DATABASE_URL; `sitrep doctor` says more."
        ) from trouble
    finally:
        await database.close()


async def note_export(database: Database, incident_id: int | None, what: str) -> None:
    """Keep that the record left, before it does. `what` is the format; without an incident, also what it was."""
    deed = Deed(
        incident_id=incident_id,
        press=new_id("cli"),
        at=SystemClock().now(),
        by=operator(),
        how="cli",
        verb="export",
        outcome=audits.EXPORTED,
        detail=what,
    )
    async with database.write() as session:
        await audits.note(session, deed)


def operator() -> str:
    """Who runs the command line, as the machine knows them: `operator anna@ops-1`."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in many containers
        login = "unknown"
    return f"operator {login}@{socket.gethostname()}"


def refuse_absent(url: str) -> None:
    """A file that is not there is a wrong folder, and must not be made by looking at it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise UserError(
            f"There is no record at {parsed.database}. "
            "Run this in the folder in which the bot runs, or set DATABASE_URL."
        )


async def newest(database: Database) -> list[Incident]:
    async with database.read() as session:
        found = [*await incidents.in_status(session), *await incidents.recently_ended(session, 5)]
    return sorted(found, key=lambda one: one.key, reverse=True)[:5]


def which_there_are(found: list[Incident]) -> str:
    if not found:
        return "No incident has been declared yet."
    return "The newest: " + "; ".join(f"{one.ref} {printable(one.title)}" for one in found) + "."


def put(content: bytes, output: str) -> None:
    """Write to the terminal or to a file."""
    if output == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        with open(output, "wb", opener=private_files.opener) as file:
            file.write(content)
    except OSError as trouble:
        raise UserError(f"{output} cannot be written: {trouble.strerror}.") from trouble
