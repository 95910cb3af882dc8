"""The same press twice, the same incident twice, many incidents at once."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.app import open_app
from bot.practice.state.channels import Channel
from tests.postgres import fresh_database
from tests.stage import Stage, open_stage

THINGS = (
    "amber basil cedar delta ember fjord grape hazel ivory jolly "
    "karma lemon mango north ocean pearl quilt river sugar tulip"
)


def incident_channels(stage: Stage) -> list[Channel]:
    return [channel for channel in stage.workspace.channels if channel.name.startswith("incident-")]


def shown_in(channel: Channel) -> str:
    return "\n".join(message.shown for message in channel.messages)


async def test_the_same_command_delivered_twice_is_one_incident(stage: Stage) -> None:
    stage.workspace.delivery.duplicate_next("/incident", 2)
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()
    assert len(incident_channels(stage)) == 1
    assert len([one for one in stage.workspace.channel("incidents").messages if "INC-" in one.shown]) == 1


async def test_a_form_submitted_twice_is_one_incident(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    await stage.workspace.until(lambda: stage.anna.modal)
    stage.workspace.delivery.duplicate_next("view_submission")
    assert await stage.anna.submits({"What is failing?": "Checkout is failing"}) == {}
    await stage.settle()
    assert len(incident_channels(stage)) == 1


@pytest.mark.postgres
async def test_two_replicas_given_the_same_command_make_one_incident(tmp_path: Path) -> None:
    async with fresh_database() as url, open_stage(tmp_path, database_url=url) as stage, AsyncExitStack() as stack:
        await stack.enter_async_context(open_app(stage.settings, clock=stage.clock))
        await stage.workspace.until(lambda: len(stage.workspace.delivery.connections) == 2)
        stage.workspace.delivery.duplicate_next("/incident", 3)
        await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
        await stage.settle()
        [channel] = incident_channels(stage)
        assert len(channel.pinned) == 1
        assert len([one for one in stage.workspace.channel("incidents").messages if "INC-" in one.shown]) == 1


@pytest.mark.postgres
async def test_two_replicas_declaring_the_same_title_at_once_make_two_channels(tmp_path: Path) -> None:
    async with fresh_database() as url, open_stage(tmp_path, database_url=url) as stage, AsyncExitStack() as stack:
        await stack.enter_async_context(open_app(stage.settings, clock=stage.clock))
        await stage.workspace.until(lambda: len(stage.workspace.delivery.connections) == 2)
        await asyncio.gather(
            stage.anna.types("/incident declare sev1 Checkout is failing", in_="general"),
            stage.bilal.types("/incident declare sev1 Checkout is failing", in_="general"),
        )
        await stage.settle()
        assert sorted(channel.name for channel in incident_channels(stage)) == [
            "incident-2026-11-21-checkout-is-failing",
            "incident-2026-11-21-checkout-is-failing-2",
        ]


async def test_the_same_title_at_once_makes_two_channels_that_point_at_each_other(stage: Stage) -> None:
    await asyncio.gather(
        stage.anna.types("/incident declare sev1 Checkout is failing", in_="general"),
        stage.bilal.types("/incident declare sev1 Checkout is failing", in_="general"),
    )
    await stage.settle()
    first, second = incident_channels(stage)
    assert {first.name, second.name} == {
        "incident-2026-11-21-checkout-is-failing",
        "incident-2026-11-21-checkout-is-failing-2",
    }
    assert f"looks alike: #{second.name}" in shown_in(first)
    assert f"looks alike: #{first.name}" in shown_in(second)


async def test_twenty_incidents_declared_at_once_end_with_twenty_channels(stage: Stage) -> None:
    stage.workspace.delivery.ack_within = 20.0  # how fast it answers is for `make bench` to say
    people = [stage.anna, stage.bilal, stage.chen, stage.dora]
    await asyncio.gather(
        *(
            people[number % 4].types(f"/incident declare sev1 {thing * 2} broke", in_="general")
            for number, thing in enumerate(THINGS.split())
        )
    )
    await stage.settle()
    channels = incident_channels(stage)
    assert len({channel.name for channel in channels}) == 20
    assert [len(channel.pinned) for channel in channels] == [1] * 20
    assert all(len(channel.members) == 2 for channel in channels)  # the bot and whoever declared it
    assert len([one for one in stage.workspace.channel("incidents").messages if "INC-" in one.shown]) == 20


async def test_in_a_storm_of_alike_incidents_each_is_pointed_at_a_few_others_only(stage: Stage) -> None:
    for number in range(6):
        await stage.declare(f"sev1 Checkout is failing in region {number}")
    first, *_, last = incident_channels(stage)
    assert shown_in(last).count("looks alike") == 3
    assert "INC-1 “Checkout is failing in region 0” looks alike" in shown_in(last)
    assert "INC-6" in shown_in(first)
