"""What a request goes through when a fault was ordered for it."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.practice.faults.faults import Trouble, When


class Interrupted(Exception):
    """The request ends here, with this answer or, without one, with a dead connection."""

    def __init__(self, response: web.Response | None, error: str) -> None:
        super().__init__(error)
        self.response = response
        self.error = error


async def suffer(troubles: Sequence[Trouble], when: When) -> None:
    """Let everything happen that was ordered for this moment; raises Interrupted if that ends the request."""
    for trouble in troubles:
        if trouble.when == when:
            await _suffer_one(trouble)


async def _suffer_one(trouble: Trouble) -> None:
    if trouble.callback is not None:
        await trouble.callback()
    await asyncio.sleep(trouble.seconds)
    if trouble.resets:
        raise Interrupted(None, "connection_reset")
    if trouble.status == 429:
        raise Interrupted(too_many(int(trouble.headers["Retry-After"])), "ratelimited")
    if trouble.status:
        failed = web.Response(status=trouble.status, text="upstream connect error")
        raise Interrupted(failed, f"http_{trouble.status}")
    if trouble.error:
        raise Interrupted(web.json_response({"ok": False, "error": trouble.error}), trouble.error)


def too_many(seconds: int) -> web.Response:
    """Slack's answer to an app that calls too often."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def cut(request: web.Request) -> web.Response:
    """Kill the connection; the response only satisfies the server, nobody gets it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
