"""Near misses: what almost became an incident. Recorded without a channel, listed, and reviewed with a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, near_misses
from storage.models import NearMiss
from workflows import access, permissions
from workflows.errors import AlreadyDone, UserError
from workflows.services import Asker, Services
from workflows.words import clipped, day_and_time, escape, person

LONGEST: Final = 1000  # characters that are shown of what somebody wrote; the record keeps all


@dataclass(frozen=True, kw_only=True)
class NearMissReport:
    """What somebody reports. `text` is Slack-encoded."""

    press: str
    user_id: str
    text: str
    service: str | None = None
    happened_at: datetime | None = None


async def record(report: NearMissReport, services: Services) -> NearMiss:
    """Keep it. The same press gives the same near miss. Raises `UserError` for who may not."""
    permissions.require_general(services.asker, services.policy, "near-miss")
    try:
        async with services.database.write() as session:
            known = await near_misses.by_press(session, report.press)
            if known is not None:
                return known
            made = NearMiss(
                press=report.press,
                text=report.text,
                service=report.service,
                reported_by=report.user_id,
                reported_at=services.clock.now(),
                happened_at=report.happened_at,
            )
            session.add(made)
            await session.flush()
    except IntegrityError:  # another process stored this very press just now
        async with services.database.read() as session:
            stored = await near_misses.by_press(session, report.press)
        if stored is None:
            raise
        return stored
    return made


async def review(services: Services, number: int, note: str, *, press: str, by: str) -> NearMiss:
    """Keep what came of looking at it (`note`, Slack-encoded); a later note replaces an earlier one.

    Raises `UserError` when there is no such near miss, `AlreadyDone` for the same press.
    """
    now = services.clock.now()
    async with services.database.write() as session:
        if not await incidents.first_time(session, press, now):
            raise AlreadyDone(press)
        found = await near_misses.locked(session, number)
        if found is None or not await may_see(session, found, services.asker):
            raise UserError(unknown(number))
        found.review, found.reviewed_by, found.reviewed_at = note, by, now
        session.add(found)
    return found


async def get(services: Services, number: int) -> NearMiss:
    """Raises `UserError` when there is no such near miss."""
    async with services.database.read() as session:
        found = await near_misses.get(session, number)
        if found is None or not await may_see(session, found, services.asker):
            raise UserError(unknown(number))
    return found


async def newest(services: Services, most: int) -> Sequence[NearMiss]:
    """Those that wait for a review first."""
    async with services.database.read() as session:
        found = await near_misses.newest(session, most)
        return [one for one in found if await may_see(session, one, services.asker)]


async def may_see(session: AsyncSession, one: NearMiss, asker: Asker | None) -> bool:
    """Near misses are for everybody but guests, who see what they have reported themselves."""
    if asker is None or asker.how == "cli" or asker.user_id == one.reported_by:
        return True
    return not await access.is_guest(session, asker.user_id)


def unknown(number: int) -> str:
    return f"There is no NM-{number}. `/incident list near-misses` shows what there is."


def line(one: NearMiss) -> str:
    """One near miss with when, by whom, and what came of it."""
    about = f" · {escape(one.service)}" if one.service else ""
    when = day_and_time(one.happened_at or one.reported_at)
    head = f"*{one.ref}* {clipped(one.text, LONGEST)}{about} · {when} – {person(one.reported_by)}"
    if one.reviewed_at is None:
        return f"🟡 {head} · _not reviewed yet_"
    return f"✅ {head}\n      {clipped(one.review, LONGEST)} – {person(one.reviewed_by or '')}"
