"""One line in the incident's channel, said once."""

from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load


async def run(run: Run, services: Services) -> None:
    """Post `args["text"]`, which is Slack-encoded and safe, in the channel."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is not None:
        await run.post("say", incident.channel_id, Post(text=str(run.args["text"])))
