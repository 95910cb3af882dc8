"""Down while people talk: what nobody told the bot is on record once it is back, and equal to the channel."""

import json
from pathlib import Path
from random import Random
from typing import Any

from bot.config import Settings, async_url
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from storage import incidents, runs
from storage.database import Database
from tests.bot_process import Town, look_into, open_town
from tests.stage import Stage, open_stage
from workflows import record
from workflows.export import FORMATS
from workflows.policy import Policy
from workflows.timeline import messages_of, timeline

MARKS = ("pushpin", "mag", "zap", "scales")
Seen = dict[str, tuple[str, str | None, dict[str, list[str]]]]  # ts: text, thread, reactions


async def talk(people: list[Person], channel: Channel, chance: Random, count: int) -> None:
    """So many messages, some in threads, and everything that people do to messages: their own, and older ones."""
    threads: list[Message] = []
    for number in range(count):
        who = chance.choice(people)
        if threads and chance.random() < 0.2:
            message = await who.says(f"reply {number}", thread=chance.choice(threads))
        else:
            message = await who.says(f"message {number}", in_=channel)
            if len(threads) < 12 and chance.random() < 0.1:
                threads.append(message)
        await meddle(chance.choice(people), message if chance.random() < 0.5 else None, channel, chance)


async def meddle(who: Person, message: Message | None, channel: Channel, chance: Random) -> None:
    target = message or chance.choice([one for one in channel.messages if not one.subtype])
    name, deed = chance.choice((*MARKS, "eyes")), chance.random()
    if deed < 0.1 and target.user == who.id:
        await who.edits(target, f"{target.text} or rather not")
    elif deed < 0.15 and target.user == who.id:
        await who.deletes(target)
    elif deed < 0.4 and who.id not in target.reactions.get(name, []):
        await who.reacts(name, to=target)
    elif deed < 0.6 and who.id in target.reactions.get(name, []):
        await who.unreacts(name, to=target)
    elif deed < 0.62 and not target.is_pinned:
        await who.pins(target)


def shown_in(channel: Channel) -> Seen:
    """What the channel shows."""
    return {
        one.ts: (
            one.text,
            one.thread_ts if one.is_reply else None,
            {name: sorted(users) for name, users in one.reactions.items()},
        )
        for one in channel.messages
    }


async def on_record(database: Database) -> Seen:
    """What the record says of INC-1, without what is deleted."""
    async with database.read() as session:
        incident = await incidents.get(session, 1)
        assert incident is not None
        said = await messages_of(session, incident)
    return {
        one.message.ts: (
            one.message.text,
            one.message.thread_ts,
            {name: sorted(users) for name, users in one.reactions.items()},
        )
        for one in said
        if one.message.deleted_at is None
    }


async def marked(database: Database) -> set[tuple[str, str]]:
    async with database.read() as session:
        incident = await incidents.get(session, 1)
        assert incident is not None
        return {(line.ts, line.kind) for line in await timeline(session, incident) if line.ts}


def marks_in(channel: Channel, policy: Policy) -> set[tuple[str, str]]:
    kinds = policy.reactions
    return {(one.ts, kinds[name]) for one in channel.messages for name in one.reactions if name in kinds}


async def exported(settings: Settings, database: Database) -> list[dict[str, Any]]:
    """The messages of `sitrep export INC-1 --format json`."""
    async with database.read() as session:
        incident = await incidents.get(session, 1)
        assert incident is not None
        content = FORMATS["json"](await record.read(session, incident), settings.policy)
    found: list[dict[str, Any]] = json.loads(content)["messages"]
    return found


async def declared(town: Town) -> Channel:
    await town.anna.types("/incident declare sev1 Checkout is failing")
    await town.settle()
    channel = town.workspace.channel("incident-2026-11-21-checkout-is-failing")
    for who in (town.bilal, town.chen):
        await town.anna.invites(who, channel)
    return channel


async def test_after_minutes_of_500_messages_and_a_crash_while_reading_the_record_equals_the_channel(
    tmp_path: Path,
) -> None:
    async with open_town(tmp_path) as town:
        channel = await declared(town)
        people, chance = [town.anna, town.bilal, town.chen], Random(3)
        await talk(people, channel, chance, 40)
        await town.settle()
        await town.kill()
        town.workspace.delivery.redeliver_after = 0.01
        await talk(people, channel, chance, 500)
        await town.dora.joins(channel)
        await town.bilal.renames(channel, "war-room")
        town.clock.advance(minutes=20)
        town.kill_at("conversations.history", nth=3, before=True)
        await town.start()
        await town.until_dead()
        read = calls(town, "conversations.history")
        await talk(people, channel, chance, 10)
        await town.start()
        await town.settle()

        assert calls(town, "conversations.history")[len(read)].args["latest"] == read[-1].args["latest"]
        await agrees(town, channel)


