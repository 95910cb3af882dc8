"""The least that a Bolt app can do: acknowledge, and for `declare` make three calls one after the other."""

import asyncio
import os
import re
import signal
from itertools import count
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

numbers = count(1)


def bare_app(client: AsyncWebClient) -> AsyncApp:
    app = AsyncApp(client=client, process_before_response=True, ignoring_self_events_enabled=False)

    @app.command("/incident")
    async def command(ack: Any, body: dict[str, Any]) -> None:
        await ack("Got it.")
        if body["text"].startswith("declare"):
            await declare(client)

    @app.event(re.compile(".*"))
    async def event() -> None:
        """Heard, and forgotten."""

    return app


async def declare(client: AsyncWebClient) -> None:
    """Create, post, pin."""
    created = await client.conversations_create(name=f"bare-{os.getpid()}-{next(numbers)}")
    channel = created["channel"]["id"]
    posted = await client.chat_postMessage(channel=channel, text="An incident")
    await client.pins_add(channel=channel, timestamp=posted["ts"])


async def main() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    handler = AsyncSocketModeHandler(bare_app(client), os.environ["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await told.wait()
    await handler.close_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
