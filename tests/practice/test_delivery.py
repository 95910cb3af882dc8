"""Envelopes: acknowledged, redelivered, duplicated, held back, reordered, signed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.delivery.http import sign
from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace
from tests.practice.example import Example, a_client


async def test_an_unacknowledged_event_comes_again_with_its_id(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    workspace.delivery.redeliver_after = 0.4
    headers: list[str] = []

    async def fail_twice(request: AsyncBoltRequest) -> None:
        headers.append(request.headers["x-slack-retry-num"][0])
        if len(headers) < 3:
            raise RuntimeError("not yet")

    example.reactions["app_home_opened"] = fail_twice
    await anna.opens_home()
    await workspace.until(lambda: len(headers) == 3)
    await workspace.settled()

    assert headers == ["0", "1", "2"]
    sent = [envelope for envelope in workspace.delivery.sent if envelope.name == "app_home_opened"]
    assert len({envelope.payload["event_id"] for envelope in sent}) == 1
    assert [envelope.reason for envelope in sent] == ["", "timeout", "timeout"]
    assert workspace.delivery.lost == []


async def test_events_without_anybody_connected_are_lost_after_three_retries(
    workspace: Workspace, anna: Person
) -> None:
    workspace.delivery.redeliver_after = 0.02
    await anna.opens_home()
    await workspace.until(lambda: workspace.delivery.lost)
    assert [envelope.attempt for envelope in workspace.delivery.sent] == [0, 1, 2, 3]


async def test_a_ticket_opens_one_connection_only(workspace: Workspace, client: AsyncWebClient) -> None:
    async with a_client(workspace, workspace.app_token) as app:
        url = (await app.apps_connections_open(app_token=workspace.app_token))["url"]
        assert app.session is not None
        async with app.session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["connection_info"]["app_id"].startswith("A")
        async with app.session.get(url.replace("ws://", "http://")) as refused:
            assert refused.status == 404
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=workspace.bot_token)


async def test_an_eleventh_connection_is_turned_away(workspace: Workspace, client: AsyncWebClient) -> None:
    assert client.session is not None
    async with AsyncExitStack() as stack:
        frames = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token=workspace.app_token))["url"]
            socket = await stack.enter_async_context(client.session.ws_connect(url))
            frames.append(await socket.receive_json())
        assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
        assert frames[-1]["reason"] == "too_many_websockets"
        assert len(workspace.delivery.connections) == 10


async def test_frames_look_like_slacks(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    assert client.session is not None
    url = (await client.apps_connections_open(app_token=workspace.app_token))["url"]
    async with client.session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello.keys() == {"type", "num_connections", "debug_info", "connection_info"}
        await anna.opens_home()
        event = await socket.receive_json()
        assert event["type"] == "events_api"
        assert (event["retry_attempt"], event["retry_reason"]) == (0, "")
        assert event["accepts_response_payload"] is False
        assert event["payload"]["event"]["type"] == "app_home_opened"
        await socket.send_json({"envelope_id": event["envelope_id"]})
        async with asyncio.TaskGroup() as both:
            typed = both.create_task(anna.types("/example hello"))
            command = await socket.receive_json()
            await socket.send_json({"envelope_id": command["envelope_id"], "payload": {"text": "hi *there*"}})
        assert command.keys() == {"envelope_id", "payload", "type", "accepts_response_payload"}
        assert command["accepts_response_payload"] is True
        assert command["payload"]["text"] == "hello"
        assert typed.result() == "hi there"
        await workspace.delivery.refresh_sockets("warning")
        warning = await socket.receive_json()
        assert (warning["type"], warning["reason"]) == ("disconnect", "warning")
        assert len(workspace.delivery.connections) == 1


async def test_each_envelope_goes_to_one_connection(workspace: Workspace, example: Example, anna: Person) -> None:
    async with a_client(workspace) as client:
        second = Example(client, workspace)
        await second.connect()
        await workspace.until(lambda: len(workspace.delivery.connections) == 2)
        for _ in range(4):
            await anna.opens_home()
        await workspace.settled()
        await second.disconnect()
    assert len(example.events) == len(second.events) == 2


async def test_a_duplicate_has_the_same_event_id(workspace: Workspace, example: Example, anna: Person) -> None:
    workspace.delivery.duplicate_next("app_home_opened", n=2)
    await anna.opens_home()
    await workspace.settled()
    assert len(example.bodies) == 3
    assert len({body["event_id"] for body in example.bodies}) == 1


async def test_held_events_can_be_let_go_in_reverse(workspace: Workspace, example: Example, anna: Person) -> None:
    await anna.invites(workspace.bot_user_id, "general")
    await workspace.settled()
    workspace.delivery.hold("message")
    for word in ("one", "two", "three"):
        await anna.says(word)
    await workspace.settled()
    assert [event["text"] for event in example.heard("message")][1:] == []
    workspace.delivery.release(reorder=True)
    await workspace.settled()
    assert [event["text"] for event in example.heard("message")][1:] == ["three", "two", "one"]


@pytest.mark.parametrize("politely", [True, False])
async def test_the_app_comes_back_after_a_disconnect(
    workspace: Workspace, example: Example, anna: Person, politely: bool
) -> None:
    opened = len(workspace.calls)
    if politely:
        await workspace.delivery.refresh_sockets()
    else:
        workspace.delivery.drop_sockets()
    await workspace.until(lambda: len(workspace.calls) > opened and workspace.delivery.connections)
    await anna.opens_home()
    await workspace.until(lambda: example.heard("app_home_opened"))


async def test_an_event_in_flight_when_the_socket_drops_comes_again(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    workspace.delivery.redeliver_after = 0.5
    stuck = asyncio.Event()

    async def hang(request: AsyncBoltRequest) -> None:
        if request.headers["x-slack-retry-num"] == ["0"]:
            workspace.delivery.drop_sockets()
            await stuck.wait()

    example.reactions["app_home_opened"] = hang
    await anna.opens_home()
    await workspace.until(lambda: len(workspace.delivery.sent) == 2)
    await workspace.settled()
    stuck.set()
    assert workspace.delivery.lost == []


@asynccontextmanager
async def over_http(example: Example) -> AsyncIterator[str]:
    """The app behind a URL instead of a socket."""

    async def endpoint(request: web.Request) -> web.Response:
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await example.app.async_dispatch(bolt_request))

    server = web.Application()
    server.router.add_post("/slack/events", endpoint)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def test_http_mode_carries_commands_events_and_presses(workspace: Workspace, anna: Person) -> None:
    async with a_client(workspace) as client:
        example = Example(client, workspace)
        pressed: list[str] = []

        @example.app.command("/example")
        async def answer(ack: Any) -> None:
            button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
            await ack(text="ok", blocks=[{"type": "actions", "elements": [button]}])

        @example.app.action("go")
        async def go(ack: Any, respond: Any) -> None:
            await ack()
            pressed.append("go")
            await respond("Gone")

        async with over_http(example) as url:
            workspace.deliver_over_http(url)
            await workspace.bot_connected()
            assert await anna.types("/example") == "[Go]"
            assert await anna.presses("Go") is None
            await anna.opens_home()
            await workspace.until(lambda: example.heard("app_home_opened"))
            await workspace.until(lambda: anna.ephemerals()[-1].shown == "Gone")
    assert pressed == ["go"]


async def test_http_mode_retries_with_headers_until_told_not_to(workspace: Workspace, anna: Person) -> None:
    workspace.delivery.redeliver_after = 0.05
    seen: list[tuple[str | None, str | None]] = []

    async def endpoint(request: web.Request) -> web.Response:
        body = await request.json()
        if body["type"] == "url_verification":
            return web.Response(text=body["challenge"])
        seen.append((request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason")))
        headers = {"x-slack-no-retry": "1"} if len(seen) == 3 else {}
        return web.Response(status=500, headers=headers)

    server = web.Application()
    server.router.add_post("/", endpoint)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    workspace.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await workspace.bot_connected()
    await anna.opens_home()
    await workspace.settled()
    await runner.cleanup()
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


def test_the_signature_is_the_one_of_slacks_own_example() -> None:
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    headers = sign(body, secret=secret, at=datetime.fromtimestamp(1531420618, UTC))
    assert headers["X-Slack-Signature"] == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    expected = SignatureVerifier(secret).generate_signature(timestamp="1531420618", body=body)
    assert headers["X-Slack-Signature"] == expected
