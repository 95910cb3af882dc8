"""Which incidents go on in which. Queries take a session and commit nothing."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Incident


async def of(session: AsyncSession, incident_id: int) -> list[Incident]:
    """What was merged into this one, also through others, in the order in which it was declared."""
    found: dict[int, Incident] = {}
    wanted = [incident_id]
    while wanted:
        rows = await session.exec(select(Incident).where(col(Incident.merged_into).in_(wanted)))
        new = [one for one in rows if one.key not in found and one.key != incident_id]
        found |= {one.key: one for one in new}
        wanted = [one.key for one in new]
    return [found[key] for key in sorted(found)]
