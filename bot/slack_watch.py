"""What becomes of our calls to Slack, and whether the two of us are in touch. Counted here, once, for all calls."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pace import Pace
from bot.slack_calls import TOKEN_ERRORS, Calls, word_of
from workflows.ports import SlackTrouble, Unclear

FRESH: Final = 60.0  # seconds for which an answer of Slack shows that it can be reached
BETWEEN_QUESTIONS: Final = 10.0  # seconds between two calls that only ask whether Slack is there
PATIENCE: Final = 3.0  # seconds to wait for the answer

NO_SOCKET: Final = (
    "Slack's socket is not connected; Sitrep keeps trying. If it stays so, look at https://slack-status.com, "
    "the network, and SLACK_APP_TOKEN."
)
NO_ANSWER: Final = (
    "Slack does not answer; what is owed to it waits. If it stays so, look at https://slack-status.com and the network."
)
REFUSES_US: Final = (
    "Slack refuses SLACK_BOT_TOKEN. Copy it again from the app's page (OAuth & Permissions), or reinstall the app, "
    "and start Sitrep again; `sitrep doctor` checks the rest."
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call that has ended.

    `outcome` is `ok`, `rate_limited` (429), `later`, `token_refused`, `refused` or `unclear`; `seconds` holds the wait
    for Slack's rate limits too.
    """

    method: str
    outcome: str
    seconds: float


class WatchedCalls(Calls):
    """Tells each of `watchers` of every call."""

    def __init__(
        self, client: AsyncWebClient, watchers: Sequence[Callable[[Call], None]], pace: Pace | None = None
    ) -> None:
        super().__init__(client, pace)
        self._watchers = watchers

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        began, outcome = asyncio.get_running_loop().time(), "unclear"
        try:
            answer = await super().call(method, **arguments)
            outcome = "ok"
        except SlackTrouble as trouble:
            outcome = outcome_of(trouble)
            raise
        finally:
            seconds = asyncio.get_running_loop().time() - began
            for watcher in self._watchers:
                watcher(Call(method=method, outcome=outcome, seconds=seconds))
        return answer


def outcome_of(trouble: SlackTrouble) -> str:
    said = trouble.__cause__
    if isinstance(trouble, Unclear) or not isinstance(said, SlackApiError):
        return "unclear"
    if said.response.status_code == 429:
        return "rate_limited"
    if word_of(said) in TOKEN_ERRORS:
        return "token_refused"
    return type(trouble).__name__.lower().replace("busy", "later")


class SlackLink:
    """Whether Slack reaches us and accepts us: by its socket, or in HTTP mode by its newest answer.

    `seconds` is a clock that never jumps; the event loop's, if none is given.
    """

    def __init__(self, seconds: Callable[[], float] | None = None) -> None:
        self._seconds = seconds or asyncio.get_running_loop().time
        self._socket: Callable[[], Awaitable[bool]] | None = None
        self._ask: Callable[[], Awaitable[object]] | None = None
        self._answered_at = self._seconds()  # `auth.test` at the start
        self._asked_at = -BETWEEN_QUESTIONS
        self._token_refused = False

    def through_socket(self, connected: Callable[[], Awaitable[bool]]) -> None:
        """Socket Mode is on; `connected` looks at the socket."""
        self._socket = connected

    def asking(self, ask: Callable[[], Awaitable[object]]) -> None:
        """`ask` is a call to Slack that changes nothing."""
        self._ask = ask

    def called(self, call: Call) -> None:
        """Learn from a call that was made anyway. A refusal of another kind is an answer as well."""
        if call.outcome == "token_refused":
            self._token_refused = True
        elif call.outcome != "unclear":
            self._answered_at, self._token_refused = self._seconds(), False

    async def trouble(self) -> str:
        """What is wrong, in words; empty when all is well. Asks Slack only when nothing else says so."""
        if self._token_refused or (self._socket is None and not self._fresh):
            await self._question()
        if self._token_refused:
            return REFUSES_US
        if self._socket is not None:
            return "" if await self._socket() else NO_SOCKET
        return "" if self._fresh else NO_ANSWER

    @property
    def _fresh(self) -> bool:
        return self._seconds() - self._answered_at < FRESH

    async def _question(self) -> None:
        now = self._seconds()
        if self._ask is None or now - self._asked_at < BETWEEN_QUESTIONS:
            return
        self._asked_at = now
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ask()
        except (SlackTrouble, TimeoutError):
            return  # `called` has heard how it ended
