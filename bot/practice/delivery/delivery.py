"""Brings events and interactions to the app: once if all goes well, again if nobody acknowledges.

Source: docs.slack.dev "The Events API", "Using Socket Mode", "Handling user interaction".
"""

import asyncio
from collections.abc import Callable, Coroutine
from secrets import token_hex
from typing import Any

import aiohttp

from bot.clock import SystemClock
from bot.practice.delivery.envelopes import (
    Answered,
    Envelope,
    EnvelopeKind,
    Outcome,
    Transport,
    Unanswered,
)
from bot.practice.delivery.events import is_wanted, wrap
from bot.practice.delivery.http import HttpDoor
from bot.practice.delivery.sockets import Connection, DisconnectReason, Sockets
from bot.practice.state.channels import Channel
from bot.practice.state.store import State

Json = dict[str, Any]
RETRIES = 3
MOMENT = 0.02


class Delivery:
    """The way out. Events are retried, interactions are not; both can be disturbed on command.

    `redeliver_after` is how many seconds an event waits for its acknowledgement before it is sent again
    (up to three times); `ack_within` how long a person waits for an answer to a command or a press.
    """

    def __init__(self, state: State, sockets: Sockets) -> None:
        self._state = state
        self._sockets = sockets
        self._tasks: set[asyncio.Task[Any]] = set()
        self._busy = 0
        self._held_kinds: list[str] = []
        self._gates: list[asyncio.Future[None]] = []
        self._duplicates: dict[str, int] = {}
        self._copies_of_all = 0
        self._delays: dict[str, float] = {}
        self._losses: dict[str, int] = {}
        self._session: aiohttp.ClientSession | None = None
        self._verifying: asyncio.Task[None] | None = None
        self._verified = False
        self.transport: Transport = sockets
        self.redeliver_after = 3.0
        self.ack_within = 3.0
        self.sent: list[Envelope] = []
        """Every attempt that went out, in order."""
        self.lost: list[Envelope] = []
        """Events that no attempt got through."""

    def publish(self, event: Json, channel: Channel | None) -> None:
        """Tell the app of an event if it is one that it hears of; returns at once."""
        if not is_wanted(self._state, event, channel):
            return
        payload = wrap(self._state, event, channel)
        self.spawn(self._deliver(Envelope(kind="events_api", name=str(event["type"]), payload=payload)))

    @property
    def is_connected(self) -> bool:
        """Whether the app listens: a socket is open, or its URL has verified itself."""
        return bool(self._sockets.connections) if self.transport is self._sockets else self._verified

    def use_http(self, url: str, *, secret: str) -> None:
        """Deliver by signed requests to `url` from now on, once it has echoed a challenge."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        self.transport = HttpDoor(url=url, secret=secret, session=self._session, now=SystemClock().now)
        self.check_url_again()

    def check_url_again(self) -> None:
        """Ask the URL anew to verify itself, for example after the app was started again. Sockets need no such
        thing."""
        door = self.transport
        if isinstance(door, HttpDoor) and (self._verifying is None or self._verifying.done()):
            self._verified = False
            self._verifying = asyncio.get_running_loop().create_task(self._verify(door))

    async def _verify(self, door: HttpDoor) -> None:
        while True:
            self._verified = await door.verify(token_hex(20), within=self.ack_within)
            if self._verified:
                break
            await asyncio.sleep(MOMENT)
        self._state.changes.notify()

    def later(self, deed: Callable[[], None]) -> None:
        """Do something a moment from now, as Slack shares files only after it has answered."""

        async def wait() -> None:
            await asyncio.sleep(MOMENT)
            deed()

        self.spawn(wait())

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside everything else; `is_idle` waits for it, `close` ends it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._state.complaints.append(f"The workspace itself failed: {task.exception()!r}")

    @property
    def is_idle(self) -> bool:
        """Nothing under way but what is held on purpose."""
        return len(self._tasks) + self._busy <= len(self._gates)

    async def _deliver(self, envelope: Envelope) -> None:
        try:
            for _ in range(RETRIES + 1):
                started = asyncio.get_running_loop().time()
                outcome = await self._attempt(envelope, within=self.redeliver_after)
                if isinstance(outcome, Answered) or outcome.final:
                    return
                rest = self.redeliver_after - (asyncio.get_running_loop().time() - started)
                await asyncio.sleep(max(0.0, rest) if envelope.attempt < RETRIES else 0)
                envelope = envelope.again("timeout" if outcome.reason == "no_connection" else outcome.reason)
            self.lost.append(envelope)
            self._state.complaints.append(f"The event {envelope.name} never got through")
        finally:
            self.transport.forget(envelope)
            self._state.changes.notify()

    async def ask(self, kind: EnvelopeKind, name: str, payload: Json) -> Outcome:
        """Bring an interaction to the app and wait for what it says; never retried."""
        takes_answer = kind == "slash_commands" or name in ("view_submission", "block_suggestion")
        envelope = Envelope(kind=kind, name=name, payload=payload, takes_answer=takes_answer)
        self._busy += 1
        try:
            return await self._attempt(envelope, within=self.ack_within)
        finally:
            self._busy -= 1
            self.transport.forget(envelope)
            self._state.changes.notify()

    async def _attempt(self, envelope: Envelope, *, within: float) -> Outcome:
        await self._pass_gate(envelope)
        for _ in range(self._extra_copies(envelope)):
            self.spawn(self._send_copy(envelope.copy()))
        self.sent.append(envelope)
        await asyncio.sleep(self._latency(envelope))
        if self._is_to_be_lost(envelope):
            await asyncio.sleep(within)
            return Unanswered(reason="timeout")
        return await self.transport.send(envelope, within=within)

    def _latency(self, envelope: Envelope) -> float:
        return max((seconds for kind, seconds in self._delays.items() if envelope.is_about(kind)), default=0.0)

    def _is_to_be_lost(self, envelope: Envelope) -> bool:
        for kind, left in self._losses.items():
            if left and envelope.is_about(kind):
                self._losses[kind] = left - 1
                return True
        return False

    async def _send_copy(self, envelope: Envelope) -> None:
        self.sent.append(envelope)
        try:
            await self.transport.send(envelope, within=self.redeliver_after)
        finally:
            self.transport.forget(envelope)

    async def _pass_gate(self, envelope: Envelope) -> None:
        if not any(envelope.is_about(kind) for kind in self._held_kinds):
            return
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gates.append(gate)
        self._state.changes.notify()
        await gate

    def _extra_copies(self, envelope: Envelope) -> int:
        for kind in self._duplicates:
            if envelope.is_about(kind):
                return self._duplicates.pop(kind)
        return self._copies_of_all

    def duplicate_next(self, kind: str, n: int = 1) -> None:
        """Send the next delivery of this kind `n` times more. A kind is an envelope type, an event's or an
        interaction's type, a command, or `*`."""
        self._duplicates[kind] = n

    def duplicate_everything(self, n: int = 1) -> None:
        """From now on send every delivery `n` times more; 0 ends it."""
        self._copies_of_all = n

    def delay(self, kind: str, seconds: float) -> None:
        """From now on every delivery of this kind takes so much longer; 0 ends it."""
        self._delays[kind] = seconds

    def lose_next(self, kind: str, n: int = 1) -> None:
        """The next `n` attempts of this kind vanish on their way: nobody acknowledges them."""
        self._losses[kind] = n

    def hold(self, kind: str = "*") -> None:
        """Keep back deliveries of this kind until `release`."""
        self._held_kinds.append(kind)

    def release(self, *, reorder: bool = False) -> None:
        """Let go of everything held, last first if `reorder`."""
        gates, self._gates, self._held_kinds = self._gates, [], []
        for gate in reversed(gates) if reorder else gates:
            if not gate.done():
                gate.set_result(None)

    @property
    def connections(self) -> list[Connection]:
        """The open sockets."""
        return self._sockets.connections

    def drop_sockets(self) -> None:
        """Cut every connection without a word, as a lost network does. Apps notice at their next ping."""
        self._sockets.drop()

    def turn_away(self, times: int = 1) -> None:
        """Let the next connections fail half-way: their tickets are spent all the same."""
        self._sockets.turning_away = times

    async def close_sockets(self) -> None:
        """Close every connection properly, as a server does that is taken out of service."""
        await self._sockets.close()

    async def refresh_sockets(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self._sockets.ask_to_reconnect(reason)

    async def close(self) -> None:
        """End everything under way."""
        tasks = [*self._tasks, *([self._verifying] if self._verifying else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def why_nobody_answered(outcome: Unanswered) -> str:
    """The error name that Slack shows the person whose command or press got no answer."""
    return "operation_timeout" if "timeout" in outcome.reason else "dispatch_failed"
