"""A new ticket for every attempt to connect. Slack page: Using Socket Mode, an address is good for one connection.

The SDK asks for an address once and then tries it again and again: after an attempt that failed half-way, or an outage
longer than the address lives, it would never be let in.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_sdk.socket_mode.aiohttp import SocketModeClient


@asynccontextmanager
async def fresh_tickets(client: SocketModeClient, every: float) -> AsyncIterator[None]:
    """While the block lasts, an address that has not led to a connection is let go after `every` seconds at most."""
    task = asyncio.get_running_loop().create_task(let_go(client, every), name="fresh tickets")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def let_go(client: SocketModeClient, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        if not await client.is_connected():
            client.wss_uri = None
