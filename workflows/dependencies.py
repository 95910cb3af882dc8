"""Incidents of services that hang together point at each other: the cause may be one floor below."""

from functools import partial
from typing import Final

from storage import timeline
from storage.models import Incident
from workflows import catalogue
from workflows.change import Change, change
from workflows.policy import Policy, Service
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape

KIND: Final = "dependencies"


async def owe(made: Change, policy: Policy) -> None:
    """Look for open incidents of related services, if the catalogue knows of any."""
    service = policy.service(made.incident.service or "")
    if made.incident.drill:
        return  # what is real must not be sent looking at it
    if service is not None and (catalogue.needs(policy, service) or catalogue.needed_by(policy, service)):
        await made.owe(KIND, f"{made.incident.id}:{service.name}", lane=f"{KIND}:{made.incident.id}")


async def run(run: Run, services: Services) -> None:
    """Name in this channel what is broken below it, and tell those above about this one, unless it is private."""
    incident, policy = await load(services, run.incident_id), services.policy
    service = policy.service(incident.service or "")
    if service is None or incident.channel_id is None:
        return
    async with services.database.read() as session:
        below = await catalogue.open_about(session, catalogue.needs(policy, service), except_for=incident)
        above = await catalogue.open_about(session, catalogue.needed_by(policy, service), except_for=incident)
    for other in below:
        needed = f"{escape(service.name)} depends on {escape(str(other.service))}"
        text = f"{needed}, which has {catalogue.named(other)}. Look there first."
        await run.post(f"below_{other.id}", incident.channel_id, Post(text=text))
        await run.step(f"note_{other.id}", partial(note, run, services, service, other))
    for other in above if not incident.private else ():
        if other.channel_id is not None:
            needing = f"{escape(str(other.service))} depends on {escape(service.name)}"
            text = f"{needing}, which now has {catalogue.named(incident)}."
            await run.post(f"above_{other.id}", other.channel_id, Post(text=text))


async def note(run: Run, services: Services, service: Service, other: Incident) -> str:
    """Put it on the timeline, once: the same words for the same pair."""
    text = f"{escape(service.name)} depends on {escape(str(other.service))}, which has {other.ref} open"
    async with change(services, run.incident_id) as made:
        await timeline.add_once(made.session, incident_id=run.incident_id, at=made.now, kind="service", text=text)
    return "noted"
