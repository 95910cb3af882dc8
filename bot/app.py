"""The composition root: builds every part, hands them to each other, and closes them in reverse.

Tests build the same thing with another clock; nothing else is replaced.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.calls import connect as connect_rooms
from bot.clock import SystemClock
from bot.config import Settings, async_url
from bot.deadman import DeadMan, Transport
from bot.health import Health
from bot.http import Watching, serve
from bot.listeners import Listeners
from bot.metrics import Metrics
from bot.pace import Pace
from bot.reconnect import Reconnects
from bot.remediation import HttpHooks
from bot.slack import connect
from bot.slack_watch import SlackLink, WatchedCalls
from bot.socket_mode import SocketMode
from bot.starting import CannotStart, first_ticket, who_am_i
from bot.ticker import Ticker
from bot.tickets import fresh_tickets
from storage import schema
from storage.alone import sole_user
from storage.database import Database
from storage.writer import Writer
from workflows import reconcile, reminders, repair
from workflows.clock import Clock
from workflows.registry import WORKFLOWS
from workflows.runner import Runner
from workflows.services import Services

log = logging.getLogger(__name__)

CALL_TIMEOUT: Final = 30  # seconds for one call to Slack
LOOK_AT_SOCKET: Final = 3  # seconds between looks; presses during a lost connection fail, so it must not last


@dataclass(frozen=True, kw_only=True)
class App:
    """The running bot."""

    services: Services
    runner: Runner
    ticker: Ticker
    background: Background
    health: Health
    modes: tuple[str, ...]
    http_port: int

    async def idle(self) -> bool:
        """Whether everything owed that is due by now has been done."""
        return self.background.idle and await self.runner.idle()


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    http: bool | None = None,
    pace: Pace | None = None,
    deadman_transport: Transport | None = None,
) -> AsyncIterator[App]:
    """Start the bot; it stops, gracefully, when the block ends.

    `http` adds HTTP mode to Socket Mode; by default it is on only when there is no app token. `pace` keeps calls within
    other limits than Slack's. `deadman_transport` stands in for the network on the way to the dead-man address.
    Raises `CannotStart` when Slack refuses the token, `storage.schema.SchemaTooNew` when the database is ahead.
    """
    async with AsyncExitStack() as stack:
        metrics, link = Metrics(), SlackLink()
        session = await stack.enter_async_context(client_session())
        identity = await who_am_i(web_client(settings, session))
        calls = WatchedCalls(web_client(settings, session), [metrics.called, link.called], pace)
        link.asking(partial(calls.call, "auth.test"))
        signed = takes_requests(settings, http=http)
        database = await open_record(stack, settings, metrics)
        services = Services(
            database=database,
            writer=opened_writer(stack, database),
            slack=connect(calls, session, identity),
            clock=clock or SystemClock(),
            policy=settings.policy,
            data_folder=settings.data_folder,
            hooks=HttpHooks(settings.hook_secrets),
            rooms=await connect_rooms(stack, settings, clock or SystemClock()),
        )
        background = Background(metrics.listening)
        stack.push_async_callback(background.drain)
        runner = await started_runner(stack, services)
        bolt = bolt_app(settings, session, identity)
        listeners = Listeners(services, background)
        listeners.listen(bolt)
        health = Health(database, services.clock, link)
        port = await serve(stack, settings, bolt if signed else None, Watching(health, metrics, database))
        reconnects = Reconnects(services)
        socket = socket_mode(settings, bolt, listeners)
        modes = await listen(stack, settings, socket, link, reconnects, signed=signed)
        deadman = DeadMan(
            settings, services.clock, health, background, pinged=metrics.pinged, transport=deadman_transport
        )
        ticker = Ticker([runner.tick, lambda: reminders.tick(services), reconnects.tick, deadman.tick])
        ticker.start()
        stack.push_async_callback(ticker.stop)
        # What was said while nothing listened is read back, once Slack can reach us again.
        await reconcile.owe_all(services)
        await repair.owe_all(services)
        yield App(
            services=services,
            runner=runner,
            ticker=ticker,
            background=background,
            health=health,
            modes=modes,
            http_port=port,
        )


def client_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT))


async def open_record(stack: AsyncExitStack, settings: Settings, metrics: Metrics) -> Database:
    """The database, with its schema up to date."""
    await schema.migrate(async_url(settings.database_url))
    database = Database(async_url(settings.database_url), committed=metrics.committed)
    stack.push_async_callback(database.close)
    return database


def opened_writer(stack: AsyncExitStack, database: Database) -> Writer:
    writer = Writer(database)
    stack.push_async_callback(writer.close)
    return writer


def web_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """No retries of its own: repeating a post blindly after a lost connection would post twice."""
    token = settings.bot_token.get_secret_value()
    return AsyncWebClient(token=token, base_url=settings.api_url, session=session, retry_handlers=[])


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
    with hushed(logging.getLogger("slack_bolt")) as logger:
        return AsyncApp(
            name="sitrep",  # else Bolt looks through all loaded modules for the caller's file
            client=AsyncWebClient(base_url=settings.api_url, session=session, retry_handlers=[]),
            authorize=authorize,
            signing_secret=secret.get_secret_value() if secret else "",
            process_before_response=True,
            ignoring_self_events_enabled=False,
            request_verification_enabled=secret is not None,
            logger=logger,
        )


@contextmanager
def hushed(logger: logging.Logger) -> Iterator[logging.Logger]:
    """Bolt reads SLACK_BOT_TOKEN by itself, and warns that it will not use it; that is meant."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield logger
    finally:
        logger.setLevel(level)


def takes_requests(settings: Settings, *, http: bool | None) -> bool:
    """Whether Slack's signed requests are taken: with a signing secret, when asked for or when there is no socket.

    Raises `CannotStart` when they are asked for and nothing tells whether they are Slack's.
    """
    if http and settings.signing_secret is None:
        raise CannotStart(
            "--http takes Slack's requests, and SLACK_SIGNING_SECRET is missing, which tells them from others': copy "
            "it from the app's page, Basic Information. To serve health alone on another address, set SITREP_HTTP."
        )
    return settings.signing_secret is not None and (bool(http) or settings.app_token is None)


def socket_mode(settings: Settings, bolt: AsyncApp, listeners: Listeners) -> SocketMode | None:
    if settings.app_token is None:
        return None
    token = settings.app_token.get_secret_value()
    return SocketMode(bolt, token, listeners.event, ping_interval=LOOK_AT_SOCKET)


async def listen(
    stack: AsyncExitStack,
    settings: Settings,
    socket: SocketMode | None,
    link: SlackLink,
    reconnects: Reconnects,
    *,
    signed: bool,
) -> tuple[str, ...]:
    """Say which ways in there are, and open the socket if there is an app token; never neither."""
    modes = []
    if signed:
        modes.append(f"HTTP on {settings.http_host}:{settings.http_port}/slack/events")
    if socket is not None:
        stack.push_async_callback(socket.close_async)
        link.through_socket(socket.client.is_connected)
        reconnects.through_socket(socket.client)
        socket.client.wss_uri = await first_ticket(settings, socket.client.web_client)
        await stack.enter_async_context(fresh_tickets(socket.client, LOOK_AT_SOCKET))
        await socket.connect_async()  # type: ignore[no-untyped-call]
        modes.append("Socket Mode")
    return tuple(modes)
