"""The sign of life: sent while all is well, silent otherwise, and never in anybody's way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import aiohttp
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import column, table, update

from bot.app import App, open_app
from storage.schema import version
from tests.stage import Stage

ADDRESS = "https://ping.example/5c0ffee"
SCHEMA = table("alembic_version", column("version_num"))


class Post:
    """The service at the other end; `status` 0 is a network that is away."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(str(request.url))
        if not self.status:
            raise httpx.ConnectError("no route", request=request)
        return httpx.Response(self.status)


@asynccontextmanager
async def watched(stage: Stage, post: Post) -> AsyncIterator[App]:
    """The bot of the stage, started again with an address to ping."""
    await stage.stop()
    settings = replace(stage.settings, deadman_url=SecretStr(ADDRESS), deadman_every=timedelta(seconds=60))
    async with open_app(settings, clock=stage.clock, deadman_transport=httpx.MockTransport(post.answer)) as app:
        await stage.workspace.bot_connected()
        yield app


async def ticks(app: App) -> None:
    await app.ticker.tick()
    await app.background.drain()


async def pings(app: App) -> dict[str, float]:
    """How the pings ended, as Prometheus reads it."""
    address = f"http://127.0.0.1:{app.http_port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        lines = (await answer.text()).splitlines()
    found = [line.partition('outcome="')[2].split('"} ') for line in lines if line.startswith("sitrep_deadman_pings_t")]
    return {outcome: float(count) for outcome, count in found}


async def test_a_ping_goes_out_once_in_every_interval(stage: Stage) -> None:
    post = Post()
    async with watched(stage, post) as app:
        await ticks(app)
        await ticks(app)
        assert post.heard == [ADDRESS]

        stage.clock.advance(seconds=60)
        await ticks(app)
        assert post.heard == [ADDRESS, ADDRESS]
        assert await pings(app) == {"ok": 2}


async def test_a_bot_that_is_not_well_is_silent_and_speaks_again_at_the_next_tick(stage: Stage) -> None:
    post = Post()
    async with watched(stage, post) as app:
        await ticks(app)
        async with app.services.database.read() as session:
            schema = await version(session)
        async with app.services.database.write() as session:
            await session.exec(update(SCHEMA).values(version_num="0099"))
        stage.clock.advance(minutes=5)
        await ticks(app)
        assert len(post.heard) == 1

        async with app.services.database.write() as session:
            await session.exec(update(SCHEMA).values(version_num=schema))
        await ticks(app)
        assert len(post.heard) == 2


@pytest.mark.parametrize(("status", "outcome"), [(0, "unreachable"), (500, "refused"), (404, "refused")])
async def test_a_ping_that_fails_is_logged_and_counted_and_nothing_else(
    stage: Stage, caplog: pytest.LogCaptureFixture, status: int, outcome: str
) -> None:
    post = Post()
    post.status = status
    async with watched(stage, post) as app:
        await ticks(app)

        assert await pings(app) == {outcome: 1}
        assert (await app.health.examine()).ready
    assert "check SITREP_DEADMAN_URL" in caplog.text
    assert "5c0ffee" not in caplog.text


async def test_a_clock_that_is_set_back_does_not_silence_it(stage: Stage) -> None:
    post = Post()
    async with watched(stage, post) as app:
        await ticks(app)
        stage.clock.advance(hours=-1)
        await ticks(app)

        assert len(post.heard) == 2


async def test_without_an_address_nothing_is_sent(stage: Stage) -> None:
    await stage.pass_time(minutes=2)

    assert await pings(stage.app) == {}
