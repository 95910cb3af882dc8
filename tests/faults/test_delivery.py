"""However Slack delivers what people do: twice, out of order, late, on another connection. It has one effect."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.faults.killing import Ending, difference
from tests.faults.picture import picture, recorded
from tests.faults.stories import STORIES, Story
from tests.front_door.test_close import GIVEN
from tests.stage import Stage, open_stage

Telling = Callable[[Stage], Awaitable[object]]


async def ending(stage: Stage) -> Ending:
    return Ending(
        seen=picture(stage.workspace), record=await recorded(stage.settings.database_url), calls=(), commits=0
    )


async def told(folder: Path, tell: Telling, prepare: Callable[[Stage], None] = lambda _: None) -> Ending:
    """Tell something on a fresh stage, prepared in this way, and see how it ends."""
    async with open_stage(folder) as stage:
        prepare(stage)
        await tell(stage)
        await stage.settle()
        await stage.pass_time(seconds=6)  # who marked a message that was not known yet is looked up a little later
        return await ending(stage)


def twice(stage: Stage) -> None:
    stage.workspace.delivery.duplicate_everything()


def three_times(stage: Stage) -> None:
    stage.workspace.delivery.duplicate_everything(2)


async def whole_incident(stage: Stage) -> None:
    """From the declaration to the draft, with everything that people do on the way, to rest after each."""
    anna, bilal, chen = stage.anna, stage.bilal, stage.chen
    channel = await stage.declare("sev1 Checkout is failing with @bilal")

    async def rests() -> Channel:
        await stage.settle()
        return channel

    blamed = await chen_joins_and_says(stage, channel, "Deploy 42 halved the pool")
    await rests()
    reply = await bilal.says("Confirmed on three nodes", in_=channel, thread=blamed)
    typo = await bilal.says("Rolling bakc to 41", in_=channel)
    wrong = await chen.says("It is the CDN", in_=channel)
    await rests()
    await bilal.edits(typo, "Rolling back to 41")
    await chen.deletes(wrong)
    await anna.reacts("mag", to=blamed)
    await anna.reacts("wrench", to=typo)
    await bilal.reacts("zap", to=reply)
    await rests()
    await bilal.unreacts("zap", to=reply)
    await anna.opens_home()
    await rests()
    await anna.types("/incident severity sev0 everything is down", in_=channel)
    await rests()
    await anna.presses("Post update", on=channel.pinned[0])
    await anna.submits({"What changed?": "Rolled back to 41"})
    await rests()
    await stage.pass_time(minutes=16)
    await anna.presses("Snooze", in_=channel)
    await anna.submits({"Why can the update wait?": "The rollback takes ten minutes"})
    await rests()
    await stage.pass_time(minutes=11)
    await anna.presses("Nothing new", in_=channel)
    await rests()
    await anna.types("/incident role comms @chen", in_=channel)
    await anna.types("/incident handoff @bilal the pool is still too small", in_=channel)
    await rests()
    await bilal.presses("Accept", in_=channel)
    await rests()
    await anna.types("/incident note 02:55 the alarm came", in_=channel)
    await anna.types("/incident action @chen raise the pool limit by 2026-12-01", in_=channel)
    await anna.uses("Add to timeline", on=typo)
    await anna.types("/incident rename Checkout is down", in_=channel)
    await rests()
    await bilal.types("/incident resolved no errors for ten minutes", in_=channel)
    await rests()
    await stage.pass_time(minutes=31)
    await bilal.presses("Close", on=channel.pinned[0])
    await bilal.submits(GIVEN)
    await rests()


async def chen_joins_and_says(stage: Stage, channel: Channel, text: str) -> Message:
    await stage.chen.joins(channel)
    return await stage.chen.says(text, in_=channel)


async def test_a_whole_incident_delivered_three_times_ends_like_one_delivered_once(tmp_path: Path) -> None:
    expected = await told(tmp_path / "once", whole_incident)
    assert "postmortem-INC-1.md" in expected.seen["files"]["names"]
    found = await told(tmp_path / "often", whole_incident, three_times)
    assert difference(expected, found) == ""


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", STORIES)
async def test_whatever_people_do_has_one_effect_when_delivered_twice(name: str, tmp_path: Path) -> None:
    story: Story = STORIES[name]

    async def tell(stage: Stage) -> None:
        await story.begin(stage)
        await stage.app.ticker.tick()  # what the beginning made due is said before the deed, not perhaps
        await stage.settle()
        await story.deed(stage)
        await stage.app.ticker.tick()
        if story.waits is not None:
            await stage.workspace.until(lambda: story.waits and story.waits(stage.workspace))

    expected = await told(tmp_path / "once", tell)
    assert difference(expected, await told(tmp_path / "twice", tell, twice)) == ""


async def talk(stage: Stage) -> None:
    """Messages, edits, deletions and reactions in quick succession."""
    channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
    first = await stage.bilal.says("Deploy 42 halved the pool", in_=channel)
    await stage.anna.reacts("mag", to=first)
    await stage.bilal.edits(first, "Deploy 43 halved the pool")
    await stage.bilal.says("Confirmed", in_=channel, thread=first)
    second = await stage.bilal.says("It is the CDN", in_=channel)
    await stage.anna.reacts("zap", to=second)
    await stage.anna.unreacts("zap", to=second)
    await stage.bilal.deletes(second)
    await stage.anna.reacts("wrench", to=first)


async def declared_and_talked(stage: Stage) -> None:
    await stage.declare("sev1 Checkout is failing with @bilal")
    await talk(stage)


async def declared_and_talked_late_and_backwards(stage: Stage) -> None:
    """What is said arrives minutes later, the last first, and each of it twice."""
    await stage.declare("sev1 Checkout is failing with @bilal")
    stage.workspace.delivery.hold("events_api")
    stage.workspace.delivery.duplicate_everything()
    await talk(stage)
    stage.clock.advance(minutes=4)
    stage.workspace.delivery.release(reorder=True)
    await stage.settle()
    stage.clock.advance(minutes=-4)


async def declared_and_talked_on_another_connection(stage: Stage) -> None:
    """The connection is lost with everything still unacknowledged; a new one gets all of it again."""
    await stage.declare("sev1 Checkout is failing with @bilal")
    stage.workspace.delivery.redeliver_after = 0.5
    stage.workspace.delivery.lose_next("events_api", 6)
    await talk(stage)
    await stage.workspace.delivery.refresh_sockets()
    await stage.workspace.bot_connected()


@pytest.mark.parametrize(
    "disturbed", [declared_and_talked_late_and_backwards, declared_and_talked_on_another_connection]
)
async def test_what_people_say_is_on_record_once_however_it_arrives(disturbed: Telling, tmp_path: Path) -> None:
    expected = await told(tmp_path / "calm", declared_and_talked)
    assert difference(expected, await told(tmp_path / "rough", disturbed)) == ""


async def test_a_command_that_arrives_minutes_late_and_twice_has_one_effect(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.delivery.hold("/incident")
    typing = asyncio.create_task(stage.anna.types("/incident update Rolled back", in_=channel))
    await stage.settle()
    stage.clock.advance(minutes=3)
    stage.workspace.delivery.duplicate_everything()
    stage.workspace.delivery.release()
    await typing
    await stage.settle()
    assert sum("[UPDATE 03:03] Rolled back" in one.shown for one in channel.messages) == 1


async def test_a_press_that_arrives_after_the_answer_of_somebody_else_changes_nothing(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.settle()
    line = next(one for one in channel.messages if "Withdraw" in one.buttons)
    stage.workspace.delivery.hold("block_actions")
    pressing = asyncio.create_task(stage.anna.presses("Withdraw", on=line))
    await stage.settle()
    stage.workspace.delivery._held_kinds.clear()
    await stage.bilal.presses("Accept", on=line)
    await stage.settle()
    stage.workspace.delivery.duplicate_everything()
    stage.workspace.delivery.release()
    await pressing
    await stage.settle()
    assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
    assert sum("took over as incident commander" in one.shown for one in channel.messages) == 1
