"""Bringing in the people of a service, a severity or a user group. Slack page: usergroups.users.list.

User groups have no place in `conversations.invite`: their members are read, and invited in batches. Who cannot come,
and a group that cannot be read, is told on the timeline with who can put it right; `status repair` tries again.
"""

import json
from collections.abc import Sequence
from functools import partial

from storage import members
from workflows.inviting import invited, tell_refused
from workflows.parties import Party
from workflows.services import Services
from workflows.steps import Run, packed, together
from workflows.surfaces import load
from workflows.words import escape

# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Read the groups and invite everybody. One that Slack does not give holds up no other."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    found = [Party.read(stored) for stored in run.args["parties"]]
    parties = [party for party in found if not (party.by_rule and incident.private)]  # it may be so only since then
    users = [user for party in parties for user in party.users]
    groups = {group: party.title for party in parties for group in party.groups}
    await together(
        bring_in(run, services, incident.channel_id, "people", users),
        *(bring_in_group(run, services, incident.channel_id, group, title) for group, title in groups.items()),
    )


async def bring_in_group(run: Run, services: Services, channel_id: str, group: str, title: str) -> None:
    await bring_in(run, services, channel_id, group_id(group), await people_of(run, services, group, title) or ())


async def people_of(run: Run, services: Services, group: str, title: str) -> Sequence[str] | None:
    """A step: the members of a user group. `None` when Slack does not give them; the timeline says so then."""
    group_key = group_id(group)

    async def read() -> str:
        return packed(list(await services.slack.groups.members(group_key)))

    loss = f"The user group {group_name(group, title)} could not be read, so nobody was brought in through it"
    found = await run.attempt(f"group:{group_key}", read, loss=loss)
    return None if found is None else [str(user) for user in json.loads(found)]


async def bring_in(run: Run, services: Services, channel_id: str, name: str, users: Sequence[str]) -> None:
    """Invite those who are not in yet, as the step `invite:<name>`. Who cannot come is on the timeline."""
    if not users:
        return
    refused = await run.step(f"invite:{name}", partial(invite_absent, run, services, channel_id, users))
    if refused != "{}":
        await run.step(f"invite_refused:{name}", partial(tell_refused, run, services, refused))


async def invite_absent(run: Run, services: Services, channel_id: str, users: Sequence[str]) -> str:
    """One call for a hundred people, as long as none of them makes Slack refuse them all."""
    async with services.database.read() as session:
        here = set(await members.here(session, run.incident_id))
    absent = [user for user in users if user not in here]
    return await invited(services, channel_id, absent) if absent else packed({})


def group_id(group: str) -> str:
    """`S0614TZR7`, also of `<!subteam^S0614TZR7|@payments>`."""
    return group.removeprefix("<!subteam^").partition("|")[0].rstrip(">")


def group_name(group: str, title: str) -> str:
    """How the timeline names a group: a mention would call its people again."""
    label = group.partition("|")[2].rstrip(">")
    return escape(label) if label else f"`{group_id(group)}` ({title})"
