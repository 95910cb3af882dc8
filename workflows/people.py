"""The names behind ids, for places where Slack does not show them: topics and files."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import names as stored
from storage import runs
from storage.models import Person
from workflows.ports import Profile, Refused, SlackTrouble
from workflows.services import Services
from workflows.steps import Run

FRESH_FOR: Final = timedelta(days=1)


async def names(services: Services, user_ids: Iterable[str]) -> dict[str, str]:
    """The display name of each person. Those that Slack does not know keep their id."""
    wanted = sorted({user for user in user_ids if user.startswith(("U", "W"))})
    async with services.database.read() as session:
        known = (await session.exec(select(Person).where(col(Person.user_id).in_(wanted)))).all()
    limit = services.clock.now() - FRESH_FOR
    fresh = {one.user_id: one.name for one in known if one.seen_at > limit}
    stale = {one.user_id: one.name for one in known}
    for user_id in wanted:
        if user_id not in fresh:
            profile = await look_up(services, user_id)
            fresh[user_id] = profile.name if profile else stale.get(user_id, user_id)
    return fresh


async def owe_name(session: AsyncSession, services: Services, user_id: str) -> bool:
    """Somebody spoke: owe their name, unless it is known. Says whether work is owed."""
    if user_id in services.named or not user_id.startswith(("U", "W")):
        return False
    if await session.get(Person, user_id) is not None:
        services.named.add(user_id)
        return False
    await runs.owe(
        session,
        kind="name",
        key=f"name:{user_id}",
        lane=f"name:{user_id}",
        now=services.clock.now(),
        args={"user_id": user_id},
    )
    return True


async def run(run: Run, services: Services) -> None:
    """Learn a name. Somebody whom Slack does not know keeps the id, so that it is not asked again at every word."""
    user_id = str(run.args["user_id"])
    if await look_up(services, user_id) is None:
        async with services.database.write() as session:
            await stored.keep(session, Person(user_id=user_id, name=user_id, seen_at=services.clock.now()))


async def look_up(services: Services, user_id: str) -> Profile | None:
    """Ask Slack who this is, and remember the answer."""
    try:
        profile = await services.slack.people.profile(user_id)
    except Refused:
        return None
    async with services.database.write() as session:
        await stored.keep(session, met(user_id, profile, services.clock.now()))
    return profile


def met(user_id: str, profile: Profile, now: datetime) -> Person:
    return Person(
        user_id=user_id,
        name=profile.name,
        time_zone=profile.time_zone,
        is_bot=profile.is_bot,
        is_guest=profile.is_guest,
        seen_at=now,
    )


async def meet(services: Services, user_id: str) -> None:
    """Learn whether somebody is a guest before they are shown something. Guests become members, and members guests,
    so Slack is asked once a day.

    Raises `SlackTrouble` when nothing is known of them and Slack does not tell; else what was known stands.
    """
    now, before = services.clock.now(), services.met.get(user_id)
    if before is not None and before > now - FRESH_FOR:
        return
    async with services.database.read() as session:
        known = await session.get(Person, user_id)
    if known is None or known.is_guest is None:
        await look_up(services, user_id)
    elif known.seen_at <= now - FRESH_FOR:
        with suppress(SlackTrouble):
            await look_up(services, user_id)
    else:
        now = known.seen_at
    services.met[user_id] = now


async def zone(services: Services, user_id: str) -> ZoneInfo:
    """The time zone that somebody types their times in; the team's while Slack cannot say."""
    async with services.database.read() as session:
        known = await session.get(Person, user_id)
    try:
        found = known or await look_up(services, user_id)
        return ZoneInfo(found.time_zone) if found else services.policy.time_zone
    except (SlackTrouble, KeyError, ValueError):
        return services.policy.time_zone
