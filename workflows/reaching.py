"""Reaching one person: into the channel, and directly. Every step may happen twice."""

from storage.models import Surface
from workflows import surfaces
from workflows.inviting import invited, tell_refused
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run


async def bring_in(run: Run, services: Services, channel_id: str, user: str) -> None:
    """Invite somebody; being in already is success. Who cannot come is on the timeline."""
    refused = await run.step("invite", lambda: invited(services, channel_id, [user]))
    if refused != "{}":
        await run.step("invite_refused", lambda: tell_refused(run, services, refused))


async def tell_directly(run: Run, services: Services, name: str, user: str, post: Post) -> str:
    """A direct message, sent once. Raises `Refused`, for example for people who have left."""
    direct = await run.step(f"open_{user}", lambda: services.slack.posts.open_direct(user))
    return await run.post(name, direct, post)


async def place(run: Run, services: Services, kind: str, channel_id: str, post: Post) -> str:
    """A surface whose post may be refused: a step that gives its `ts`."""
    return (await surfaces.place(run, services, kind, channel_id, post)).ts


async def show(services: Services, surface: Surface, post: Post) -> str:
    """A step that brings a surface up to date."""
    await surfaces.show(services, surface, post)
    return surface.ts
