"""The doors for bytes: where an app uploads them, and where it fetches them with its token.

Source: docs.slack.dev "Working with files".
"""

from aiohttp import web
from aiohttp.web_request import FileField

from bot.practice.state.store import State


async def receive(state: State, request: web.Request) -> web.Response:
    """Take the content of a file that was announced; it must have the announced length."""
    file = state.files.get(request.match_info["file_id"])
    if file is None or file.complete:
        return web.Response(status=404, text="No such upload.")
    content = await _content(request)
    if len(content) != file.size:
        return web.Response(status=400, text=f"Expected {file.size} bytes, got {len(content)}.")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, FileField):
            return value.file.read()
    return b""


def download(state: State, request: web.Request, *, token: str) -> web.Response:
    """Give the content to the app; without its token Slack shows a sign-in page instead."""
    file_id = request.match_info["file_id"].rpartition("-")[2]
    file = state.files.get(file_id)
    if request.headers.get("Authorization") != f"Bearer {token}":
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
    if file is None or file.content is None or file.deleted:
        return web.Response(status=404)
    return web.Response(body=file.content, content_type=file.to_json()["mimetype"])
