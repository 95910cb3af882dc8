"""Who makes the video calls: Zoom, Google Meet, or nobody."""

from contextlib import AsyncExitStack

import httpx

from bot import calls_meet, calls_zoom
from bot.calls_http import TIMEOUT
from bot.config import Settings
from workflows.clock import Clock
from workflows.ports import NoRooms, Rooms


async def connect(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Rooms:
    """Nothing is asked of the vendor yet; the stack closes the connections."""
    policy, logins = settings.policy.war_room, settings.calls
    if policy.via not in ("zoom", "meet"):
        return NoRooms()
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=TIMEOUT))
    if policy.via == "meet":
        sign_in = calls_meet.sign_in_of(logins.google, login=policy.login, subject=policy.host)
        return calls_meet.MeetRooms(client, sign_in, clock, access=policy.access, api=policy.api or calls_meet.API)
    zoom = calls_zoom.ZoomSignIn(
        policy.login or calls_zoom.LOGIN, logins.zoom_account, logins.zoom_client, logins.zoom_secret
    )
    return calls_zoom.ZoomRooms(client, zoom, clock, host=policy.host, api=policy.api or calls_zoom.API)
