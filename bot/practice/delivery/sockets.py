"""Socket Mode: one-use tickets, up to ten connections, one of them for each envelope, acknowledgements.

Source: docs.slack.dev "Using Socket Mode".
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Literal

from aiohttp import WSMsgType, web

from bot.practice.delivery.envelopes import Answered, Envelope, Outcome, Unanswered
from bot.practice.state.changes import Changes

Json = dict[str, Any]
MOST_CONNECTIONS = 10
LIFE_SECONDS = 18_060
DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Connection:
    """One WebSocket and the bare connection under it, which can be cut."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None


class Sockets:
    """The app's connections, and what they have not acknowledged yet."""

    def __init__(self, *, app_id: str, changes: Changes) -> None:
        self._app_id = app_id
        self._changes = changes
        self._tickets: set[str] = set()
        self._pending: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self.connections: list[Connection] = []
        self.turning_away = 0  # so many of the next connections fail half-way, their tickets spent

    def new_ticket(self) -> str:
        """A ticket for one connection."""
        ticket = token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lasts; a used or made-up ticket is turned away."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404, text="This ticket was used before or never issued.")
        self._tickets.remove(ticket)
        if self.turning_away:
            self.turning_away -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        # The app may hang up at any moment, even before the handshake is through.
        with suppress(ConnectionError):
            await socket.prepare(request)
            if len(self.connections) >= MOST_CONNECTIONS:
                await socket.send_json(self._disconnect_frame("too_many_websockets"))
                await socket.close()
            else:
                await self._serve(Connection(socket=socket, transport=request.transport))
        return socket

    async def _serve(self, connection: Connection) -> None:
        await connection.socket.send_json(self._hello_frame())
        self.connections.append(connection)
        self._changes.notify()
        try:
            async for message in connection.socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
            self._changes.notify()

    def _acknowledge(self, data: str) -> None:
        try:
            frame = json.loads(data)
        except ValueError:
            return
        waiting = self._pending.get(str(frame.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.get("payload") or {})

    async def send(self, envelope: Envelope, *, within: float) -> Outcome:
        """Give the envelope to the next connection in turn and wait for its acknowledgement."""
        if not self.connections:
            return Unanswered(reason="no_connection")
        self._turn += 1
        socket = self.connections[self._turn % len(self.connections)].socket
        waiting = self._pending.setdefault(envelope.id, asyncio.get_running_loop().create_future())
        try:
            await socket.send_json(envelope.frame())
            async with asyncio.timeout(within):
                return Answered(payload=await asyncio.shield(waiting))
        except ConnectionError:
            return Unanswered(reason="connection_failed")
        except TimeoutError:
            return Unanswered(reason="timeout")

    def forget(self, envelope: Envelope) -> None:
        waiting = self._pending.pop(envelope.id, None)
        if waiting is not None:
            waiting.cancel()

    def drop(self) -> None:
        """Cut every connection without a word, as a lost network does."""
        dropped, self.connections = self.connections, []
        for connection in dropped:
            if connection.transport is not None:
                connection.transport.abort()
        self._changes.notify()

    async def ask_to_reconnect(self, reason: DisconnectReason) -> None:
        """Send a disconnect frame on every connection. After a warning they go on being used until the app
        leaves them; after the other reasons nothing more is sent on them."""
        leaving = list(self.connections)
        if reason != "warning":
            self.connections = []
        for connection in leaving:
            await connection.socket.send_json(self._disconnect_frame(reason))

    async def close(self) -> None:
        """Say goodbye properly on every connection."""
        for connection in list(self.connections):
            await connection.socket.close()

    def _hello_frame(self) -> Json:
        debug = {"host": "applink-practice", "build_number": 1, "approximate_connection_time": LIFE_SECONDS}
        return self._frame("hello", debug_info=debug)

    def _disconnect_frame(self, reason: DisconnectReason) -> Json:
        return self._frame("disconnect", reason=reason, debug_info={"host": "applink-practice"})

    def _frame(self, kind: str, **fields: Any) -> Json:
        about = {"num_connections": len(self.connections), "connection_info": {"app_id": self._app_id}}
        return {"type": kind, **about, **fields}
