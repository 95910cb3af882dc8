"""Looks for what was missed whenever Slack's socket is open again; without a socket, every now and then.

Slack page: Using Socket Mode. A connection says `hello` when it is open; Slack asks for a new one every few hours.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

from workflows import reconcile
from workflows.services import Services

BETWEEN_LOOKS: Final = timedelta(minutes=10)  # in HTTP mode, where nothing tells that Slack could not reach us


class Reconnects:
    """Owes a look at the open incidents after each connection but the first, which is the start's own affair."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._client: AsyncBaseSocketModeClient | None = None
        self._greeted = False
        self._is_back = False
        self._gone_since: datetime | None = None
        self._looked_at = services.clock.now()

    def through_socket(self, client: AsyncBaseSocketModeClient) -> None:
        """Socket Mode is on, by this client."""
        self._client = client
        client.message_listeners.append(self.heard)

    async def heard(self, _client: object, message: dict[str, Any], _raw: str | None = None) -> None:
        """Every frame passes here. What has to be done is left to `tick`, which tries again when it fails."""
        if message.get("type") == "hello":
            self._is_back, self._greeted = self._greeted, True

    async def tick(self) -> None:
        """Once a second."""
        now = self._services.clock.now()
        if self._client is None:
            await self._look_now_and_then(now)
        elif self._is_back:
            absent = now - (self._gone_since or now)
            await reconcile.owe_looks(self._services, absent=abs(absent))
            self._is_back, self._gone_since = False, None
        elif not await self._client.is_connected():
            self._gone_since = self._gone_since or now

    async def _look_now_and_then(self, now: datetime) -> None:
        if abs(now - self._looked_at) >= BETWEEN_LOOKS:
            await reconcile.owe_looks(self._services, absent=BETWEEN_LOOKS)
            self._looked_at = now
