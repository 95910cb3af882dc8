"""The server on loopback that stands for slack.com, hooks.slack.com and files.slack.com."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.practice.delivery.sockets import Sockets
from bot.practice.faults.faults import Faults
from bot.practice.state.store import State
from bot.practice.web import files, response_urls
from bot.practice.web.api import Api, Tokens
from bot.practice.web.calls import CallLog
from bot.practice.web.suffering import Interrupted, cut, suffer

Json = dict[str, Any]

LARGEST_BODY = 64 * 1024 * 1024


class Doors:
    """The routes beside the Web API's."""

    def __init__(self, *, state: State, tokens: Tokens, sockets: Sockets, faults: Faults, log: CallLog) -> None:
        self._state = state
        self._tokens = tokens
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

        async def use() -> web.Response:
            status, word = response_urls.use(self._state, request.match_info["key"], body)
            if status == 200:
                return web.Response(text="ok")
            return web.json_response({"ok": False, "error": word}, status=status, reason=word)

        return await self._watched(request, "response_url", body or {}, use)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an announced file."""
        about = {"file": request.match_info["file_id"]}

        async def take() -> web.Response:
            return await files.receive(self._state, request)

        return await self._watched(request, "upload", about, take)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file, for whoever has the app's token."""
        return files.download(self._state, request, token=self._tokens.bot)

    async def _watched(
        self, request: web.Request, name: str, about: Json, work: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        """Log a request like a call of a method, and let faults befall it."""
        made = self._log.begin(name, about)
        error: str | None = "http_500"
        try:
            response = await self._troubled(name, about, work)
            error = None if response.status < 400 else f"http_{response.status}"
            return response
        except Interrupted as interrupted:
            error = interrupted.error
            return interrupted.response or cut(request)
        finally:
            self._log.end(made, error)
            self._state.changes.notify()

    async def _troubled(self, name: str, about: Json, work: Callable[[], Awaitable[web.Response]]) -> web.Response:
        troubles = self._faults.for_call(name, about)
        await suffer(troubles, "before")
        response = await work()
        await suffer(troubles, "after")
        return response


@asynccontextmanager
async def serve(api: Api, doors: Doors, *, port: int = 0) -> AsyncIterator[str]:
    """Listen on 127.0.0.1 (on a free port unless one is given) and yield `http://127.0.0.1:<port>`."""
    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_route("*", "/api/{method}", api.handle)
    application.router.add_get("/link/", doors.link)
    application.router.add_post("/respond/{key}", doors.respond)
    application.router.add_post("/upload/v1/{file_id}", doors.upload)
    application.router.add_get("/files-pri/{file_id}/{name}", doors.download)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
