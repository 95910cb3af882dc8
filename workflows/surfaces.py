"""Places in Slack that show the record: put there once, then kept equal to it."""

import hashlib
import json

from storage import incidents
from storage.models import Incident, Surface
from workflows.ports import Post, Unclear
from workflows.services import Services
from workflows.steps import Run


def digest(post: Post) -> str:
    """Equal for posts that look equal."""
    content = json.dumps([post.text, list(post.blocks)], sort_keys=True, default=dict)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


async def load(services: Services, incident_id: int) -> Incident:
    async with services.database.read() as session:
        incident = await incidents.get(session, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    return incident


async def find(services: Services, incident_id: int, kind: str) -> Surface | None:
    async with services.database.read() as session:
        return await incidents.surface(session, incident_id, kind)


async def place(
    run: Run, services: Services, kind: str, channel_id: str, post: Post, *, thread_ts: str = ""
) -> Surface:
    """Post once and remember where. The stored row is the step's result; a repeat looks for the post first."""
    known = await find(services, run.incident_id, kind)
    if known is not None:
        return known
    key, posts = run.step_key(kind), services.slack.posts
    found = await posts.find(channel_id, key, run.since, thread_ts=thread_ts) if run.repeat else None
    # What was posted earlier may show an earlier state of things: the next `show` replaces it.
    shown = digest(post) if found is None else ""
    try:
        ts = found or await posts.post(channel_id, post, key=key, thread_ts=thread_ts)
    except Unclear:
        known = await find(services, run.incident_id, kind)
        if known is None:
            raise
        ts = await posts.find(channel_id, key, run.since, thread_ts=thread_ts, besides=known.ts) or known.ts
    surface = Surface(incident_id=run.incident_id, kind=kind, channel_id=channel_id, ts=ts, shown=shown)
    return await keep_first(services, surface)


async def keep_first(services: Services, surface: Surface) -> Surface:
    """Remember a new surface, unless another process has put one up meanwhile: then ours goes."""
    async with services.database.write() as session:
        kept = await incidents.add_surface(session, surface)
    if kept.ts != surface.ts:
        await services.slack.posts.delete(surface.channel_id, surface.ts)
    return kept


async def show(services: Services, surface: Surface, post: Post) -> None:
    """Make a posted surface look like this, if it does not yet. Repeating it changes nothing."""
    if surface.shown == digest(post):
        return
    await services.slack.posts.update(surface.channel_id, surface.ts, post)
    surface.shown = digest(post)
    await keep(services, surface)


async def post_again(run: Run, services: Services, surface: Surface, post: Post) -> str:
    """Put up anew, once, what somebody deleted in Slack. The caller keeps it with its new `ts`: see `keep_moved`."""
    key, posts = run.step_key(f"{surface.kind}-instead-of-{surface.ts}"), services.slack.posts
    found = await posts.find(surface.channel_id, key, run.since) if run.repeat else None
    if found is not None:
        await posts.update(surface.channel_id, found, post)
    surface.shown = digest(post)
    return found or await posts.post(surface.channel_id, post, key=key)


async def keep_moved(services: Services, surface: Surface, was: str) -> None:
    """Remember where a surface that stood at `was` has been put up anew, unless another process did: then ours goes."""
    async with services.database.write() as session:
        kept = await incidents.locked_surface(session, surface.incident_id, surface.kind)
        moved = kept is not None and kept.ts not in (was, surface.ts)
        if not moved:
            await session.merge(surface)
    if moved:
        await services.slack.posts.delete(surface.channel_id, surface.ts)


async def keep(services: Services, surface: Surface) -> None:
    async with services.database.write() as session:
        await session.merge(surface)


async def take_away(services: Services, incident_id: int, kind: str) -> None:
    """Delete the post of a surface, if there is one, and forget it."""
    surface = await find(services, incident_id, kind)
    if surface is None:
        return
    await services.slack.posts.delete(surface.channel_id, surface.ts)
    async with services.database.write() as session:
        stored = await session.get(Surface, surface.id)
        if stored is not None and stored.ts == surface.ts:
            await session.delete(stored)
