"""HTTP mode: signed requests to the app's own URL.

Source: docs.slack.dev "Verifying requests from Slack", "The Events API".
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.practice.delivery.envelopes import Answered, Envelope, Outcome, Unanswered

Json = dict[str, Any]
RETRY_REASONS = {"timeout": "http_timeout", "no_connection": "connection_failed"}


class HttpDoor:
    """Sends to one URL. `now` is the real time, because the app checks signatures against its own clock."""

    def __init__(self, *, url: str, secret: str, session: aiohttp.ClientSession, now: Callable[[], datetime]) -> None:
        self.url = url
        self._secret = secret
        self._session = session
        self._now = now

    async def send(self, envelope: Envelope, *, within: float) -> Outcome:
        """Post it, and take any 2xx answer as the acknowledgement."""
        body, content_type = encode(envelope)
        headers = {"Content-Type": content_type}
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            headers["X-Slack-Retry-Reason"] = RETRY_REASONS.get(envelope.reason, envelope.reason)
        try:
            async with asyncio.timeout(within):
                return await self._post(body, headers)
        except TimeoutError:
            return Unanswered(reason="http_timeout")
        except aiohttp.ClientError:
            return Unanswered(reason="connection_failed")

    async def _post(self, body: str, headers: dict[str, str]) -> Outcome:
        signed = headers | sign(body, secret=self._secret, at=self._now())
        async with self._session.post(self.url, data=body.encode(), headers=signed) as response:
            text = await response.text()
            if not 200 <= response.status < 300:
                final = response.headers.get("x-slack-no-retry") == "1"
                return Unanswered(reason="http_error", final=final)
            return Answered(payload=read_answer(text, response.content_type))

    def forget(self, envelope: Envelope) -> None:
        """Nothing to forget: the answer is the response."""

    async def verify(self, challenge: str, *, within: float) -> bool:
        """Whether the URL echoes a challenge, which Slack asks before it uses it."""
        body = json.dumps({"token": "practice-verification-token", "challenge": challenge, "type": "url_verification"})
        headers = {"Content-Type": "application/json"} | sign(body, secret=self._secret, at=self._now())
        try:
            async with (
                asyncio.timeout(within),
                self._session.post(self.url, data=body.encode(), headers=headers) as response,
            ):
                return response.status == 200 and challenge in await response.text()
        except (TimeoutError, aiohttp.ClientError):
            return False


def encode(envelope: Envelope) -> tuple[str, str]:
    """The body and content type: JSON for events, a form for the rest."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    fields = envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def sign(body: str, *, secret: str, at: datetime) -> dict[str, str]:
    """The two headers by which the app knows that Slack is calling."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{seconds}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": seconds, "X-Slack-Signature": f"v0={digest}"}


def read_answer(text: str, content_type: str) -> Json:
    """What the app wants shown: JSON as it is, other text as a message."""
    if not text.strip():
        return {}
    if content_type == "application/json":
        try:
            found = json.loads(text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
    return {"text": text}
