"""Brings Slack up to date with the record: card, topic, announcement. Entered again whenever the record changed."""

from storage import incidents
from storage.models import Surface
from workflows import card, people, surfaces
from workflows.overview import Overview, overview
from workflows.services import Services
from workflows.steps import Run, together
from workflows.surfaces import load


async def run(run: Run, services: Services) -> None:
    """Render everything anew and send only what differs from what was shown last."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return  # the declare run asks again when the channel exists
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
        shown = {surface.kind: surface for surface in await incidents.surfaces(session, incident.key)}
    await together(
        show_posts(services, view, shown),
        show_topic(services, view, shown.get("topic")),
    )


async def show_posts(services: Services, view: Overview, shown: dict[str, Surface]) -> None:
    if "card" in shown:
        await surfaces.show(services, shown["card"], card.card(view))
    if "announcement" in shown:
        await surfaces.show(services, shown["announcement"], card.announcement(view))


async def show_topic(services: Services, view: Overview, shown: Surface | None) -> None:
    """Each change of a topic is a line in the channel, so it is set only when its words change."""
    incident = view.incident
    wanted = card.topic(view, await people.names(services, [view.ic]))
    surface = shown or Surface(incident_id=incident.key, kind="topic", channel_id=incident.channel_id or "")
    if surface.shown == wanted:
        return
    await services.slack.channels.set_topic(surface.channel_id, wanted)
    surface.shown = wanted
    await surfaces.keep(services, surface)
