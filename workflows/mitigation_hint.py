"""The one private word to the incident commander that nothing has been tried yet."""

from functools import partial

from storage import incidents
from storage.models import Incident
from workflows import blocks, mitigations
from workflows.ports import Post
from workflows.reaching import tell_directly
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape, person


async def run(run: Run, services: Services) -> None:
    """Tell the commander directly, unless something has been tried meanwhile."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        commander = await incidents.holder(session, incident.key, "ic")
        over = await mitigations.tried(session, incident)
    if commander is None or over:
        return
    await run.attempt(
        "hint",
        partial(tell_directly, run, services, "hint_post", commander, hint(incident)),
        loss=f"{person(commander)} could not be reminded to mitigate first",
    )


def hint(incident: Incident) -> Post:
    where = f" in <#{incident.channel_id}>" if incident.channel_id else ""
    head = f"{incident.ref} “{escape(incident.title)}”{where}: nobody has noted a mitigation yet."
    listed = mitigations.offered(incident)
    return Post(text=head, blocks=(blocks.section(head), *listed.blocks))
