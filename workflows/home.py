"""The home tab: what is mine, what is open, what ended lately. Slack page: App Home.

Drawn whenever somebody looks, and while they look whenever something changes (`workflows.onlookers`). What it shows is
for one person: private incidents are on the tabs of those only who may know of them.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import homes
from storage.models import Action, Incident, Onlooker
from workflows import access, onlookers, people
from workflows.home_words import Desk, home
from workflows.links import message_link
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import digest

Row = TypeVar("Row")

MOST_MINE: Final = 10
MOST_OPEN: Final = 25
MOST_RECENT: Final = 8
RECENT: Final = timedelta(days=7)


async def opened(services: Services, user_id: str) -> None:
    """Somebody looks at the tab: owe them a fresh one. Looking often costs one drawing at a time."""
    async with services.database.write() as session:
        await homes.looked(session, user_id, services.clock.now())
        await onlookers.owe_drawing(session, services, user_id, looked=True)
    services.bell.ring()


async def run(run: Run, services: Services) -> None:
    """Draw the tab, unless it shows the very same already. Repeating it draws it again."""
    user_id = str(run.args["user_id"])
    await people.meet(services, user_id)
    async with services.database.read() as session:
        view = home(await desk(session, services, user_id))
        before = await session.get(Onlooker, user_id)
    drawn = digest(Post(text="", blocks=view["blocks"]))
    if before is not None and before.shown == f"{before.looked_at.isoformat()} {drawn}":
        return
    await services.slack.views.publish(user_id, view)
    if before is not None:
        async with services.database.write() as session:
            await homes.shows(session, user_id, f"{before.looked_at.isoformat()} {drawn}")


async def desk(session: AsyncSession, services: Services, user_id: str) -> Desk:
    """Everything that one person's tab shows."""
    now, policy = services.clock.now(), services.policy
    held = await homes.roles_of(session, user_id)
    listed, how_many = await open_to(session, services, user_id)
    severities = [severity.level for severity in policy.severities]
    mine = sorted(await homes.with_ids(session, sorted(held)), key=lambda one: (place(one, severities), -one.key))
    ended = await homes.ended_since(session, now - RECENT, MOST_RECENT * 2)
    recent = (await access.visible(session, ended, user_id))[:MOST_RECENT]
    return Desk(
        handoffs=await known_to(session, await homes.handoffs_to(session, user_id), user_id),
        calls=await known_to(session, await homes.calls_to(session, user_id), user_id),
        mine=mine[:MOST_MINE],
        roles=held,
        actions=await own_actions(session, user_id),
        open_now=listed,
        commanders=await homes.commanders(session, [one.key for one in listed]),
        how_many=how_many,
        guest=await access.is_guest(session, user_id),
        recent=recent,
        now=now,
        today=now.astimezone(policy.time_zone).date().isoformat(),
        links=await drafts(session, services, recent),
    )


async def open_to(session: AsyncSession, services: Services, user_id: str) -> tuple[Sequence[Incident], int]:
    """The open incidents that somebody may know of, most severe first, as many as fit; and how many there are."""
    severities = [severity.level for severity in services.policy.severities]
    private = await access.visible(session, await homes.private_ones(session), user_id)
    public = await homes.open_ones(session, severities, MOST_OPEN)
    both = sorted([*public, *private], key=lambda one: (place(one, severities), -one.key))
    seen = await access.visible(session, both, user_id)
    if len(seen) < len(both):  # a guest, to whom public ones are not
        return seen[:MOST_OPEN], len(seen)
    return both[:MOST_OPEN], len(private) + await homes.how_many_open(session)


def place(incident: Incident, levels: Sequence[str]) -> int:
    """Where a severity stands among these; one that is no longer configured comes last."""
    return levels.index(incident.severity) if incident.severity in levels else len(levels)


async def own_actions(session: AsyncSession, user_id: str) -> Sequence[tuple[Action, Incident]]:
    mine = await known_to(session, await homes.open_actions(session, user_id), user_id)
    return sorted(mine, key=lambda pair: (due(pair[0]), pair[0].id or 0))


async def known_to(
    session: AsyncSession, found: Sequence[tuple[Row, Incident]], user_id: str
) -> list[tuple[Row, Incident]]:
    """Those about incidents that somebody may know of."""
    seen = {one.key for one in await access.visible(session, [incident for _, incident in found], user_id)}
    return [(row, incident) for row, incident in found if incident.key in seen]


def due(action: Action) -> str:
    """For sorting: what has no date comes last."""
    return action.due_at.isoformat() if action.due_at else action.due or "9999"


async def drafts(session: AsyncSession, services: Services, ended: Sequence[Incident]) -> Mapping[int, str]:
    """Where the postmortem drafts of these were shared."""
    words = await homes.last_words(session, [one.key for one in ended])
    team_url = services.slack.team_url
    return {
        one.key: message_link(team_url, one.channel_id, words[one.key])
        for one in ended
        if one.channel_id is not None and one.key in words
    }
