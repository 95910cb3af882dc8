"""Incidents that may be the same one: found by their titles when one is declared, and pointed at each other."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from storage.models import Incident
from workflows import access, blocks, people
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.words import escape, person

MOST: Final = 3
ALIKE: Final = 75  # of 100: titles that are at least this similar may be the same incident


async def similar(
    session: AsyncSession, services: Services, title: str, *, user_id: str, drill: bool
) -> list[Incident]:
    """Open incidents of the last minutes whose titles look like this one, the most alike first; not a whole storm.

    Those alone that `user_id` may know of; drills look like drills alone.
    """
    since = services.clock.now() - services.policy.duplicate_window
    recent = await access.visible(session, await incidents.declared_since(session, since), user_id)
    wanted = title.casefold()
    scores = [(fuzz.token_set_ratio(wanted, one.title.casefold()), one) for one in recent if one.drill == drill]
    alike = sorted((pair for pair in scores if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [one for _, one in alike[:MOST]]


async def known_to(services: Services, found: Sequence[Incident], user_id: str) -> Sequence[Incident]:
    """Those that this person may know of. That somebody is a guest is asked of Slack, if it is not known yet.

    Raises `SlackTrouble` when Slack does not tell.
    """
    if not found:
        return found
    await people.meet(services, user_id)
    async with services.database.read() as session:
        return await access.visible(session, found, user_id)


async def point_at(run: Run, services: Services, incident: Incident, other: Incident) -> None:
    """Say in the channel of `incident` that `other` looks alike."""
    if incident.channel_id is None or incident.private or other.private:
        return  # one of them may have become private since they were found
    where = f"<#{other.channel_id}>" if other.channel_id else "its channel is being set up"
    text = (
        f"{other.ref} “{escape(other.title)}” looks alike: {where}, declared by {person(other.declared_by)}. "
        "If it is the same, go on in one of them."
    )
    await run.post(f"alike_{incident.id}_{other.id}", incident.channel_id, notice(text, incident, other))


def notice(text: str, incident: Incident, other: Incident) -> Post:
    """The notice, with a button that ends this incident in favour of the other one."""
    button = blocks.button(
        f"Merge into {other.ref}",
        "merge_into",
        f"{incident.id}:{other.id}",
        confirm=blocks.confirm(
            f"Merge {incident.ref} into {other.ref}?",
            f"Everybody here is invited there, and {incident.ref} ends. Reopening it undoes this.",
            "Merge",
        ),
    )
    return Post(text=text, blocks=(blocks.section(text), blocks.actions([button], block_id="alike")))
