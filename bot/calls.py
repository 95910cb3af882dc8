"""Who makes the video calls: Zoom, Google Meet, or nobody."""

from contextlib import AsyncExitStack

import httpx

from bot import calls_meet, calls_zoom
from bot.calls_http import TIMEOUT, SignIn
from bot.config import Settings
from workflows.clock import Clock
from workflows.ports import NoRooms, Rooms


async def connect(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Rooms:
    """Nothing is asked of the vendor yet; the stack closes the connections."""
    if settings.policy.war_room.via not in ("zoom", "meet"):
        return NoRooms()
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=TIMEOUT))
    return meet(client, settings, clock) if settings.policy.war_room.via == "meet" else zoom(client, settings, clock)


def meet(client: httpx.AsyncClient, settings: Settings, clock: Clock) -> calls_meet.MeetRooms:
    policy = settings.policy.war_room
    return calls_meet.MeetRooms(
        client, meet_login(settings), clock, access=policy.access, api=policy.api or calls_meet.API
    )


def meet_login(settings: Settings) -> SignIn:
    policy = settings.policy.war_room
    return calls_meet.sign_in_of(settings.calls.google, login=policy.login, subject=policy.host)


def zoom(client: httpx.AsyncClient, settings: Settings, clock: Clock) -> calls_zoom.ZoomRooms:
    policy, logins = settings.policy.war_room, settings.calls
    login = calls_zoom.ZoomSignIn(
        policy.login or calls_zoom.LOGIN, logins.zoom_account, logins.zoom_client, logins.zoom_secret
    )
    return calls_zoom.ZoomRooms(client, login, clock, host=policy.host, api=policy.api or calls_zoom.API)


async def sign_in(settings: Settings, clock: Clock) -> None:
    """See whether the vendor lets us in and, where it can be asked, knows the host. No call is made.

    Raises `Refused`, `Busy` and `Unclear`.
    """
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        if settings.policy.war_room.via == "meet":
            await meet_login(settings).token(client, clock.now())
        else:
            await zoom(client, settings, clock).find("sitrep doctor")
