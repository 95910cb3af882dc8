"""A small app of its own, so that the workspace is tried by a stranger: real slack-bolt, real sockets."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.workspace import Workspace

Json = dict[str, Any]
SCOPES = [
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "canvases:read",
    "canvases:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "metadata.message:read",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_created",
    "channel_deleted",
    "channel_rename",
    "channel_unarchive",
    "file_shared",
    "group_archive",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
]


def a_manifest(*, scopes: list[str] = SCOPES, events: list[str] = EVENTS) -> Json:
    """A manifest with everything on."""
    return {
        "display_information": {"name": "Example"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "example", "always_online": True},
            "slash_commands": [
                {"command": "/example", "description": "Does it", "should_escape": True},
                {"command": "/plain", "description": "Does it plainly"},
            ],
            "shortcuts": [
                {"name": "Start", "type": "global", "callback_id": "start", "description": "Starts"},
                {"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keeps"},
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(events)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


@asynccontextmanager
async def a_client(workspace: Workspace, token: str = "") -> AsyncIterator[AsyncWebClient]:
    """A Web API client that never repeats a call by itself."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token or workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[]
        )


class Example:
    """The app under a test's control: `events` is all it heard; listeners are added with `app`."""

    def __init__(self, client: AsyncWebClient, workspace: Workspace) -> None:
        self.client = client
        self.app = AsyncApp(
            client=client,
            process_before_response=True,
            ignoring_self_events_enabled=False,
            signing_secret=workspace.signing_secret,
        )
        self._app_token = workspace.app_token
        self._handler: AsyncSocketModeHandler | None = None
        self.events: list[Json] = []
        self.bodies: list[Json] = []
        self.reactions: dict[str, Callable[[AsyncBoltRequest], Awaitable[None]]] = {}
        """What else to do on an event of a type."""
        self._hear_everything()

    def _hear_everything(self) -> None:
        @self.app.event(re.compile(".*"))
        async def hear(body: Json, event: Json, request: AsyncBoltRequest) -> None:
            self.bodies.append(body)
            self.events.append(event)
            if event["type"] in self.reactions:
                await self.reactions[event["type"]](request)

    async def connect(self) -> None:
        """Open a socket."""
        self._handler = AsyncSocketModeHandler(self.app, self._app_token, ping_interval=0.2)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def disconnect(self) -> None:
        assert self._handler is not None
        await self._handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)

    def heard(self, kind: str, subtype: str | None = None) -> list[Json]:
        """The events of this type, and with this subtype if one is given."""
        found = [event for event in self.events if event["type"] == kind]
        return [event for event in found if subtype is None or event.get("subtype") == subtype]


@asynccontextmanager
async def an_example(workspace: Workspace) -> AsyncIterator[Example]:
    """The app connected by Socket Mode."""
    async with a_client(workspace) as client:
        example = Example(client, workspace)
        await example.connect()
        try:
            await workspace.bot_connected()
            yield example
        finally:
            await example.disconnect()


async def refusal(call: Awaitable[Any]) -> str:
    """The error name with which Slack refuses a call."""
    try:
        await call
    except SlackApiError as error:
        return str(error.response["error"])
    raise AssertionError("The call was not refused.")
