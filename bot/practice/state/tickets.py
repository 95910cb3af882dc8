"""What an interaction hands the app: trigger ids and response URLs, both of which run out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message

TRIGGER_SECONDS = 3.0
RESPONSE_USES = 5
RESPONSE_LIFE = timedelta(minutes=30)
TriggerProblem = Literal["invalid_trigger_id", "expired_trigger_id", "exchanged_trigger_id"]


@dataclass(kw_only=True, eq=False)
class Trigger:
    id: str
    user: str
    born: float
    used: bool = False


@dataclass(kw_only=True, eq=False)
class ResponseUrl:
    """Where an app may answer an interaction, and what it may replace there."""

    key: str
    channel: Channel
    user: str
    expires: datetime
    origin: Message | Ephemeral | None
    uses_left: int = RESPONSE_USES


class Tickets:
    """Issues both kinds. Triggers run by `monotonic` because a sped-up clock must not shorten three seconds;
    response URLs run by the workspace's clock."""

    def __init__(self, *, monotonic: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._monotonic = monotonic
        self._now = now
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def new_trigger(self, trigger_id: str, user: str) -> str:
        self._triggers[trigger_id] = Trigger(id=trigger_id, user=user, born=self._monotonic())
        return trigger_id

    def trigger_problem(self, trigger_id: str) -> TriggerProblem | None:
        """Why this trigger id cannot be used, if so."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        if self._monotonic() - trigger.born > TRIGGER_SECONDS:
            return "expired_trigger_id"
        return None

    def use_trigger(self, trigger_id: str) -> str:
        """Spend it; answers the id of the person who pressed."""
        trigger = self._triggers[trigger_id]
        trigger.used = True
        return trigger.user

    def new_response_url(self, key: str, *, channel: Channel, user: str, origin: Message | Ephemeral | None) -> str:
        expires = self._now() + RESPONSE_LIFE
        self._urls[key] = ResponseUrl(key=key, channel=channel, user=user, expires=expires, origin=origin)
        return key

    def use_response_url(self, key: str) -> ResponseUrl | Literal["expired_url", "used_url"]:
        """Spend one of its five uses, or say why not."""
        found = self._urls.get(key)
        if found is None or self._now() > found.expires:
            return "expired_url"
        if found.uses_left == 0:
            return "used_url"
        found.uses_left -= 1
        return found
