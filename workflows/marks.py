"""Messages put on the timeline from their menu, for those who do not think of the reaction."""

from dataclasses import dataclass
from typing import Final

from storage import messages, timeline
from storage.models import Entry
from workflows import scribe
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Heard
from workflows.services import Services
from workflows.timeline import shown_text
from workflows.words import ts_time

KIND: Final = "key"


@dataclass(frozen=True, kw_only=True)
class Marked:
    """`entry` is the line that stands for the message, or `None` when a reaction does; `again`: it stood before."""

    entry: Entry | None
    again: bool
    ref: str
    text: str


async def mark(services: Services, incident_id: int, heard: Heard, *, press: str, by: str) -> Marked:
    """Make a message a key moment. One that was never recorded is recorded first, as it was shown to who pressed."""
    await scribe.hear(services, heard)  # by itself: messages are locked before their incident
    async with change(services, incident_id, press=press) as c:
        message = await messages.get(c.session, heard.channel_id, heard.ts)
        text = shown_text(message) if message is not None else heard.text
        reactions = await messages.marked_as(c.session, heard.channel_id, heard.ts, KIND)
        entry = await timeline.about(c.session, incident_id, heard.ts, KIND)
        again = bool(reactions) or entry is not None
        if not again:
            entry = await put(c, heard, text, by)
    return Marked(entry=entry, again=again, ref=c.incident.ref, text=text)


async def put(c: Change, heard: Heard, text: str, by: str) -> Entry:
    entry = timeline.add(
        c.session,
        incident_id=c.incident.key,
        at=ts_time(heard.ts),
        recorded_at=c.now,
        kind=KIND,
        by=by,
        text=text,
        source_ts=heard.ts,
    )
    await c.session.flush()
    return entry


async def unmark(services: Services, entry_id: int, *, press: str) -> str:
    """Take such a line off the timeline again; returns the incident's reference. Repeating it changes nothing.

    Raises `UserError` for a line of another kind: what was decided or done stays, whatever a button says.
    """
    async with services.database.read() as session:
        found = await session.get(Entry, entry_id)
    if found is None or found.source_ts is None or found.kind != KIND:
        raise UserError("That line is not on record. `/incident timeline` shows what is.")
    async with change(services, found.incident_id, press=press) as c:
        entry = await c.session.get(Entry, entry_id)
        if entry is not None and entry.removed_at is None:
            entry.removed_at = c.now
            c.session.add(entry)
    return c.incident.ref
