"""Listeners are counted, and stopping is final."""

import asyncio

import pytest

from bot.background import Background, Stopped


async def test_draining_waits_for_listeners_and_lets_none_begin_afterwards() -> None:
    background, go_on = Background(), asyncio.Event()

    async def listener() -> None:
        async with background.listening("event"):
            await go_on.wait()

    running = asyncio.create_task(listener())
    await asyncio.sleep(0)
    draining = asyncio.create_task(background.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    go_on.set()
    await draining

    assert running.done()
    with pytest.raises(Stopped):
        await listener()


async def test_draining_waits_for_what_background_work_has_started_in_its_turn() -> None:
    background, told = Background(), []

    async def tell() -> None:
        await asyncio.sleep(0)
        told.append("the late answer")

    async def follow() -> None:
        await asyncio.sleep(0)
        background.start(tell(), "answer a press")

    background.start(follow(), "answer late")
    await background.drain()

    assert told == ["the late answer"]


async def test_failed_background_work_does_not_hold_up_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    background = Background()

    async def fails() -> None:
        raise OSError("no network")

    background.start(fails(), "answer a press")
    await background.drain()

    assert background.idle
    assert "background work failed" in caplog.text
