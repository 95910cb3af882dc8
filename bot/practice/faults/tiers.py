"""Slack's rate limits as a mode: so many calls a minute per method, one message a second per channel.

Source: docs.slack.dev "Rate limits". Burst sizes are not published; these windows allow the tier's number at
once, and a short burst of messages to a channel.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from bot.practice.methods import METHODS

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
MINUTE = 60.0
POSTS = frozenset({"chat.postMessage", "response_url"})
POSTS_AT_ONCE = 3
POSTS_PER_MINUTE_IN_ALL = 300


class Tiers:
    """Counts calls in windows of a minute by `monotonic`; off until `enforced`."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self.enforced = False

    def seconds_to_wait(self, method: str, args: Mapping[str, Any]) -> int:
        """Count this call. 0 if it may pass, else the whole seconds after which to try again."""
        if not self.enforced:
            return 0
        if method in POSTS:
            place = f"{method} {args.get('channel')}"
            windows = [(place, POSTS_AT_ONCE, float(POSTS_AT_ONCE)), ("posts", POSTS_PER_MINUTE_IN_ALL, MINUTE)]
        else:
            found = METHODS.get(method)
            most = PER_MINUTE.get(found.tier or 0) if found else None
            windows = [(method, most, MINUTE)] if most else []
        waits = [self._wait(key, most, span) for key, most, span in windows]
        if not any(waits):
            for key, _, _ in windows:
                self._calls[key].append(self._monotonic())
        return ceil(max(waits, default=0.0))

    def _wait(self, key: str, most: int, span: float) -> float:
        now = self._monotonic()
        calls = self._calls[key]
        while calls and now - calls[0] >= span:
            calls.popleft()
        return span - (now - calls[0]) if len(calls) >= most else 0.0
