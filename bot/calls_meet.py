"""Video calls made by Google Meet: a space for each incident.

Source: Google's developer pages: Meet REST API, spaces.create; OAuth 2.0 for server-to-server applications.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import httpx

from bot.calls_http import SignIn, Token, Vendor, new_token, text_in
from workflows.clock import Clock
from workflows.ports import Refused, Room

API: Final = "https://meet.googleapis.com"
LOGIN: Final = "https://oauth2.googleapis.com/token"
SCOPE: Final = "https://www.googleapis.com/auth/meetings.space.created"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS: Final = 3600  # the longest that Google takes
NAMED: Final[Mapping[str, str]] = MappingProxyType({})  # its codes are those of HTTP


class ServiceAccountSignIn:
    """A service account with domain-wide delegation, in the name of a user."""

    def __init__(self, login: str, credentials: Mapping[str, Any], subject: str) -> None:
        self._url = login
        self._credentials = credentials
        self._subject = subject

    async def token(self, client: httpx.AsyncClient, now: datetime) -> Token:
        """Good for an hour."""
        form = {"grant_type": JWT_BEARER, "assertion": self._assertion(now)}
        return await new_token("meet", client, self._url, now, form)

    def _assertion(self, now: datetime) -> str:
        import jwt  # cryptography is heavy, and only this needs it

        issued = int(now.timestamp())
        claims = {
            "iss": self._credentials["client_email"],
            "sub": self._subject,
            "scope": SCOPE,
            "aud": self._url,
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
        }
        headers = {"kid": str(self._credentials.get("private_key_id", ""))}
        try:
            return jwt.encode(claims, str(self._credentials["private_key"]), algorithm="RS256", headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError):
            # Without the cause: it may quote the key.
            raise Refused("call_login_refused") from None


class UserSignIn:
    """A user's own consent, kept as a refresh token."""

    def __init__(self, login: str, credentials: Mapping[str, Any]) -> None:
        self._url = login
        self._credentials = credentials

    async def token(self, client: httpx.AsyncClient, now: datetime) -> Token:
        """Good for an hour."""
        names = ("client_id", "client_secret", "refresh_token")
        form = {"grant_type": "refresh_token", **{name: str(self._credentials[name]) for name in names}}
        return await new_token("meet", client, self._url, now, form)


class MeetRooms:
    """`workflows.ports.Rooms`. A space carries no name of ours and cannot be listed, so it cannot be found again."""

    def __init__(
        self, client: httpx.AsyncClient, sign_in: SignIn, clock: Clock, *, access: str = "", api: str = API
    ) -> None:
        self._vendor = Vendor("meet", client, sign_in, clock, NAMED)
        self._url = f"{api.rstrip('/')}/v2/spaces"
        self._wanted = {"config": {"accessType": access}} if access else {}

    async def create(self, topic: str, marker: str) -> Room:
        """A space; Google gives it neither topic nor marker. One that nobody enters is seen by nobody and lapses."""
        return Room(url=text_in(await self._vendor.ask("POST", self._url, json=self._wanted), "meetingUri"))

    async def find(self, marker: str) -> Room | None:
        """Google lists no spaces."""
        return None


def sign_in_of(credentials: Mapping[str, Any], *, login: str, subject: str) -> SignIn:
    """By the kind of credentials; `login` overrules the address in the file."""
    url = login or str(credentials.get("token_uri") or LOGIN)
    if credentials.get("type") == "service_account":
        return ServiceAccountSignIn(url, credentials, subject)
    return UserSignIn(url, credentials)