async def agrees(town: Town, channel: Channel) -> None:
    settings = Settings.from_env({"DATABASE_URL": town.database_url}, town.folder, need_slack=False)
    database = Database(async_url(town.database_url))
    try:
        shown = shown_in(channel)
        assert await on_record(database) == shown
        living = {(ts, kind) for ts, kind in await marked(database) if ts in shown}
        assert living == marks_in(channel, settings.policy)
        async with database.read() as session:
            incident = await incidents.get(session, 1)
        assert incident is not None
        assert incident.channel_name == channel.name == "war-room"
        found = {one["ts"]: one["text"] for one in await exported(settings, database) if one["ts"] in shown}
        assert found == {ts: text for ts, (text, _, _) in shown.items()}
    finally:
        await database.close()


def calls(town: Town, method: str) -> list[Any]:
    return [call for call in town.workspace.calls if call.method == method]


async def test_a_reading_that_slack_interrupts_goes_on_where_it_was(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.stop()
    stage.workspace.delivery.redeliver_after = 0.01
    for number in range(450):
        await stage.anna.says(f"message {number}", in_=channel)
    await stage.workspace.settled()
    stage.workspace.calls.clear()
    stage.workspace.faults.on("conversations.history", nth=2).fails("internal_error")
    await stage.start()
    await stage.settle()
    await stage.pass_time(seconds=5)
    tops = [call.args["latest"] for call in stage.workspace.calls if call.method == "conversations.history"]
    assert len(tops) == 4
    assert tops[1] == tops[2]
    assert await on_record(stage.app.services.database) == shown_in(channel)


async def test_the_newest_incident_is_read_first_and_those_long_closed_not_at_all(stage: Stage) -> None:
    channels = [await stage.declare(f"sev1 {title}") for title in ("Checkout is failing", "Search is slow")]
    await stage.anna.types("/incident resolved restarted", in_=channels[0])
    await stage.settle()
    stage.workspace.calls.clear()
    await stage.restart()
    assert read_channels(stage) == [channels[1].id, channels[0].id]
    stage.clock.advance(days=8)
    stage.workspace.calls.clear()
    await stage.restart()
    assert channels[0].id not in read_channels(stage)


async def test_a_look_that_was_owed_when_the_bot_died_takes_the_place_of_no_reading(stage: Stage) -> None:
    channel = await stage.declare()
    thread = await stage.anna.says("The pool is full", in_=channel)
    reply = await stage.anna.says("It is not", thread=thread)
    await stage.settle()
    url = stage.settings.database_url
    await stage.stop()
    stage.workspace.delivery.redeliver_after = 0.01
    await stage.anna.edits(reply, "It is half full")
    await stage.workspace.settled()
    look = {"look": True, "quiet_threads": False}
    async with look_into(url) as session:
        now = stage.clock.now()
        await runs.owe(
            session, kind="reconcile", key="reconcile:1:look", lane="reconcile", now=now, incident_id=1, args=look
        )
        await session.commit()
    await stage.start()
    await stage.settle()
    assert await on_record(stage.app.services.database) == shown_in(channel)


def read_channels(stage: Stage) -> list[str]:
    return [str(call.args["channel"]) for call in stage.workspace.calls if call.method == "conversations.history"]


async def test_a_reconnection_costs_one_call_when_nothing_was_missed_and_finds_what_was(stage: Stage) -> None:
    channel = await stage.declare()
    delivery = stage.workspace.delivery
    thread = await stage.anna.says("The pool is full", in_=channel)
    await stage.settle()
    stage.workspace.calls.clear()
    await reconnect(stage)
    opened = [call for call in stage.workspace.calls if call.method == "apps.connections.open"]
    assert [channel.id] <= read_channels(stage) <= [channel.id] * len(opened)  # a busy machine may connect twice

    patience, delivery.redeliver_after = delivery.redeliver_after, 0.01
    delivery.lose_next("message", 8)
    await stage.anna.says("It is DNS", in_=channel)
    await stage.anna.says("It is not", thread=thread)
    delivery.lose_next("pin_removed", 4)
    (card,) = channel.pinned
    await stage.anna.unpins(card)
    await stage.workspace.settled()
    assert len(delivery.lost) == 3
    delivery.redeliver_after = patience
    await reconnect(stage)
    assert channel.pinned == [card]
    assert await on_record(stage.app.services.database) == shown_in(channel)


async def test_without_a_socket_it_looks_every_few_minutes(tmp_path: Path, unused_tcp_port: int) -> None:
    async with open_stage(tmp_path, http_port=unused_tcp_port) as stage:
        channel = await stage.declare()
        delivery = stage.workspace.delivery
        delivery.redeliver_after = 0.01
        delivery.lose_next("message", 4)
        await stage.anna.says("It is DNS", in_=channel)
        await stage.settle()
        assert len(delivery.lost) == 1
        await stage.pass_time(minutes=10)
        assert await on_record(stage.app.services.database) == shown_in(channel)


async def reconnect(stage: Stage) -> None:
    before = list(stage.workspace.delivery.connections)
    await stage.workspace.delivery.refresh_sockets()
    await stage.workspace.until(lambda: [one for one in stage.workspace.delivery.connections if one not in before])
    calls = len(stage.workspace.calls)
    await stage.workspace.until(lambda: len(stage.workspace.calls) > calls)
    await stage.settle()
