"""Bringing people into a channel, and saying on the timeline who could not be brought in, and why."""

import json
from collections.abc import Sequence

from storage import timeline
from workflows import presence
from workflows.change import change
from workflows.refusals import not_invited
from workflows.services import Services
from workflows.steps import Run, packed


async def invited(services: Services, channel_id: str, users: Sequence[str]) -> str:
    """Invite them, remember that they are there, and give back as JSON whom Slack refused, with its word for why."""
    refused = await services.slack.channels.invite(channel_id, users)
    await presence.invited(services, channel_id, [user for user in users if user not in refused])
    return packed(refused)


async def tell_refused(run: Run, services: Services, refused: str) -> str:
    """Put on the timeline who could not be invited; `refused` is what `invited` gave."""
    async with change(services, run.incident_id) as told:
        text = not_invited(json.loads(refused))
        await timeline.add_problem(told.session, incident_id=run.incident_id, at=told.now, text=text)
    return "told"
