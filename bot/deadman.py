"""A sign of life to an address of the operator's choice, as long as all is well. When it stops, somebody is told there.

It is made for services such as healthchecks.io that alarm when a ping is late. This is the one module that uses httpx.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx

from bot.background import Background
from bot.config import Settings
from bot.health import Health
from workflows.clock import Clock

log = logging.getLogger(__name__)

PATIENCE: Final = 10.0  # seconds for one ping
Transport = httpx.AsyncBaseTransport


class DeadMan:
    """Pings now and then, from the tick: a tick that stands still sends nothing, which is the point.

    Without an address it does nothing. The address is a secret: whoever knows it can fake our life. `pinged`
    hears `ok`, `refused` or `unreachable`.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        health: Health,
        background: Background,
        *,
        pinged: Callable[[str], None],
        transport: Transport | None = None,
    ) -> None:
        self._url = settings.deadman_url
        self._every = settings.deadman_every
        self._clock = clock
        self._health = health
        self._background = background
        self._pinged = pinged
        self._transport = transport
        self._last: datetime | None = None
        self._under_way = False

    async def tick(self) -> None:
        """Start a ping when it is time for one; never wait for it."""
        if self._url is None or self._under_way:
            return
        now = self._clock.now()
        # A clock that was set back must not silence us until it has caught up.
        waits = self._last is not None and self._last <= now < self._last + self._every
        if not waits:
            self._under_way = True
            self._background.start(self._ping_if_ready(self._url.get_secret_value(), now), "dead-man ping")

    async def _ping_if_ready(self, url: str, now: datetime) -> None:
        """While not ready, look again at the next tick, so that a short trouble does not cost a whole interval."""
        try:
            if (await self._health.examine()).ready:
                self._last = now
                await self._ping(url)
        finally:
            self._under_way = False

    async def _ping(self, url: str) -> None:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, transport=self._transport) as client:
                answer = await client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            self._failed("unreachable", type(trouble).__name__)
            return
        if answer.is_success:
            self._pinged("ok")
        else:
            self._failed("refused", f"HTTP {answer.status_code}")

    def _failed(self, outcome: str, reason: str) -> None:
        self._pinged(outcome)
        about = {"action": "deadman_failed", "reason": reason}
        log.warning("the dead-man ping did not arrive; check SITREP_DEADMAN_URL", extra=about)
