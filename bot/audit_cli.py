"""`sitrep audit INC-7`: who did what with an incident, when and how, from the database alone."""

import json
from collections.abc import Mapping, Sequence

from bot.config import Settings
from bot.export_cli import newest, number_in, opened, which_there_are
from storage import incidents
from workflows import audit_list
from workflows.errors import UserError
from workflows.words import printable


async def audit(settings: Settings, reference: str, *, as_json: bool) -> str:
    """What there is about `reference` (`INC-7`, `7`); empty: refusals and exports of all incidents.

    Raises `UserError` with a sentence for an unknown reference or a database that cannot be read.
    """
    rows = await read(settings, number_in(reference) if reference else None)
    if as_json:
        return json.dumps(rows, ensure_ascii=False, indent=2)
    return "\n".join(line(row, named=not reference) for row in rows) or "Nothing is on record."


async def read(settings: Settings, number: int | None) -> list[dict[str, str]]:
    async with opened(settings) as database, database.read() as session:
        if number is None:
            found = await audit_list.notable(session)
        else:
            incident = await incidents.get(session, number)
            if incident is None:
                raise UserError(f"There is no INC-{number} on record. {which_there_are(await newest(database))}")
            found = await audit_list.of_incident(session, incident)
        return audit_list.readable(found, await audit_list.people_in(session, found))


def line(row: Mapping[str, str], *, named: bool) -> str:
    """`2026-11-21T03:05:00Z  Anna Keller (U012AB3CD)  command update  changed  …`."""
    who = f"{row['name']} ({row['by']})" if row["name"] else row["by"]
    what = " ".join(word for word in (row["how"], row["verb"]) if word)
    parts: Sequence[str] = [row["at"], row["incident"] if named else "", who, what, row["outcome"], row["text"]]
    return printable("  ".join(part for part in parts if part))
