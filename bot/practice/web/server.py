"""The server on loopback that stands for slack.com, hooks.slack.com and files.slack.com."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.practice.delivery.sockets import Sockets
from bot.practice.faults.faults import Faults
from bot.practice.state.store import State
from bot.practice.web import response_urls
from bot.practice.web.api import Api
from bot.practice.web.calls import CallLog

LARGEST_BODY = 64 * 1024 * 1024


class Doors:
    """The routes beside the Web API's."""

    def __init__(self, *, state: State, sockets: Sockets, faults: Faults, log: CallLog) -> None:
        self._state = state
        self._sockets = sockets
        self._faults = faults
        self._log = log

    async def link(self, request: web.Request) -> web.StreamResponse:
        """A Socket Mode connection."""
        if self._faults.is_out:
            return web.Response(status=503)
        return await self._sockets.accept(request)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """A post to a response URL."""
        body = await response_urls.read_body(request)
        made = self._log.begin("response_url", body or {})
        if self._faults.is_out:
            self._log.end(made, "http_503")
            return web.Response(status=503)
        status, word = response_urls.use(self._state, request.match_info["key"], body)
        self._log.end(made, None if status == 200 else word)
        self._state.changes.notify()
        if status == 200:
            return web.Response(text="ok")
        return web.json_response({"ok": False, "error": word}, status=status)


@asynccontextmanager
async def serve(api: Api, doors: Doors, *, port: int = 0) -> AsyncIterator[str]:
    """Listen on 127.0.0.1 (on a free port unless one is given) and yield `http://127.0.0.1:<port>`."""
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_route("*", "/api/{method}", api.handle)
    application.router.add_get("/link/", doors.link)
    application.router.add_post("/respond/{key}", doors.respond)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
