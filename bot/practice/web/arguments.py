"""Reads a method's arguments from wherever clients put them: query, form, multipart or JSON."""

import json
from typing import Any

from aiohttp import web

Json = dict[str, Any]


async def read_arguments(request: web.Request, *, takes_json: bool) -> Json | None:
    """All arguments together, the body's over the query's; None if a JSON body is not an object."""
    found: Json = dict(request.query)
    if request.method != "POST":
        return found
    if request.content_type == "application/json":
        if not takes_json:
            return found
        body = await request.text()
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return None
        return found | given if isinstance(given, dict) else None
    return found | dict(await request.post())


def bearer_token(request: web.Request, args: Json) -> str:
    """The token of the Authorization header, else of the `token` argument, which is taken out."""
    argument = str(args.pop("token", "") or "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else argument
