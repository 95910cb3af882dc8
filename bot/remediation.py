"""Pre-approved hooks over HTTP: one request, one answer, nothing repeated. Source: the documentation of httpx."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx
from pydantic import SecretStr

from workflows.ports import HookAnswer, HookCall, NoAnswer, NotSent

MOST_READ: Final = 4_000  # characters of an answer; the timeline keeps fewer
NOTHING_HAPPENED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class HttpHooks:
    """`secrets` are by the name of their environment variable. Redirects are not followed: the address is approved."""

    def __init__(self, secrets: Mapping[str, SecretStr]) -> None:
        self._secrets = secrets

    async def call(self, call: HookCall) -> HookAnswer:
        """Send it once. Raises `NotSent` and `NoAnswer`, with what a person needs to know and no secret."""
        seconds = call.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._send(call)
        except NOTHING_HAPPENED as trouble:
            raise NotSent(f"the address could not be reached ({type(trouble).__name__})") from trouble
        except (TimeoutError, httpx.TimeoutException) as trouble:
            raise NoAnswer(f"no answer within {seconds:g} s") from trouble
        except httpx.HTTPError as trouble:
            raise NoAnswer(f"the connection broke ({type(trouble).__name__})") from trouble

    async def _send(self, call: HookCall) -> HookAnswer:
        headers = self._headers(call)
        async with (
            httpx.AsyncClient(timeout=call.timeout.total_seconds(), follow_redirects=False) as client,
            client.stream(call.method, call.url, content=call.body or None, headers=headers) as answer,
        ):
            text = await beginning(answer)
        return HookAnswer(status=answer.status_code, text=self._hidden(call, text))

    def _headers(self, call: HookCall) -> dict[str, str]:
        headers = {"User-Agent": "sitrep"}
        if call.body:
            headers["Content-Type"] = "application/json"
        if call.secret:
            value = self._value(call)
            headers[call.header] = f"Bearer {value}" if call.header.lower() == "authorization" else value
        return headers

    def _value(self, call: HookCall) -> str:
        secret = self._secrets.get(call.secret)
        if secret is None:
            raise NotSent(f"the environment variable {call.secret} is not set")
        return secret.get_secret_value()

    def _hidden(self, call: HookCall, text: str) -> str:
        """The answer without our own secret, should the other side repeat it."""
        return text.replace(self._value(call), "«masked: secret»") if call.secret else text


async def beginning(answer: httpx.Response) -> str:
    """The first characters of an answer of any length."""
    text = ""
    async for piece in answer.aiter_text():
        text += piece
        if len(text) > MOST_READ:
            break
    return text[:MOST_READ]
