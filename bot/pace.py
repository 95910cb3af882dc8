"""Keeps outgoing calls within Slack's tiers, so that bursts queue here instead of being refused there.

Slack page: Rate limits. Limits are per method and minute; posting is also about one message a second per channel.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WINDOW: Final = 60.0  # seconds
TIER_2, TIER_3, TIER_4 = 20, 50, 100

CALLS_PER_MINUTE: Mapping[str, int] = MappingProxyType(
    {
        "bookmarks.add": TIER_2,
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
        "conversations.setPurpose": TIER_2,
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
    """A sliding window per method. Waiting is first come, first served."""

    def __init__(self, calls_per_minute: Mapping[str, int] = CALLS_PER_MINUTE) -> None:
        self._limits = calls_per_minute
        self._made: dict[str, deque[float]] = defaultdict(deque)
        self._queues: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait(self, method: str) -> None:
        """Return when one more call of this method is allowed, and count it."""
        limit = self._limits.get(method)
        if limit is None:
            return
        async with self._queues[method]:
            loop, made = asyncio.get_running_loop(), self._made[method]
            while made and made[0] <= loop.time() - WINDOW:
                made.popleft()
            if len(made) >= limit:
                await asyncio.sleep(made.popleft() + WINDOW - loop.time())
            made.append(loop.time())

    def blocked(self, method: str, seconds: float) -> None:
        """Slack answered 429: count the window as full until the pause it asked for is over."""
        limit = self._limits.get(method)
        if limit is None:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() - WINDOW + seconds
        self._made[method] = deque([until] * limit)
