"""The HTTP side: Slack's signed requests where there is no socket, and whether we are alive."""

from contextlib import AsyncExitStack

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.config import Settings


async def serve(stack: AsyncExitStack, settings: Settings, bolt: AsyncApp | None) -> None:
    """Listen on `SITREP_HTTP` until the stack closes. `bolt` takes Slack's requests, if HTTP mode is on."""
    app = web.Application()
    app.router.add_get("/healthz", healthy)
    if bolt is not None:
        app.router.add_post("/slack/events", SlackRequests(bolt).handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


async def healthy(_: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


class SlackRequests:
    """Hands each request to Bolt, which checks its signature. Slack page: Verifying requests from Slack."""

    def __init__(self, bolt: AsyncApp) -> None:
        self._bolt = bolt

    async def handle(self, request: web.Request) -> web.Response:
        answer = await self._bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)
