"""The composition root: builds every part, hands them to each other, and closes them in reverse.

Tests build the same thing with another clock; nothing else is replaced.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.clock import SystemClock
from bot.config import Settings, async_url
from bot.http import serve
from bot.listeners import Listeners
from bot.slack import connect
from bot.slack_calls import Calls, word_of
from bot.ticker import Ticker
from storage import schema
from storage.alone import sole_user
from storage.database import Database
from storage.writer import Writer
from workflows import reconcile, reminders, repair
from workflows.clock import Clock
from workflows.errors import SitrepError
from workflows.registry import WORKFLOWS
from workflows.runner import Runner
from workflows.services import Services

log = logging.getLogger(__name__)

CALL_TIMEOUT: Final = 30  # seconds for one call to Slack
LOOK_AT_SOCKET: Final = 3  # seconds between looks; presses during a lost connection fail, so it must not last


class CannotStart(SitrepError):
    """Slack does not accept us; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class App:
    """The running bot."""

    services: Services
    runner: Runner
    ticker: Ticker
    background: Background
    modes: tuple[str, ...]

    async def idle(self) -> bool:
        """Whether everything owed that is due by now has been done."""
        return self.background.idle and await self.runner.idle()


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock | None = None, http: bool | None = None) -> AsyncIterator[App]:
    """Start the bot; it stops, gracefully, when the block ends.

    `http` adds HTTP mode to Socket Mode; by default it is on only when there is no app token.
    Raises `CannotStart` when Slack refuses the token, `storage.schema.SchemaTooNew` when the database is ahead.
    """
    async with AsyncExitStack() as stack:
        await schema.migrate(async_url(settings.database_url))
        database = Database(async_url(settings.database_url))
        stack.push_async_callback(database.close)
        writer = Writer(database)
        stack.push_async_callback(writer.close)
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        client = web_client(settings, session)
        identity = await who_am_i(client)
        services = Services(
            database=database,
            writer=writer,
            slack=connect(Calls(client), session, identity),
            clock=clock or SystemClock(),
            policy=settings.policy,
            data_folder=settings.data_folder,
        )
        background = Background()
        stack.push_async_callback(background.drain)
        runner = await started_runner(stack, services)
        bolt = bolt_app(settings, session, identity)
        Listeners(services, background).listen(bolt)
        modes = await listen(stack, settings, bolt, http=http)
        ticker = Ticker([runner.tick, lambda: reminders.tick(services)])
        ticker.start()
        stack.push_async_callback(ticker.stop)
        # What was said while nothing listened is read back, once Slack can reach us again.
        await reconcile.owe_all(services)
        await repair.owe_all(services)
        yield App(services=services, runner=runner, ticker=ticker, background=background, modes=modes)


def web_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """No retries of its own: repeating a post blindly after a lost connection would post twice."""
    token = settings.bot_token.get_secret_value()
    return AsyncWebClient(token=token, base_url=settings.api_url, session=session, retry_handlers=[])


async def who_am_i(client: AsyncWebClient) -> dict[str, Any]:
    """`auth.test`, once, at start. Raises `CannotStart`."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        if error.response.status_code >= 500:
            raise CannotStart(
                f"Slack is not well (HTTP {error.response.status_code}). Nothing is lost: start Sitrep again in a "
                "moment. https://slack-status.com says more."
            ) from error
        raise CannotStart(
            f"Slack refuses SLACK_BOT_TOKEN ({word_of(error)}). Copy the bot token again from the app's page "
            "(OAuth & Permissions), or reinstall the app; `sitrep doctor` checks the rest."
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CannotStart(
            f"Slack cannot be reached at {client.base_url} ({type(error).__name__}). "
            "Check the network, a proxy, and SLACK_API_URL."
        ) from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


async def started_runner(stack: AsyncExitStack, services: Services) -> Runner:
    runner = Runner(services, WORKFLOWS)
    if stack.enter_context(sole_user(services.database.url)):
        await runner.take_over()
    serving = asyncio.get_running_loop().create_task(runner.serve(), name="runner")

    async def stop() -> None:
        await runner.stop()
        await serving

    stack.push_async_callback(stop)
    return runner


def bolt_app(settings: Settings, session: aiohttp.ClientSession, identity: dict[str, Any]) -> AsyncApp:
    """Bolt, so that the acknowledgement follows the listener, and `auth.test` is not asked again and again.

    Its client has no token of its own: who we are is told by `authorize`.
    """
    token = settings.bot_token.get_secret_value()
    result = AuthorizeResult.from_auth_test_response(auth_test_response=identity, bot_token=token)

    async def authorize() -> AuthorizeResult:
        return result

    secret = settings.signing_secret
    return AsyncApp(
        client=AsyncWebClient(base_url=settings.api_url, session=session, retry_handlers=[]),
        authorize=authorize,
        signing_secret=secret.get_secret_value() if secret else "",
        process_before_response=True,
        ignoring_self_events_enabled=False,
        request_verification_enabled=secret is not None,
        logger=logging.getLogger("slack_bolt"),
    )


async def listen(stack: AsyncExitStack, settings: Settings, bolt: AsyncApp, *, http: bool | None) -> tuple[str, ...]:
    """Open Slack's way in: a socket with an app token, signed HTTP with a signing secret; never neither."""
    modes = []
    signed = settings.signing_secret is not None and (http or settings.app_token is None)
    await serve(stack, settings, bolt if signed else None)
    if signed:
        modes.append(f"HTTP on {settings.http_host}:{settings.http_port}/slack/events")
    if settings.app_token is not None:
        handler = AsyncSocketModeHandler(bolt, settings.app_token.get_secret_value(), ping_interval=LOOK_AT_SOCKET)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        stack.push_async_callback(handler.close_async)
        modes.append("Socket Mode")
    return tuple(modes)
