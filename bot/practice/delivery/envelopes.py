"""What travels from Slack to the app, and what came of it.

Source: docs.slack.dev "Using Socket Mode", "The Events API".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol
from uuid import uuid4

Json = dict[str, Any]
EnvelopeKind = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One delivery. `name` is what it is about: `message`, `/incident`, `view_submission` …"""

    kind: EnvelopeKind
    name: str
    payload: Json
    id: str = field(default_factory=lambda: str(uuid4()))
    takes_answer: bool = False
    attempt: int = 0
    reason: str = ""

    def again(self, reason: str) -> "Envelope":
        """The next attempt at the same delivery: same id, same event id."""
        return replace(self, attempt=self.attempt + 1, reason=reason)

    def copy(self) -> "Envelope":
        """The same thing in another envelope: what a duplicate looks like."""
        return replace(self, id=str(uuid4()))

    def is_about(self, kind: str) -> bool:
        return kind in ("*", self.kind, self.name)

    def frame(self) -> Json:
        """The Socket Mode frame."""
        found: Json = {
            "envelope_id": self.id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self.takes_answer,
        }
        if self.kind == "events_api":
            found |= {"retry_attempt": self.attempt, "retry_reason": self.reason}
        return found


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The app acknowledged, perhaps with something to show."""

    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """Nobody acknowledged: `reason` is Slack's retry reason, `final` that the app wants no retry."""

    reason: str
    final: bool = False


Outcome = Answered | Unanswered


class Transport(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope, *, within: float) -> Outcome:
        """Hand it over and wait for the acknowledgement, at most `within` seconds."""
        ...

    def forget(self, envelope: Envelope) -> None:
        """Nobody waits for this acknowledgement any more."""
        ...
