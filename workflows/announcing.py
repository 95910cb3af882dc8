"""A line in the announcement channel, beside the announcement that is kept current: an edit notifies nobody."""

from workflows import channels
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load


async def announce_line(run: Run, services: Services, text: str) -> None:
    """Post `text` (Slack-encoded) once where incidents are announced. Private incidents are told nowhere."""
    name = services.policy.announce
    if name is None or (await load(services, run.incident_id)).private:
        return
    loss = f"#{name} could not be told"
    channel_id = await run.attempt("find_announce", lambda: channels.by_name(services, name), loss=loss)
    if channel_id is None:
        return
    await run.attempt_post("announce_line", channel_id, Post(text=text), loss=loss)
