"""Keeps the home tabs current that somebody looked at lately.

Every change owes one look at who is looking; each of these is owed a drawing. However much changes, a tab is drawn
once every few seconds at most, and all tabs together about once a second: Slack takes no more, and nothing else waits.
"""

from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import homes, runs
from workflows.services import Services
from workflows.steps import Run

LOOKING: Final = timedelta(minutes=30)  # after opening it; then it is drawn when it is opened again
MOST: Final = 60
SOON: Final = timedelta(seconds=3)
APART: Final = timedelta(seconds=1)


async def tell(session: AsyncSession, services: Services, incident_id: int) -> None:
    """An incident is changing: owe it to those who are looking, if there are any."""
    now = services.clock.now()
    if await homes.onlookers(session, now - LOOKING, 1):
        key = f"onlookers:{incident_id}"
        await runs.owe(session, kind="onlookers", key=key, lane=key, now=now)


async def run(run: Run, services: Services) -> None:
    """Owe a drawing to everybody who is looking, one after the other. Repeating it owes the same ones."""
    now = services.clock.now()
    async with services.database.write() as session:
        for place, user_id in enumerate(sorted(await homes.onlookers(session, now - LOOKING, MOST))):
            await owe_drawing(session, services, user_id, after=SOON + place * APART)


async def owe_drawing(
    session: AsyncSession, services: Services, user_id: str, *, after: timedelta = timedelta(0), looked: bool = False
) -> None:
    """Owe one person's tab. One that waits already comes in its own time, or at once when they look."""
    now = services.clock.now()
    key, args = f"home:{user_id}", {"user_id": user_id}
    owed = await runs.owe(session, kind="home", key=key, lane=key, now=now, due_at=now + after, args=args)
    if looked:
        owed.due_at = min(owed.due_at, now)
        session.add(owed)
