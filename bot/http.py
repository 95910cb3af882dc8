"""The HTTP side: Slack's signed requests where there is no socket, and how we are."""

import os
import re
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot import metrics
from bot.config import Settings
from bot.health import Health, Report
from bot.metrics import Metrics
from bot.starting import CannotStart
from storage.database import Database

SECONDS: Final = re.compile(r"[0-9]{1,12}")  # since 1970, as Slack sends them
SHUTDOWN: Final = 5.0  # seconds that open requests may take at the end


async def serve(stack: AsyncExitStack, settings: Settings, bolt: AsyncApp | None, watching: "Watching") -> int:
    """Listen on `SITREP_HTTP` until the stack closes, and return the port.

    `bolt` takes Slack's requests, if HTTP mode is on.
    """
    app = web.Application()
    app.router.add_get("/healthz", watching.healthz)
    app.router.add_get("/readyz", watching.readyz)
    app.router.add_get("/metrics", watching.metrics)
    if bolt is not None:
        app.router.add_post("/slack/events", SlackRequests(bolt).handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await listen(runner, settings.http_host, settings.http_port)
    return int(runner.addresses[0][1])


class Watching:
    """What orchestrators, Prometheus and curious people ask. Answers hold no secrets and no text from incidents."""

    def __init__(self, health: Health, metrics: Metrics, database: Database) -> None:
        self._health = health
        self._metrics = metrics
        self._database = database

    async def healthz(self, _: web.Request) -> web.Response:
        """Live: an answer shows that the loop turns. Nothing outside this process can make it fail."""
        return web.json_response({"status": "alive"})

    async def readyz(self, _: web.Request) -> web.Response:
        """200 when all is well, else 503 and what is wrong."""
        report = await self._health.examine()
        return web.json_response(answer(report), status=200 if report.ready else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        text = await metrics.page(self._metrics, await self._health.examine(), self._database)
        return web.Response(body=text, headers={"Content-Type": metrics.CONTENT_TYPE})


def answer(report: Report) -> dict[str, object]:
    told: dict[str, object] = {"status": "ready" if report.ready else "not ready", "problems": report.problems}
    if report.lag is not None:
        told["reminder_lag_seconds"] = round(report.lag.reminder.total_seconds())
        told["run_lag_seconds"] = round(report.lag.run.total_seconds())
    return told


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as trouble:
        reason = os.strerror(trouble.errno) if trouble.errno and trouble.errno > 0 else str(trouble.strerror)
        raise CannotStart(
            f"Nothing can listen on {host}:{port} ({reason.lower()}). Does another Sitrep run here already? Else set "
            "SITREP_HTTP to an address of this machine with a free port."
        ) from trouble


class SlackRequests:
    """Hands each request to Bolt, which checks its signature. Slack page: Verifying requests from Slack."""

    def __init__(self, bolt: AsyncApp) -> None:
        self._bolt = bolt

    async def handle(self, request: web.Request) -> web.Response:
        if not may_be_signed(request):
            return not_slacks()
        try:
            asked = await to_bolt_request(request)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            # Bolt reads the body before it looks at the signature; anybody could fill the log with its complaints.
            return not_slacks()
        answer = await self._bolt.async_dispatch(asked)
        return await to_aiohttp_response(answer)


def may_be_signed(request: web.Request) -> bool:
    """Whether the signature's headers, if there are any, can be compared at all: Bolt would stumble over others."""
    stamps = request.headers.getall("X-Slack-Request-Timestamp", ())
    signatures = request.headers.getall("X-Slack-Signature", ())
    return all(map(SECONDS.fullmatch, stamps)) and all(map(str.isascii, signatures))


def not_slacks() -> web.Response:
    return web.Response(status=400, text="This is no request of Slack's.\n")
