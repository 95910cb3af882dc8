"""Starting when Slack is not well."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import open_app
from bot.running import work_until
from bot.starting import CannotStart
from tests.stage import Stage


async def start_again(stage: Stage) -> None:
    async with open_app(stage.settings, clock=stage.clock):
        pass


@pytest.mark.parametrize("status", [500, 503])
async def test_an_outage_at_the_start_is_one_sentence(stage: Stage, status: int) -> None:
    await stage.stop()
    stage.workspace.faults.on("auth.test").http_error(status)
    with pytest.raises(CannotStart, match=f"HTTP {status}"):
        await start_again(stage)


async def test_a_slack_that_cannot_be_reached_is_one_sentence(stage: Stage) -> None:
    await stage.stop()
    stage.workspace.faults.on("auth.test").resets()
    with pytest.raises(CannotStart, match="cannot be reached"):
        await start_again(stage)


async def test_a_token_that_is_wrong_is_one_sentence_without_the_token(stage: Stage) -> None:
    await stage.stop()
    stage.settings = replace(stage.settings, bot_token=SecretStr("xoxb-wrong"))
    with pytest.raises(CannotStart, match="invalid_auth") as refused:
        await start_again(stage)
    assert "xoxb-wrong" not in str(refused.value)


async def test_an_app_token_that_is_wrong_is_one_sentence_too(stage: Stage) -> None:
    await stage.stop()
    stage.settings = replace(stage.settings, app_token=SecretStr("xapp-wrong"))
    with pytest.raises(CannotStart, match=r"SLACK_APP_TOKEN \(invalid_auth\)"):
        await start_again(stage)


async def test_what_nobody_can_listen_on_and_what_nobody_signs_is_said_with_what_to_set(stage: Stage) -> None:
    port = stage.app.http_port
    await stage.stop()
    stage.settings = replace(stage.settings, http_host="192.0.2.1", http_port=port)
    with pytest.raises(CannotStart, match="SITREP_HTTP"):
        await start_again(stage)
    with pytest.raises(CannotStart, match="SLACK_SIGNING_SECRET is missing"):
        async with open_app(replace(stage.settings, signing_secret=None), http=True):
            pass


async def test_a_start_that_waits_for_slack_can_be_told_to_stop(stage: Stage) -> None:
    await stage.stop()
    told, unwell = asyncio.Event(), stage.workspace.faults.on("apps.connections.open", times=None).http_error(503)
    starting = asyncio.create_task(work_until(told, stage.settings))
    await stage.workspace.until(lambda: unwell.hits > 0)
    told.set()
    await asyncio.wait_for(starting, 5)


def outage(stage: Stage) -> Callable[[], Awaitable[None]]:
    async def begin() -> None:
        stage.workspace.faults.outage()

    return begin


async def test_what_was_owed_before_an_outage_is_done_after_it(stage: Stage) -> None:
    stage.workspace.delivery.redeliver_after = 0.2
    stage.workspace.faults.on("conversations.create").calls(outage(stage))
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.workspace.until(lambda: stage.workspace.faults.is_out)
    await stage.settle()
    await stage.pass_time(seconds=5)
    assert stage.workspace.find_channel("incident-2026-11-21-checkout-is-failing") is not None

    stage.workspace.faults.outage_over()
    await stage.workspace.bot_connected(timeout=30)
    for _ in range(4):
        await stage.pass_time(seconds=60)
    channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
    assert len(channel.pinned) == 1
    assert stage.anna in channel.members
    assert len([one for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]) == 1


async def test_whoever_waits_for_a_form_that_slack_opens_slowly_is_answered_in_time(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("views.open").delays(2.6)
    answer = await stage.anna.types("/incident update", in_=channel)
    assert answer == "This takes longer than usual, and nothing is stored yet. You will read here what comes of it."
    await stage.workspace.until(lambda: stage.anna.modal is not None)


async def test_a_connection_that_was_cut_is_soon_replaced_and_what_people_said_is_kept(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.delivery.drop_sockets()
    await stage.anna.says("The queue is full", in_=channel)
    await stage.workspace.bot_connected(timeout=8)
    await stage.settle()
    status = await stage.anna.types("/incident status", in_=channel)
    assert status is not None
    assert "INC-1" in status


async def test_slacks_request_to_reconnect_loses_nothing(stage: Stage) -> None:
    await stage.workspace.delivery.refresh_sockets()
    answer = await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    if "declared" not in (answer or ""):  # a press in the very gap fails visibly, and works the second time
        await stage.workspace.bot_connected()
        answer = await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    assert answer is not None
    assert "INC-1 SEV1 declared" in answer
    await stage.settle()
    assert len(stage.workspace.channel("incident-2026-11-21-checkout-is-failing").pinned) == 1
