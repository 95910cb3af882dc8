"""Trouble on command: the workspace fails exactly as ordered, and says so in its log."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace
from tests.practice.example import Example


async def test_a_call_is_refused_once_and_then_works(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.on("auth.test").fails("internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.auth_test()
    assert (await client.auth_test())["ok"]
    assert [call.error for call in workspace.calls] == ["internal_error", None]


async def test_a_429_says_when_to_come_back(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.on("chat.postMessage").answers_429(retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#general", text="hello")
    assert refused.value.response.headers["Retry-After"] == "7"
    assert refused.value.response.status_code == 429
    assert [message.shown for message in workspace.channel("general").messages] == []


@pytest.mark.parametrize("after_effect", [True, False])
async def test_a_lost_reply_may_or_may_not_hide_a_message(
    workspace: Workspace, client: AsyncWebClient, after_effect: bool
) -> None:
    workspace.faults.on("chat.postMessage").resets(after_effect=after_effect)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#general", text="hello")
    assert len(workspace.channel("general").messages) == int(after_effect)


async def test_an_http_error_has_no_json(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.on("*", where=lambda args: args.get("text") == "bad").http_error(503, after_effect=True)
    await client.chat_postMessage(channel="#general", text="good")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="#general", text="bad")
    assert [message.text for message in workspace.channel("general").messages] == ["good", "bad"]


async def test_only_the_nth_call_is_hit(workspace: Workspace, client: AsyncWebClient) -> None:
    seen = []

    async def note() -> None:
        seen.append(len(workspace.calls))

    workspace.faults.on("auth.test", nth=2).calls(note, when="after")
    for _ in range(3):
        await client.auth_test()
    assert seen == [2]


async def test_tiers_hold_back_a_burst(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.enforce_tiers()
    for number in range(20):
        await client.conversations_create(name=f"c-{number}")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        await client.conversations_create(name="one-too-many")
    assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 60


async def test_an_outage_takes_the_sockets_with_it(workspace: Workspace, example: Example, anna: Person) -> None:
    workspace.faults.outage()
    with pytest.raises(SlackApiError):
        await example.client.auth_test()
    assert await anna.types("/example") == '/example failed with the error "dispatch_failed"'
    workspace.faults.outage_over()
    assert (await example.client.auth_test())["ok"]
    await workspace.until(lambda: len(workspace.delivery.connections) == 1)


async def test_a_channel_takes_a_short_burst_and_then_a_message_a_second(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.faults.enforce_tiers()
    for _ in range(3):
        await client.chat_postMessage(channel="#general", text="x")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        await client.chat_postMessage(channel="#general", text="x")
    assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 3
    await client.chat_postMessage(channel="#incidents", text="another channel is free")
