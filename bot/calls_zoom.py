"""Video calls made by Zoom, by a server-to-server app of the team.

Source: Zoom's developer pages: Server-to-Server OAuth; Create a meeting, List meetings, Get a meeting.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from bot.calls_http import Token, Vendor, new_token, text_in
from workflows.clock import Clock
from workflows.ports import Refused, Room, Unclear

API: Final = "https://api.zoom.us"
LOGIN: Final = "https://zoom.us"
SCHEDULED: Final = 2  # the type of a meeting; instant ones cannot be looked for, nor joined before their host
LONGEST_TOPIC: Final = 200
PAGE: Final = 300
MOST_PAGES: Final = 10
# Zoom's codes to our words: a scope that the app lacks, a user that does not exist.
NAMED: Final[Mapping[str, str]] = MappingProxyType({"4711": "call_not_allowed", "1001": "call_no_such_host"})


class ZoomSignIn:
    """Source: Zoom's page on Server-to-Server OAuth. There is no refresh token; a new one is asked for."""

    def __init__(self, login: str, account_id: str, client_id: str, secret: SecretStr) -> None:
        self._url = f"{login.rstrip('/')}/oauth/token"
        self._account_id = account_id
        self._client_id = client_id
        self._secret = secret

    async def token(self, client: httpx.AsyncClient, now: datetime) -> Token:
        """Good for an hour."""
        form = {"grant_type": "account_credentials", "account_id": self._account_id}
        auth = (self._client_id, self._secret.get_secret_value())
        return await new_token("zoom", client, self._url, now, form, auth=auth)


class ZoomRooms:
    """`workflows.ports.Rooms`. The marker is the beginning of a meeting's agenda, by which it is found again."""

    def __init__(
        self, client: httpx.AsyncClient, sign_in: ZoomSignIn, clock: Clock, *, host: str, api: str = API
    ) -> None:
        self._vendor = Vendor("zoom", client, sign_in, clock, NAMED)
        self._clock = clock
        self._api = f"{api.rstrip('/')}/v2"
        self._host = quote(host, safe="@")

    async def create(self, topic: str, marker: str) -> Room:
        """A scheduled meeting that begins now. Its `start_url` would sign its reader in as host: it goes nowhere."""
        wanted = {
            "topic": topic[:LONGEST_TOPIC],
            "type": SCHEDULED,
            "start_time": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "timezone": "UTC",
            "duration": 240,  # minutes; it goes on for as long as people are in it
            "agenda": marker,
            "settings": {"join_before_host": True, "jbh_time": 0, "waiting_room": False},
        }
        return room_of(await self._vendor.ask("POST", f"{self._api}/users/{self._host}/meetings", json=wanted))

    async def find(self, marker: str) -> Room | None:
        """Looks through the host's scheduled meetings. An app that may not list them finds none: then one is made."""
        try:
            found = await self._listed(marker)
            if found is None:
                return None
            return room_of(await self._vendor.ask("GET", f"{self._api}/meetings/{found}"))
        except Refused as refused:
            if refused.error != "call_not_allowed":
                raise
            return None

    async def _listed(self, marker: str) -> str | None:
        """The number of the meeting with that marker."""
        params = {"type": "scheduled", "page_size": str(PAGE)}
        for _ in range(MOST_PAGES):
            page = await self._vendor.ask("GET", f"{self._api}/users/{self._host}/meetings", params=params)
            for meeting in page.get("meetings") or ():
                if str(meeting.get("agenda", "")).startswith(marker):
                    return str(meeting["id"])
            token = page.get("next_page_token")
            if not token:
                return None
            params = {**params, "next_page_token": str(token)}
        return None


def room_of(meeting: Mapping[str, Any]) -> Room:
    url = text_in(meeting, "join_url")
    if not url.startswith("https://") and not url.startswith("http://"):
        raise Unclear("a link that cannot be opened")
    return Room(url=url, passcode=str(meeting.get("password") or ""))
