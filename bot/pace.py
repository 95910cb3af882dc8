"""Keeps outgoing calls within Slack's tiers, so that bursts queue here instead of being refused there.

Slack page: Rate limits. Limits are per method and minute; posting is also about one message a second per channel.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from workflows.ports import Busy

log = logging.getLogger(__name__)

WINDOW: Final = 60.0  # seconds
SHORT: Final = 2.0  # seconds; a longer pause that Slack asks for is not sat out here but stored, as all that is due
TIER_2, TIER_3, TIER_4 = 20, 50, 100

CALLS_PER_MINUTE: Mapping[str, int] = MappingProxyType(
    {
        "bookmarks.add": TIER_2,
        "bookmarks.edit": TIER_2,
        "bookmarks.remove": TIER_2,
        "bookmarks.list": TIER_3,
        "canvases.edit": TIER_3,
        "chat.delete": TIER_3,
        "chat.postEphemeral": TIER_4,
        "chat.postMessage": 200,
        "chat.update": TIER_3,
        "conversations.canvases.create": TIER_2,
        "conversations.create": TIER_2,
        "conversations.history": TIER_3,
        "conversations.info": TIER_3,
        "conversations.invite": TIER_3,
        "conversations.join": TIER_3,
        "conversations.list": TIER_2,
        "conversations.open": TIER_3,
        "conversations.rename": TIER_2,
        "conversations.replies": TIER_3,
        "conversations.setTopic": TIER_2,
        "files.completeUploadExternal": TIER_4,
        "files.getUploadURLExternal": TIER_4,
        "files.list": TIER_3,
        "pins.add": TIER_2,
        "pins.remove": TIER_2,
        "reactions.add": TIER_3,
        "users.conversations": TIER_3,
        "users.info": TIER_4,
    }
)


class Pace:
    """A sliding window per method. Waiting is first come, first served, and methods do not hold each other up.

    `time` gives seconds; those of the event loop if it is not given, which no change of the clock moves.
    """

    def __init__(
        self, calls_per_minute: Mapping[str, int] = CALLS_PER_MINUTE, *, time: Callable[[], float] | None = None
    ) -> None:
        self._limits = calls_per_minute
        self._time = time or (lambda: asyncio.get_running_loop().time())
        self._made: dict[str, deque[float]] = defaultdict(deque)
        self._closed_until: dict[str, float] = {}
        self._queues: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait(self, method: str) -> None:
        """Return when one more call of this method is allowed, and count it.

        Raises `Busy` when Slack has asked for a pause that is not a short one.
        """
        async with self._queues[method]:
            # Once more after each pause, as Slack may have closed the door meanwhile.
            while (pause := self._pause(method)) > 0:
                self._refuse_long(method)
                about = {"action": "paced", "method": method, "seconds": round(pause, 1)}
                log.warning("waiting for Slack's rate limit", extra=about)
                await asyncio.sleep(pause)
            if method in self._limits:
                self._made[method].append(self._time())

    def blocked(self, method: str, seconds: float) -> None:
        """Slack answered 429: nothing of this method goes out until the pause it asked for is over."""
        until = self._time() + seconds
        self._closed_until[method] = max(until, self._closed_until.get(method, 0.0))

    def _pause(self, method: str) -> float:
        """Seconds until the next call may go out; 0 or less means now."""
        now, made, limit = self._time(), self._made[method], self._limits.get(method)
        while made and made[0] + WINDOW <= now:
            made.popleft()
        full_for = made[0] + WINDOW - now if limit is not None and len(made) >= limit else 0.0
        return max(full_for, self._closed_until.get(method, 0.0) - now)

    def _refuse_long(self, method: str) -> None:
        left = self._closed_until.get(method, 0.0) - self._time()
        if left > SHORT:
            raise Busy(timedelta(seconds=left))
