"""Who has read how an incident stands: what they missed since, and a first catch-up for those who join later."""

from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import actions, incidents, members, messages, visits
from storage.models import HandoffState, Incident
from workflows import access, people, scribe
from workflows.briefing import Known
from workflows.catchup import Away, catch_up, stakeholders
from workflows.change import Change, change
from workflows.errors import AlreadyDone
from workflows.overview import overview
from workflows.ports import Post
from workflows.reaching import tell_directly
from workflows.services import Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.timeline import timeline
from workflows.words import as_ts

FRESH: Final = timedelta(minutes=2)  # a channel so young is a catch-up of its own
INVITED: Final = timedelta(minutes=5)  # whom the bot brings in so early is there from the beginning


async def known(session: AsyncSession, incident: Incident, services: Services) -> Known:
    """Everything that a briefing or a catch-up is made of."""
    return Known(
        view=await overview(session, incident, services.policy),
        lines=await timeline(session, incident),
        actions=await actions.of_incident(session, incident.key),
    )


async def look(services: Services, incident: Incident, user_id: str, *, all_of_it: bool = False) -> str:
    """The catch-up for this person, since they last looked or in all; from now on they have looked."""
    now = services.clock.now()
    async with services.database.read() as session:
        found = await known(session, incident, services)
        since = None if all_of_it else await visits.last(session, incident.key, user_id)
        away = None
        if since is not None:
            said = await messages.said_since(session, incident.key, as_ts(since), but=services.slack.user_id)
            away = Away(since=since, messages=said)
    async with services.database.write() as session:
        await visits.note(session, incident.key, user_id, now)
    return catch_up(found, now, away)


async def in_all(services: Services, incident: Incident) -> str:
    """How it stands and what happened, for somebody who knows nothing yet."""
    async with services.database.read() as session:
        return catch_up(await known(session, incident, services), services.clock.now())


async def for_stakeholders(services: Services, incident: Incident) -> str:
    """How it stands, for those who do not work on it."""
    async with services.database.read() as session:
        return stakeholders(await known(session, incident, services), services.clock.now())


async def joined(services: Services, channel_id: str, user_id: str, *, inviter: str) -> None:
    """Somebody came into an incident's channel: owe them a catch-up, once, unless they know it all already."""
    incident_id = await scribe.incident_of(services, channel_id)
    if incident_id is None or user_id in ("", services.slack.user_id):
        return
    async with services.database.read() as session:
        incident = await incidents.get(session, incident_id)
        offer = await incidents.open_handoff(session, incident_id)
        seen = await visits.last(session, incident_id, user_id)
    if incident is None or seen is not None or user_id == incident.declared_by:
        return
    age = services.clock.now() - incident.declared_at
    if age < FRESH or (inviter == services.slack.user_id and age < INVITED):
        return
    if offer is not None and offer.to_user == user_id and offer.state == HandoffState.PROPOSED:
        return  # who is asked to take over gets a briefing
    try:
        async with change(services, incident_id, press=f"caught-up:{incident_id}:{user_id}") as made:
            args = {"user_id": user_id, "alone": not inviter}
            lane = f"catchup:{incident_id}:{user_id}"
            await made.owe("catchup", f"{incident_id}:{user_id}", args, lane=lane)
    except AlreadyDone:
        return


async def owed_with_briefing(made: Change, user_id: str) -> bool:
    """Whether somebody who is brought in for a role knows nothing yet: then their briefing tells all, and joining less.

    From now on they have looked, so that they are not told twice.
    """
    incident = made.incident
    if user_id == incident.declared_by or made.now - incident.declared_at < INVITED:
        return False
    if await members.is_here(made.session, incident.key, user_id):
        return False
    if await visits.last(made.session, incident.key, user_id) is not None:
        return False
    await visits.note(made.session, incident.key, user_id, made.now)
    return True


async def run(run: Run, services: Services) -> None:
    """Tell who has joined how it stands: under their eyes if they came by themselves, else directly, where it stays."""
    user_id = str(run.args["user_id"])
    profile = await people.look_up(services, user_id)
    incident = await load(services, run.incident_id)
    if profile is None or profile.is_bot or incident.channel_id is None:
        return
    now = services.clock.now()
    async with services.database.read() as session:
        if not await access.may_see(session, incident, user_id):
            return  # taken out again meanwhile
        text = catch_up(await known(session, incident, services), now)
    post = Post(text=f"{text}\nYou alone see this. `/incident catchup` tells you later what you have missed.")
    channel_id = incident.channel_id
    if run.args["alone"]:
        whisper = services.slack.posts.whisper
        await run.attempt("whisper", lambda: done(whisper(channel_id, user_id, post)), loss="")
    else:
        await run.attempt("direct", lambda: tell_directly(run, services, "catchup", user_id, post), loss="")
    async with services.database.write() as session:
        await visits.note(session, incident.key, user_id, now)
