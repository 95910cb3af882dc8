"""Rules by which chosen Web API calls go wrong.

Source: docs.slack.dev "Rate limits", "Using the Web API" (errors).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.practice.faults.tiers import Tiers

Arguments = Mapping[str, Any]
When = Literal["before", "after"]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What happens to a call: one of an error, an HTTP status, a reset connection, a delay, a callback."""

    when: When = "before"
    error: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    resets: bool = False
    seconds: float = 0.0
    callback: Callable[[], Awaitable[None]] | None = None


@dataclass(kw_only=True, eq=False)
class Rule:
    """Says which calls are hit; its methods say by what. `hits` counts the calls it has hit."""

    method: str
    times: int | None
    nth: int | None
    where: Callable[[Arguments], bool] | None
    trouble: Trouble | None = None
    seen: int = 0
    hits: int = 0

    def answers_429(self, retry_after: int = 1) -> "Rule":
        """Answer as if the app called too often."""
        headers = {"Retry-After": str(retry_after)}
        return self._set(Trouble(error="ratelimited", status=429, headers=headers))

    def fails(self, error: str, *, after_effect: bool = False) -> "Rule":
        """Answer `ok: false` with this error, before or after doing the work."""
        return self._set(Trouble(error=error, when=_when(after_effect)))

    def http_error(self, status: int = 503, *, after_effect: bool = False) -> "Rule":
        """Answer with an HTTP status and no JSON."""
        return self._set(Trouble(status=status, when=_when(after_effect)))

    def resets(self, *, after_effect: bool = False) -> "Rule":
        """Cut the connection instead of answering."""
        return self._set(Trouble(resets=True, when=_when(after_effect)))

    def delays(self, seconds: float) -> "Rule":
        """Take so long before doing anything."""
        return self._set(Trouble(seconds=seconds))

    def calls(self, callback: Callable[[], Awaitable[None]], *, when: When = "before") -> "Rule":
        """Await something first or before answering; it may end the very process that called."""
        return self._set(Trouble(callback=callback, when=when))

    def _set(self, trouble: Trouble) -> "Rule":
        self.trouble = trouble
        return self

    def hit(self, method: str, args: Arguments) -> Trouble | None:
        """The trouble for this call, if it is one of those that this rule is for."""
        if self.trouble is None or self.method not in ("*", method):
            return None
        if self.where is not None and not self.where(args):
            return None
        self.seen += 1
        if self.nth is not None and self.seen != self.nth:
            return None
        if self.times is not None and self.hits >= self.times:
            return None
        self.hits += 1
        return self.trouble


def _when(after_effect: bool) -> When:
    return "after" if after_effect else "before"


class Faults:
    """All rules in force, and whether the whole of Slack is out."""

    def __init__(self, *, drop_sockets: Callable[[], None], tiers: Tiers) -> None:
        self._rules: list[Rule] = []
        self._drop_sockets = drop_sockets
        self._tiers = tiers
        self.is_out = False

    def on(
        self,
        method: str,
        *,
        times: int | None = 1,
        nth: int | None = None,
        where: Callable[[Arguments], bool] | None = None,
    ) -> Rule:
        """A rule for calls of `method` (`*` for all): the next `times` of them (None: every one), or only the
        `nth`, and only `where` the arguments say so. Say next what happens: `.fails("internal_error")`."""
        rule = Rule(method=method, times=times, nth=nth, where=where)
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget every rule."""
        self._rules.clear()

    def enforce_tiers(self) -> None:
        """From now on Slack's rate limits apply: the tier of each method, a message a second per channel."""
        self._tiers.enforced = True

    def outage(self) -> None:
        """Slack is gone: every request gets 503, every socket is cut."""
        self.is_out = True
        self._drop_sockets()

    def outage_over(self) -> None:
        self.is_out = False

    def for_call(self, method: str, args: Arguments) -> list[Trouble]:
        """Everything that befalls this call."""
        if self.is_out:
            return [Trouble(status=503)]
        found = [trouble for rule in self._rules if (trouble := rule.hit(method, args))]
        wait = 0 if found else self._tiers.seconds_to_wait(method, args)
        return [Trouble(status=429, headers={"Retry-After": str(wait)})] if wait else found
