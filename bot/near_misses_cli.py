"""`sitrep export --near-misses`: all of them, from the database alone."""

import asyncio

from bot.config import Settings
from bot.export_cli import note_export, opened, put
from storage import names, near_misses
from workflows import near_misses_export
from workflows.errors import UserError


async def export(settings: Settings, file_format: str, output: str) -> None:
    """Write all near misses as md or json to the file `output`, or to `-`; those that nobody has reviewed come first.

    Raises `UserError` with a sentence for an unknown format, a missing database, an unwritable file.
    """
    render = near_misses_export.FORMATS.get(file_format.lower())
    if render is None:
        there = ", ".join(near_misses_export.FORMATS)
        raise UserError(f"There is no format “{file_format}” for near misses. The ones there are: {there}.")
    async with opened(settings) as database:
        async with database.read() as session:
            found = await near_misses.newest(session)
            known = await names.people(session, near_misses_export.people_in(found))
        await note_export(database, None, f"near misses, {file_format.lower()}")
    content = render(found, {one.user_id: one.name for one in known}, settings.policy)
    await asyncio.to_thread(put, content.encode(), output)
