"""Lines that somebody puts on the timeline in words."""

from datetime import datetime, timedelta
from typing import Final

from storage import timeline
from storage.models import Entry
from workflows.change import Change, change
from workflows.services import Services
from workflows.words import clock_time, day_and_time, person

KIND: Final = "note"


async def add(
    services: Services, incident_id: int, text: str, *, at: datetime | None, press: str, by: str
) -> tuple[Entry, str]:
    """Note `text` (Slack-encoded, safe) at its time, now if not given; the channel sees it. Returns also the reference.

    Raises `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as c:
        when = f" for {moment(at, c.now)}" if at is not None else ""
        entry = await put(c, KIND, text, by, at=at, said=f"📝 {person(by)} noted{when}: {text}")
    return entry, c.incident.ref


async def put(c: Change, kind: str, text: str, by: str, *, at: datetime | None = None, said: str = "") -> Entry:
    """A line on the timeline, and one in the channel that says the same: `said`, or the text with its author."""
    entry = timeline.add(
        c.session, incident_id=c.incident.key, at=at or c.now, recorded_at=c.now, kind=kind, by=by, text=text
    )
    await c.session.flush()
    await c.owe("say", f"entry:{entry.id}", {"text": said or f"{person(by)}: {text}"})
    return entry


def moment(at: datetime, now: datetime) -> str:
    """The time alone within the last hours, else with its day; for each reader in their own zone."""
    return clock_time(at) if abs(now - at) < timedelta(hours=12) else day_and_time(at)
