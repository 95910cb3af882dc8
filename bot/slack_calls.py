"""One way to call Slack: paced, never blindly repeated, and every failure sorted by what can be done about it.

Slack pages: Using the Web API, Rate limits; the error lists of each method.
"""

import logging
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pace import Pace
from workflows.ports import Busy, Refused, Unclear

log = logging.getLogger(__name__)

JSON_METHODS: Final = (
    "chat.delete",
    "chat.post",
    "chat.update",
    "views.",
    "canvases.",
    "conversations.canvases.",
    "files.completeUploadExternal",
)
# Some part of it may have happened, or not.
UNCLEAR_ERRORS: Final = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
# Nothing happened, and later it may.
LATER_ERRORS: Final = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "too_many_requests",
        "canvas_editing_locked",
        "team_added_to_org",
        "org_login_required",
        "external_channel_migrating",
    }
)
# Nothing works until the operator acts; what is owed stays owed.
TOKEN_ERRORS: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
TOKEN_PAUSE: Final = timedelta(seconds=60)


class Calls:
    """Calls Web API methods with the bot token."""

    def __init__(self, client: AsyncWebClient, pace: Pace | None = None) -> None:
        self._client = client
        self._pace = pace or Pace()

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One call, one request. Raises `Busy`, `Refused` or `Unclear`."""
        await self._pace.wait(method)
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            response = await self._client.api_call(method, **encoded(method, given))
        except SlackApiError as error:
            raise self._sorted(method, error) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(f"{method}: {type(error).__name__}") from error
        data = response.data
        return dict(data) if isinstance(data, Mapping) else {}

    async def pages(self, method: str, field: str, **arguments: Any) -> AsyncIterator[Mapping[str, Any]]:
        """Every item of a paginated list. A page may be short or empty while there are more."""
        cursor = ""
        while True:
            page = await self.call(method, cursor=cursor or None, **arguments)
            for item in page.get(field) or ():
                yield item
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _sorted(self, method: str, error: SlackApiError) -> Exception:
        response = error.response
        status = response.status_code
        said = answer_of(error)
        word = str(said.get("error") or "")
        if status == 429 or word in LATER_ERRORS:
            pause = pause_asked(response.headers)
            self._pace.blocked(method, pause)
            return Busy(timedelta(seconds=pause))
        if status >= 500 or word in UNCLEAR_ERRORS or not word:
            return Unclear(f"{method}: {word or f'HTTP {status}'}")
        if word in TOKEN_ERRORS:
            log.critical("Slack refuses the token", extra={"action": "token_refused", "error": word})
            return Busy(TOKEN_PAUSE, word)
        return Refused(word, detail_of(said))


def pause_asked(headers: Mapping[str, str]) -> float:
    """Seconds for which we are to wait; one where nothing is said, or a proxy gives a date."""
    said = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(said) if re.fullmatch(r"\d{1,6}(\.\d+)?", said) else 1.0


def for_now(error: SlackApiError) -> bool:
    """Whether the same question may be answered otherwise later: limits and outages."""
    status, word = error.response.status_code, str(answer_of(error).get("error") or "")
    return status == 429 or status >= 500 or word in LATER_ERRORS | UNCLEAR_ERRORS


def is_slack(error: SlackApiError) -> bool:
    """Whether it was Slack that answered, and not a proxy or some other server."""
    return "error" in answer_of(error)


def answer_of(error: SlackApiError) -> Mapping[str, Any]:
    """What Slack said; empty when a proxy or a broken Slack sent a page instead of JSON."""
    data = error.response.data
    return data if isinstance(data, Mapping) else {}


def word_of(error: SlackApiError) -> str:
    """Slack's word for what is wrong, for example `invalid_auth`, else the HTTP status."""
    return str(answer_of(error).get("error") or f"HTTP {error.response.status_code}")


def encoded(method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """JSON where Slack takes it, else a form; lists of ids are joined with commas."""
    if method.startswith(JSON_METHODS):
        return {"json": dict(arguments)}
    flat = {name: flattened(value) for name, value in arguments.items()}
    return {"data": flat}


def flattened(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(str(one) for one in value)
    return str(value)


def detail_of(said: Mapping[str, Any]) -> str:
    """What else Slack said: the scope it wants, or the place in the blocks that it did not like."""
    needed = said.get("needed")
    if needed:
        return f"needs the scope {needed}"
    metadata = said.get("response_metadata") or {}
    return "; ".join(str(message) for message in metadata.get("messages") or ())
