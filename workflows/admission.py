"""Bringing people into a private incident's channel and taking them out, once that has been decided.

Everything here happens in Slack, and may be entered again at any point. Slack page: conversations.kick.
"""

from collections.abc import Iterable
from functools import partial

from storage.database import Database
from storage.models import Incident
from workflows import access
from workflows.inviting import invited, tell_refused
from workflows.ports import Post
from workflows.reaching import tell_directly
from workflows.services import Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.words import person


async def run_let_in(run: Run, services: Services) -> None:
    """Invite who was let in and is still, and tell them so directly: nobody comes across a private channel alone."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    channel_id, users = incident.channel_id, await still_in(services.database, incident, run.args["users"])
    if not users:
        return
    refused = await run.step("invite", lambda: invited(services, channel_id, users))
    if refused != "{}":
        await run.step("invite_refused", lambda: tell_refused(run, services, refused))
    text = f"You may see {incident.ref}, which is private: <#{channel_id}>. Please do not speak of it elsewhere."
    for user in users:
        tell = partial(tell_directly, run, services, f"tell_{user}", user, Post(text=text))
        await run.attempt(f"told_{user}", tell, loss=f"{person(user)} could not be told")


async def run_shut_out(run: Run, services: Services) -> None:
    """Take somebody out of the channel, unless they were let in again meanwhile."""
    incident, user = await load(services, run.incident_id), str(run.args["user"])
    channel_id = incident.channel_id
    if channel_id is None or await still_in(services.database, incident, [user]):
        return
    loss = f"{person(user)} could not be taken out of the channel, so somebody in it must do that by hand"
    await run.attempt("remove", lambda: done(services.slack.channels.remove(channel_id, user)), loss=loss)


async def still_in(database: Database, incident: Incident, users: Iterable[object]) -> list[str]:
    """Those who may see it now, whatever was decided when the run was owed."""
    async with database.read() as session:
        return [user for user in map(str, users) if await access.may_see(session, incident, user)]
