"""Slack is away for minutes in the middle of everything; people go on at the command line, and Slack catches up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.incident_cli import answer
from bot.practice.state.channels import Channel
from storage import timeline
from tests.bot_process import open_town
from tests.stage import Stage, open_stage


@asynccontextmanager
async def outage(stage: Stage) -> AsyncIterator[None]:
    """Slack is gone while the block lasts, and back at its end: then what waited is sent."""
    stage.workspace.faults.outage()
    yield
    stage.workspace.faults.outage_over()
    await stage.workspace.bot_connected(timeout=15)
    for _ in range(4):
        await stage.pass_time(seconds=61)  # the longest pause between two tries


async def type_at_terminal(stage: Stage, line: str) -> str:
    """A line on the command line, by Bilal, and the bot's next tick."""
    said = await answer(stage.settings, line, stage.bilal.id, clock=stage.clock)
    await stage.app.ticker.tick()
    return said


async def pass_time(stage: Stage, minutes: int) -> None:
    """Time passes while nothing reaches Slack."""
    stage.clock.advance(minutes=minutes)
    await stage.app.ticker.tick()


def lines_with(channel: Channel, text: str) -> list[str]:
    return [one.shown for one in channel.messages if text in one.shown]


async def test_a_connection_that_fails_half_way_is_tried_again_with_a_new_ticket(stage: Stage) -> None:
    delivery = stage.workspace.delivery
    delivery.turn_away(1)
    delivery.drop_sockets()
    await stage.workspace.until(lambda: not delivery.connections)
    await stage.workspace.until(lambda: delivery.connections, timeout=20)

    await stage.stop()
    delivery.turn_away(1)
    await stage.start()

    assert "No incident is open" in (await stage.anna.types("/incident list") or "")


async def test_what_is_done_on_the_command_line_during_an_outage_is_in_slack_afterwards(stage: Stage) -> None:
    channel = await stage.declare()
    began = stage.clock.now()
    async with outage(stage):
        said = await type_at_terminal(stage, "update INC-1 the database is full")
        assert "Slack follows as soon as the bot reaches it." in said
        await pass_time(stage, minutes=7)
        await type_at_terminal(stage, "severity INC-1 sev2 reads work")
        await type_at_terminal(stage, "update INC-1 half of it is deleted")
        await pass_time(stage, minutes=50)  # two rungs of a reminder come due, and are overtaken
        await type_at_terminal(stage, "note INC-1 03:30 UTC disk was full before")
        await type_at_terminal(stage, "update INC-1 space again")
        await pass_time(stage, minutes=5)
        await type_at_terminal(stage, "mitigated INC-1 deleted old logs")
        await type_at_terminal(stage, "resolve INC-1")
        await type_at_terminal(stage, "declare sev3 Reports are late")

    updates = [line.partition("·")[0] for line in lines_with(channel, "[UPDATE")]
    assert [line.split("\n")[0][:40].strip() for line in updates] == [
        "[UPDATE 03:00] the database is full",
        "[UPDATE 03:07] half of it is deleted",
        "[UPDATE 03:57] space again",
    ]
    assert [one.shown.count("🟢") for one in channel.pinned] == [1]
    assert len([one for one in channel.messages if "INC-1 · Checkout" in one.shown]) == 1
    assert channel.topic.startswith("SEV2 · resolved")
    assert lines_with(channel, "No update for") == []
    other = stage.workspace.channel("incident-2026-11-21-reports-are-late")
    assert len(other.pinned) == 1
    assert stage.bilal in other.members
    announced = stage.workspace.channel("incidents")
    assert [line[0] for line in lines_with(announced, "INC-")] == ["🟢", "🔴"]
    async with stage.app.services.database.read() as session:
        given = [(one.at - began, one.by) for one in await timeline.entries(session, 1) if one.kind == "update"]
    assert given == [(timedelta(minutes=minutes), stage.bilal.id) for minutes in (0, 7, 57)]


@pytest.fixture
async def without_socket(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Stage]:
    """In HTTP mode nothing has to be connected again after an outage."""
    async with open_stage(tmp_path, http_port=unused_tcp_port) as opened:
        yield opened


async def test_reminders_that_came_due_during_an_outage_are_one_line(without_socket: Stage) -> None:
    stage = without_socket
    channel = await stage.declare()
    async with outage(stage):
        for _ in range(6):
            await pass_time(stage, minutes=10)
    assert len(lines_with(channel, "No update for")) == 1
    assert len(lines_with(stage.workspace.channel("incidents"), "no update since")) == 1


async def test_an_outage_in_the_middle_of_a_declaration_ends_in_one_channel(without_socket: Stage) -> None:
    stage = without_socket

    async def begins() -> None:
        stage.workspace.faults.outage()

    stage.workspace.faults.on("pins.add").calls(begins)
    await stage.anna.types("/incident declare sev1 Checkout is failing")
    await stage.workspace.until(lambda: stage.workspace.faults.is_out)
    async with outage(stage):
        await pass_time(stage, minutes=3)
    (channel,) = [one for one in stage.workspace.channels if one.name.startswith("incident-")]
    assert len(channel.pinned) == 1
    assert len(lines_with(channel, "INC-1 · Checkout")) == 1
    assert len(lines_with(stage.workspace.channel("incidents"), "INC-1")) == 1
    assert stage.anna in channel.members


async def test_the_running_bot_takes_up_what_another_process_has_changed(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        settings = Settings.from_env({"DATABASE_URL": town.database_url}, tmp_path, need_slack=False)
        await answer(settings, "declare sev1 Checkout is failing", town.anna.id, clock=town.clock)
        await town.settle()
        channel = town.workspace.channel("incident-2026-11-21-checkout-is-failing")
        await answer(settings, "update INC-1 rolled back", town.anna.id, clock=town.clock)
        await town.workspace.until(lambda: lines_with(channel, "[UPDATE 03:00] rolled back"))
