"""Brings Slack up to date with the record: card, topic, announcement. Entered again whenever the record changed."""

from storage.models import Surface
from workflows import bookmarks, card, people, surfaces
from workflows.overview import Overview, overview
from workflows.ports import Post, Refused
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
        links, shown = await bookmarks.look_from(session, services, view)
    posts = {"card": card.card(view), "announcement": card.announcement(view)}
    await together(
        *(show_post(run, services, shown[kind], post) for kind, post in posts.items() if kind in shown),
        show_topic(services, view, shown.get("topic")),
    )
    await bookmarks.follow(services, incident.key, links, shown)


async def show_post(run: Run, services: Services, surface: Surface, post: Post) -> None:
    """Edit the post that is there; one that somebody deleted is posted anew, as people need it."""
    try:
        await surfaces.show(services, surface, post)
    except Refused as refused:
        if refused.error != "message_not_found":
            raise
        was, surface.ts = surface.ts, await surfaces.post_again(run, services, surface, post)
        if surface.kind == "card":
            await services.slack.decor.pin(surface.channel_id, surface.ts)
        await surfaces.keep_moved(services, surface, was)
        await bookmarks.keep_current(services, surface.incident_id)


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
