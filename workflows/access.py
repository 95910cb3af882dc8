"""Who may know of an incident. Public ones are for everybody; private ones for those who need to know.

These are the declarer, whoever holds a role, whoever was let in, and whoever is in the channel: Slack shows them
everything in any case. For everybody else a private incident is answered like a number that does not exist.
To guests every incident is private, as Slack shows them no channel that they are not in.
"""

from collections.abc import Iterable, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members
from storage.models import Incident, Person, Role
from workflows.services import Services


def unknown(number: int) -> str:
    """What is said of a number that does not exist, and of an incident that the person may not know of."""
    return f"There is no INC-{number}. `/incident list` shows the open ones."


async def may_see(session: AsyncSession, incident: Incident, user_id: str) -> bool:
    """Whether this person may learn that the incident exists. Ask before anything of it is shown or named."""
    return bool(await visible(session, [incident], user_id))


async def visible(session: AsyncSession, incidents: Iterable[Incident], user_id: str) -> list[Incident]:
    """Those that this person may know of, in the same order. A few queries, however many incidents."""
    found = list(incidents)
    guest = await is_guest(session, user_id)
    private = frozenset(one.key for one in found if one.private or guest)
    if not private:
        return found
    known = await needed(session, private, user_id)
    decided = await members.decisions_about(session, user_id, private)

    def open_to(one: Incident) -> bool:
        declared = one.declared_by == user_id and decided.get(one.key) is not False
        return one.key not in private or one.key in known or declared or decided.get(one.key) is True

    return [one for one in found if open_to(one)]


async def is_guest(session: AsyncSession, user_id: str) -> bool:
    """Whether somebody is known to be a guest: they are shown what is about their own incidents alone."""
    person = await session.get(Person, user_id)
    return person is not None and bool(person.is_guest)


async def asks_as_guest(services: Services) -> bool:
    """Whether who asks is a guest, to whom nothing is shown but what belongs to their own incidents."""
    if services.asker is None or services.asker.how == "cli":
        return False
    async with services.database.read() as session:
        return await is_guest(session, services.asker.user_id)


async def needed(session: AsyncSession, incident_ids: frozenset[int], user_id: str) -> frozenset[int]:
    """Those in which the person holds a role or in whose channel they are."""
    held = select(Role.incident_id).where(
        Role.user_id == user_id, col(Role.ended_at).is_(None), col(Role.incident_id).in_(sorted(incident_ids))
    )
    return (frozenset(await session.exec(held)) | await members.incidents_with(session, user_id)) & incident_ids


async def who_may_see(session: AsyncSession, incident: Incident) -> Sequence[str]:
    """The need-to-know list of a private incident: each person once, the declarer first."""
    decided = {one.user_id: one.allowed for one in await members.decisions(session, incident.key)}
    held = select(Role.user_id).where(Role.incident_id == incident.key, col(Role.ended_at).is_(None))
    declarer = [incident.declared_by] if decided.get(incident.declared_by) is not False else []
    let_in = [user for user, allowed in decided.items() if allowed]
    here = await members.here(session, incident.key)
    return list(dict.fromkeys([*declarer, *await session.exec(held.order_by(col(Role.id))), *let_in, *here]))
