"""One live line in an incident's channel that asks people for something: a new one takes the place of the last."""

from functools import partial

from storage import incidents
from storage.models import Surface
from workflows import nags, surfaces
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run


async def ask(run: Run, services: Services, kind: str, channel_id: str, post: Post, *, loss: str) -> bool:
    """Post the line, remember it as the surface `kind`, and remove the one before. May be entered again anywhere.

    Says whether Slack took it.

    Whoever answers owes a run in the same lane, so that it finds the line on record.
    """
    before = await run.step("before", lambda: nags.standing(run, services, kind))
    ts = await run.attempt_post("ask", channel_id, post, key=run.step_key(kind), loss=loss)
    if ts is None:
        return False
    await run.step("keep", lambda: keep(run, services, kind, f"{channel_id} {ts}"))
    if before:
        await run.attempt("gone", lambda: nags.delete(services, before), loss="An old reminder could not be removed")
    return True


async def keep(run: Run, services: Services, kind: str, place: str) -> str:
    channel_id, _, ts = place.partition(" ")
    async with services.database.write() as session:
        known = await incidents.surface(session, run.incident_id, kind)
        known = known or Surface(incident_id=run.incident_id, kind=kind, channel_id=channel_id)
        known.channel_id, known.ts, known.shown = channel_id, ts, ""
        session.add(known)
    return place


async def take_back(run: Run, services: Services, kind: str) -> None:
    """Remove the line, if it stands."""
    remove = partial(nags.removed, services, run.incident_id, kind)
    if await surfaces.find(services, run.incident_id, kind) is not None:
        await run.attempt("remove", remove, loss="An old reminder could not be removed")


async def redraw(run: Run, services: Services, kind: str, post: Post) -> None:
    """Make the line say how it was answered, if it stands."""
    surface = await surfaces.find(services, run.incident_id, kind)
    if surface is not None:
        loss = "A line that asks for something could not be changed"
        await run.attempt("redraw", lambda: shown(services, surface, post), loss=loss)


async def shown(services: Services, surface: Surface, post: Post) -> str:
    await surfaces.show(services, surface, post)
    return surface.ts
