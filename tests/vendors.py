"""Vendors of video calls, played on loopback as their documentation describes them, failing on command.

Zoom: Server-to-Server OAuth, meetings of a user. Google: token endpoint (both grants), Meet's spaces.
"""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web

HOST = "oncall@example.com"
SCOPE = "https://www.googleapis.com/auth/meetings.space.created"
Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Vendor:
    """What was asked of it, what it made, and how it fails next: `(path's end, how)`, in that order."""

    url: str = ""
    asked: list[str] = field(default_factory=list)  # method and path
    meetings: list[dict[str, Any]] = field(default_factory=list)
    spaces: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)  # the last one is good
    public_key: Any = None
    may_list: bool = True
    page: int = 300

    def count(self, line: str) -> int:
        return sum(1 for one in self.asked if one == line)

    async def middle(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Notes the request, and fails as told."""
        self.asked.append(f"{request.method} {request.path}")
        how = self.next_fault(request)
        if how == "lost":
            await answer()
            return cut(request)
        if how == "cut":
            return cut(request)
        if how == "nonsense":
            return web.Response(text="<html>a proxy's page</html>", content_type="text/html")
        if how:
            status, _, after = how.partition(" ")
            body = {"code": int(status), "message": "as told", "error": {"code": int(status), "message": "as told"}}
            return web.json_response(body, status=int(status), headers={"Retry-After": after} if after else {})
        return await answer()

    def next_fault(self, request: web.Request) -> str:
        for fault in self.faults:
            if f"{request.method} {request.path}".endswith(fault[0]):
                self.faults.remove(fault)
                return fault[1]
        return ""

    def good(self, request: web.Request) -> bool:
        return bool(self.tokens) and request.headers.get("Authorization") == f"Bearer {self.tokens[-1]}"

    def give_token(self) -> web.Response:
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return web.json_response({"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 3599})


def cut(request: web.Request) -> web.StreamResponse:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


# Zoom


async def zoom_token(vendor: Vendor, request: web.Request) -> web.Response:
    basic = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
    form = await request.post()
    if form.get("grant_type") != "account_credentials" or form.get("account_id") != "account":
        return web.json_response({"reason": "Bad request", "error": "unsupported_grant_type"}, status=400)
    if basic != "client:hunter2secret":
        return web.json_response(
            {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, status=400
        )
    return vendor.give_token()


async def zoom_create(vendor: Vendor, request: web.Request) -> web.Response:
    if not vendor.good(request):
        return web.json_response({"code": 124, "message": "Access token is expired."}, status=401)
    if request.match_info["user"] != HOST:
        return web.json_response({"code": 1001, "message": "User does not exist"}, status=404)
    wanted = await request.json()
    if wanted["type"] != 2 or len(wanted["topic"]) > 200 or not wanted["start_time"].endswith("Z"):
        return web.json_response({"code": 300, "message": "Request Body should be a valid JSON object."}, status=400)
    number = 900_000_000 + len(vendor.meetings)
    made = {
        **wanted,
        "id": number,
        "join_url": f"https://example.zoom.us/j/{number}?pwd=abc.1",
        "start_url": "https://example.zoom.us/s/host-only",
        "password": "424242",
    }
    vendor.meetings.append(made)
    return web.json_response(made, status=201)


async def zoom_list(vendor: Vendor, request: web.Request) -> web.Response:
    if not vendor.good(request):
        return web.json_response({"code": 124, "message": "Access token is expired."}, status=401)
    if not vendor.may_list:
        lacks = "Invalid access token, does not contain scopes:[meeting:read:list_meetings:admin]."
        return web.json_response({"code": 4711, "message": lacks}, status=400)
    first = int(request.query.get("next_page_token", "0"))
    shown = [
        {name: one[name] for name in ("id", "topic", "agenda", "join_url", "type")}
        for one in vendor.meetings[first : first + vendor.page]
    ]
    last = first + vendor.page
    return web.json_response({"meetings": shown, "next_page_token": str(last) if last < len(vendor.meetings) else ""})


async def zoom_get(vendor: Vendor, request: web.Request) -> web.Response:
    found = [one for one in vendor.meetings if str(one["id"]) == request.match_info["meeting"]]
    if not vendor.good(request) or not found:
        return web.json_response({"code": 3001, "message": "Meeting does not exist."}, status=404)
    return web.json_response(found[0])


# Google


async def google_token(vendor: Vendor, request: web.Request) -> web.Response:
    form = await request.post()
    grant = form.get("grant_type")
    if grant == "refresh_token" and form.get("refresh_token") == "1//refresh":
        return vendor.give_token()
    if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        claims = jwt.decode(
            str(form["assertion"]),
            vendor.public_key,
            algorithms=["RS256"],
            audience=f"{vendor.url}/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        if claims["sub"] == HOST and claims["scope"] == SCOPE and claims["exp"] - claims["iat"] <= 3600:
            return vendor.give_token()
    return web.json_response({"error": "invalid_grant", "error_description": "Bad Request"}, status=400)


async def meet_create(vendor: Vendor, request: web.Request) -> web.Response:
    if not vendor.good(request):
        error = {"code": 401, "message": "Request had invalid authentication.", "status": "UNAUTHENTICATED"}
        return web.json_response({"error": error}, status=401)
    wanted = json.loads(await request.text())
    code = f"abc-mnop-xy{'abcdefgh'[len(vendor.spaces)]}"
    made = {"name": f"spaces/{len(vendor.spaces)}", "meetingUri": f"https://meet.google.com/{code}", **wanted}
    vendor.spaces.append(made)
    return web.json_response(made)


ROUTES = (
    ("POST", "/oauth/token", zoom_token),
    ("POST", "/v2/users/{user}/meetings", zoom_create),
    ("GET", "/v2/users/{user}/meetings", zoom_list),
    ("GET", "/v2/meetings/{meeting}", zoom_get),
    ("POST", "/token", google_token),
    ("POST", "/v2/spaces", meet_create),
)


@asynccontextmanager
async def open_vendor() -> AsyncIterator[Vendor]:
    """Zoom and Google at one address."""
    vendor = Vendor()
    app = web.Application()
    for method, path, function in ROUTES:
        app.router.add_route(method, path, handler(vendor, function))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield vendor
    finally:
        await runner.cleanup()


def handler(
    vendor: Vendor, function: Callable[[Vendor, web.Request], Awaitable[web.Response]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await vendor.middle(request, lambda: function(vendor, request))

    return handle
