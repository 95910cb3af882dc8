"""Asking a vendor of video calls: a token that is renewed in time, and its answers as `Busy`, `Refused` or `Unclear`.

Nothing is repeated here but one question with a new token: a call that was made without our hearing of it must be
looked for first.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

import httpx

from workflows.clock import Clock
from workflows.ports import Busy, Refused, Unclear
from workflows.words import one_line

log = logging.getLogger(__name__)

TIMEOUT: Final = 15.0  # seconds for one question
EARLY: Final = timedelta(minutes=1)  # a token is renewed so long before it ends
USUAL_PAUSE: Final = timedelta(seconds=10)  # when a vendor asks for a pause without saying how long


@dataclass(frozen=True, kw_only=True)
class Token:
    value: str
    until: datetime


class SignIn(Protocol):
    """How a vendor gives out tokens."""

    async def token(self, client: httpx.AsyncClient, now: datetime) -> Token:
        """A fresh one. Raises `Busy`, `Unclear`, or `Refused("call_login_refused")`."""
        ...


class Vendor:
    """One vendor's API. `named` maps its own codes for errors to our words for them."""

    def __init__(
        self, name: str, client: httpx.AsyncClient, sign_in: SignIn, clock: Clock, named: Mapping[str, str]
    ) -> None:
        self._name = name
        self._client = client
        self._sign_in = sign_in
        self._clock = clock
        self._named = named
        self._token: Token | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """What the vendor answers. A token that it no longer takes is renewed, once."""
        answer = await self._once(method, url, json, params)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._word(answer) is None:
            self._token = None
            answer = await self._once(method, url, json, params)
        if answer.is_success:
            return body_of(answer)
        refuse_for_now(answer)
        word = self._word(answer) or usual_word(answer.status_code)
        about = {"action": "call_refused", "vendor": self._name, "reason": reason_in(answer)}
        log.warning("the vendor of video calls refused; see docs/war-room.md", extra=about)
        raise Refused(word)

    async def _once(
        self, method: str, url: str, json: Mapping[str, Any] | None, params: Mapping[str, str] | None
    ) -> httpx.Response:
        now = self._clock.now()
        if self._token is None or self._token.until - EARLY <= now:
            self._token = await self._sign_in.token(self._client, now)
        headers = {"Authorization": f"Bearer {self._token.value}"}
        return await sent(self._client, method, url, json=json, params=params, headers=headers)

    def _word(self, answer: httpx.Response) -> str | None:
        """Our word for the vendor's code, where it says more than the status."""
        return self._named.get(code_in(answer))


async def sent(client: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Response:
    """One request. Raises `Unclear` when no answer came: it may have arrived."""
    try:
        return await client.request(method, url, **options)
    except httpx.HTTPError as trouble:
        raise Unclear(type(trouble).__name__) from trouble


async def new_token(
    name: str, client: httpx.AsyncClient, url: str, now: datetime, form: Mapping[str, str], **options: Any
) -> Token:
    """The answer of an OAuth 2 token endpoint. Source: RFC 6749, sections 5.1 and 5.2."""
    answer = await sent(client, "POST", url, data=form, **options)
    if not answer.is_success:
        refuse_for_now(answer)
        about = {"action": "call_refused", "vendor": name, "reason": reason_in(answer)}
        log.warning("the vendor of video calls does not accept our credentials", extra=about)
        raise Refused("call_login_refused")
    given = body_of(answer)
    value = given.get("access_token")
    if not isinstance(value, str) or not value:
        raise Unclear("an answer without a token")
    seconds = given.get("expires_in")
    return Token(value=value, until=now + timedelta(seconds=seconds if isinstance(seconds, int) else 600))


def refuse_for_now(answer: httpx.Response) -> None:
    """Raise `Busy` or `Unclear` for answers that will be others later."""
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        after = answer.headers.get("Retry-After", "")
        raise Busy(timedelta(seconds=int(after)) if after.isascii() and after.isdigit() else USUAL_PAUSE)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unclear(f"HTTP {answer.status_code}")


def usual_word(status: int) -> str:
    known: Mapping[int, str] = {
        HTTPStatus.UNAUTHORIZED: "call_login_refused",
        HTTPStatus.FORBIDDEN: "call_not_allowed",
        HTTPStatus.NOT_FOUND: "call_no_such_host",
    }
    return known.get(status, "call_refused")


def body_of(answer: httpx.Response) -> Mapping[str, Any]:
    """Raises `Unclear` for an answer that is not the vendor's, for example a proxy's."""
    try:
        given = answer.json()
    except ValueError as error:
        raise Unclear("an answer that is no JSON") from error
    if not isinstance(given, dict):
        raise Unclear("an answer of another shape")
    return given


def text_in(given: Mapping[str, Any], name: str) -> str:
    """A field that has to be there. Raises `Unclear`: what was asked for may have happened."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Unclear(f"an answer without {name}")
    return value


def error_in(answer: httpx.Response) -> Mapping[str, Any]:
    """The error of Zoom's shape (`code`, `message`), of Google's (`error`), or of OAuth's (`error`, `reason`)."""
    try:
        given = body_of(answer)
    except Unclear:
        return {}
    inner = given.get("error")
    return inner if isinstance(inner, dict) else given


def code_in(answer: httpx.Response) -> str:
    return str(error_in(answer).get("code", ""))


def reason_in(answer: httpx.Response) -> str:
    """What the vendor says is wrong, on one line. Neither the request nor its secrets are in it."""
    given = error_in(answer)
    said = [str(given[name]) for name in ("code", "status", "error", "message", "reason") if given.get(name)]
    return one_line(" ".join([f"HTTP {answer.status_code}", *said]), 300)
