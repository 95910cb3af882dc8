"""The Web API's door: who is calling, what for, with which faults, and what is answered.

Source: docs.slack.dev "Using the Web API".
"""

from dataclasses import dataclass

from aiohttp import web

from bot.practice.delivery.sockets import Sockets
from bot.practice.faults.faults import Faults
from bot.practice.methods import METHODS
from bot.practice.methods.call import Call, Json, Method, Refused
from bot.practice.state.store import State
from bot.practice.web.arguments import bearer_token, read_arguments
from bot.practice.web.calls import CallLog
from bot.practice.web.suffering import Interrupted, cut, suffer

CONNECTIONS_OPEN = "apps.connections.open"


@dataclass(frozen=True, kw_only=True)
class Tokens:
    bot: str
    app: str
    signing_secret: str


class Api:
    """Answers `/api/<method>`."""

    def __init__(self, *, state: State, tokens: Tokens, sockets: Sockets, faults: Faults, log: CallLog) -> None:
        self._state = state
        self._tokens = tokens
        self._sockets = sockets
        self._faults = faults
        self._log = log

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request from arguments to answer; everything is logged."""
        name = request.match_info["method"]
        method = METHODS.get(name)
        args = await read_arguments(request, takes_json=method is None or method.takes_json)
        token = bearer_token(request, args if args is not None else {})
        made = self._log.begin(name, args or {})
        error: str | None = "http_500"
        try:
            answer, error = await self._answer(request, name, token, args)
            return answer
        except Interrupted as interrupted:
            error = interrupted.error
            return interrupted.response or cut(request)
        finally:
            self._log.end(made, error)
            self._state.changes.notify()

    async def _answer(
        self, request: web.Request, name: str, token: str, args: Json | None
    ) -> tuple[web.Response, str | None]:
        if args is None:
            return self._json({"ok": False, "error": "invalid_json"})
        troubles = self._faults.for_call(name, args)
        await suffer(troubles, "before")
        body = self._run(request, name, token, args)
        await suffer(troubles, "after")
        return self._json(body)

    def _run(self, request: web.Request, name: str, token: str, args: Json) -> Json:
        if not token:
            return {"ok": False, "error": "not_authed"}
        if name == CONNECTIONS_OPEN:
            return self._open_connection(request, token)
        if token != self._tokens.bot:
            known = token == self._tokens.app
            return {"ok": False, "error": "not_allowed_token_type" if known else "invalid_auth"}
        method = METHODS.get(name)
        if method is None:
            return {"ok": False, "error": "unknown_method", "req_method": name}
        return self._run_method(method, args)

    def _run_method(self, method: Method, args: Json) -> Json:
        call = Call(state=self._state, args=args)
        try:
            if method.scopes:
                call.need(*method.scopes)
            return {"ok": True, **method.run(call)}
        except Refused as refused:
            return {"ok": False, "error": refused.error, **refused.fields}

    def _open_connection(self, request: web.Request, token: str) -> Json:
        if token != self._tokens.app:
            known = token == self._tokens.bot
            return {"ok": False, "error": "not_allowed_token_type" if known else "invalid_auth"}
        if request.method != "POST":
            return {"ok": False, "error": "invalid_post_type"}
        ticket = self._sockets.new_ticket()
        address = f"ws://{request.host}/link/?ticket={ticket}&app_id={self._state.account.app_id}"
        return {"ok": True, "url": address}

    def _json(self, body: Json) -> tuple[web.Response, str | None]:
        headers = {"x-oauth-scopes": ",".join(sorted(self._state.installed.scopes))}
        error = None if body["ok"] else str(body["error"])
        return web.json_response(body, headers=headers), error
