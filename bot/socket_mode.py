"""Slack's socket. Commands, presses and forms go through Bolt; events, which are nearly everything, go straight on.

What Bolt prepares for a listener – a client, who we are, a context – costs as much as storing a message does, and no
event needs it: Socket Mode has checked by its ticket that it is Slack who speaks. Slack page: Using Socket Mode.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

log = logging.getLogger(__name__)

Hear = Callable[[Mapping[str, Any], Mapping[str, Any]], Awaitable[None]]


class SocketMode(AsyncSocketModeHandler):
    """`hear` is given each event and the body around it, and returns when it is stored."""

    def __init__(self, bolt: AsyncApp, app_token: str, hear: Hear, *, ping_interval: float) -> None:
        super().__init__(bolt, app_token, ping_interval=ping_interval)
        self._hear = hear

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Acknowledge an event once it is stored. One that could not be is left alone, and Slack sends it again."""
        event = req.payload.get("event") if req.type == "events_api" else None
        if not isinstance(event, dict):
            await super().handle(client, req)
            return
        try:
            await self._hear(event, req.payload)
        except Exception:
            log.exception("an event was not stored", extra={"action": "event_failed"})
        else:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
