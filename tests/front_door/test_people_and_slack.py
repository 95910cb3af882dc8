"""What people do to a channel by hand: the bot repairs what is its own, says once what it cannot, and fights nobody."""

from dataclasses import replace

from storage import incidents
from storage.models import Known
from tests.front_door.test_reconcile import away
from tests.front_door.test_scribe import lines_of, said_in
from tests.stage import Stage


async def told(stage: Stage) -> list[str]:
    """The timeline's lines about the channel."""
    return [line.text for line in await lines_of(stage) if line.kind == "channel"]


async def test_an_unpinned_card_is_pinned_again_and_left_alone_when_somebody_means_it(stage: Stage) -> None:
    channel = await stage.declare()
    (card,) = channel.pinned
    await stage.anna.unpins(card)
    await stage.settle()
    assert channel.pinned == [card]

    stage.clock.advance(minutes=30)
    await stage.anna.unpins(card)
    await stage.settle()
    assert channel.pinned == [card]

    stage.clock.advance(minutes=2)
    await stage.anna.unpins(card)
    await stage.settle()
    await stage.restart()
    assert channel.pinned == []
    assert await told(stage) == ["The card was unpinned again, so it stays unpinned."]

    other = await stage.anna.says("Look here", in_=channel)
    await stage.anna.pins(other)
    await stage.anna.unpins(other)
    await stage.settle()
    assert channel.pinned == []


async def test_a_deleted_card_is_posted_and_pinned_anew_with_what_is_true_now(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.deletes(channel.pinned[0], as_admin=True)
    await stage.settle()
    (card,) = channel.pinned
    assert "Checkout is failing" in card.shown

    await stage.anna.types("/incident severity sev3 because few notice", in_=channel)
    await stage.settle()
    assert "SEV3" in card.shown
    assert len([one for one in channel.messages if one.shown.startswith("🔴")]) == 1

    await stage.anna.deletes(card, as_admin=True)
    await stage.settle()
    assert channel.pinned == []
    assert await told(stage) == ["The card was deleted again. It comes back with the next change of the incident."]
    await stage.anna.types("/incident update rolling back", in_=channel)
    await stage.settle()
    assert "rolling back" in channel.pinned[0].shown


async def test_a_card_is_posted_anew_once_when_slack_loses_its_answer(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("chat.postMessage").fails("internal_error", after_effect=True)
    await stage.anna.deletes(channel.pinned[0], as_admin=True)
    await stage.settle()
    await stage.pass_time(seconds=5)
    assert len(channel.pinned) == 1
    assert len([one for one in channel.messages if one.shown.startswith("🔴")]) == 1


async def test_a_deleted_announcement_is_posted_anew(stage: Stage) -> None:
    await stage.declare()
    announcements = stage.workspace.channel("incidents")
    await stage.anna.deletes(announcements.messages[-1], as_admin=True)
    await stage.settle()
    (announcement,) = [one for one in announcements.messages if "Checkout is failing" in one.shown]
    await stage.anna.types("/incident update INC-1 rolling back", in_="general")
    await stage.settle()
    assert "rolling back" in announcement.shown


async def test_a_card_that_went_while_the_bot_was_away_is_there_again(stage: Stage) -> None:
    channel = await stage.declare()
    other = await stage.declare("sev2 Search is slow")
    async with away(stage):
        await stage.anna.deletes(channel.pinned[0], as_admin=True)
        await stage.anna.unpins(other.pinned[0])
    assert ["Checkout is failing" in one.shown for one in channel.pinned] == [True]
    assert ["Search is slow" in one.shown for one in other.pinned] == [True]


async def test_a_topic_set_by_hand_stays_until_the_record_changes(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.sets_topic(channel, "Bridge: https://meet.example/42")
    await stage.settle()
    await stage.anna.types("/incident update still looking", in_=channel)
    await stage.settle()
    await stage.restart()
    assert channel.topic == "Bridge: https://meet.example/42"
    await stage.anna.types("/incident severity sev3 because few notice", in_=channel)
    await stage.settle()
    assert channel.topic.startswith("SEV3")


async def test_a_bot_that_is_removed_says_so_once_and_reads_back_when_it_is_invited_again(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.removes(stage.workspace.bot_user_id, channel)
    await stage.settle()
    await stage.anna.says("Limit raised", in_=channel)
    await stage.restart()
    assert await told(stage) == [
        "Sitrep is no longer in the channel. What is said there is not recorded until it is invited again."
    ]
    assert len([one for one in stage.anna.dm.messages if "I am no longer in" in one.shown]) == 1

    await stage.anna.invites(stage.workspace.bot_user_id, channel)
    await stage.settle()
    assert [one.message.text for one in await said_in(stage)] == ["Limit raised"]
    assert (await told(stage))[1:] == [
        "Sitrep is in the channel again and reads back what was said meanwhile.",
    ]


async def test_an_archived_channel_is_said_once_and_brought_up_to_date_when_it_is_open_again(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.invites(stage.bilal, channel)
    await stage.bilal.archives(channel)
    await stage.settle()
    await stage.anna.types("/incident update INC-1 rolled back", in_="general")
    await stage.anna.types("/incident severity INC-1 sev2 because few notice", in_="general")
    await stage.settle()
    await stage.restart()
    assert await told(stage) == ["The channel was archived. Nothing can be posted there until somebody unarchives it."]
    (message,) = [one for one in stage.anna.dm.messages if "archived" in one.shown]
    assert message.shown.startswith("@Bilal Aydin archived #incident-2026-11-21-checkout-is-failing while INC-1 is")

    await stage.bilal.unarchives(channel)
    await stage.settle()
    assert stage.workspace.bot_user_id in channel.members
    assert len([one for one in channel.messages if "[UPDATE" in one.shown and "rolled back" in one.shown]) == 1
    assert "SEV2" in channel.pinned[0].shown
    assert channel.topic.startswith("SEV2")
    assert await told(stage) == [
        "The channel was archived. Nothing can be posted there until somebody unarchives it.",
        "Sitrep is in the channel again and reads back what was said meanwhile.",
    ]


async def test_a_channel_that_is_archived_while_the_bot_is_away_is_noticed_at_its_start(stage: Stage) -> None:
    channel = await stage.declare()
    async with away(stage):
        await stage.anna.archives(channel)
    assert await told(stage) == ["The channel was archived. Nothing can be posted there until somebody unarchives it."]
    assert len([one for one in stage.anna.dm.messages if "archived" in one.shown]) == 1


async def test_a_channel_made_private_is_announced_no_longer(stage: Stage) -> None:
    policy = replace(stage.settings.policy, admins=(stage.dora.id,), admins_see_private=True)
    stage.settings = replace(stage.settings, policy=policy)
    await stage.restart()
    channel = await stage.declare()
    await stage.anna.makes_private(channel)
    await stage.settle()
    announcements = stage.workspace.channel("incidents")
    assert [one.shown for one in announcements.messages if "Checkout is failing" in one.shown] == []
    assert "Checkout" not in str(await stage.chen.types("/incident list"))
    assert "Checkout" in str(await stage.dora.types("/incident list"))
    assert await told(stage) == ["The channel was made private. The incident is not announced any longer."]
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert "rolled back" in channel.pinned[0].shown
    assert [one.shown for one in announcements.messages if "rolled back" in one.shown] == []


async def test_a_channel_renamed_by_hand_keeps_its_name_and_is_named_so(stage: Stage) -> None:
    channel = await stage.declare()
    async with away(stage):
        await stage.anna.renames(channel, "war-room")
    await stage.anna.types("/incident update still looking", in_=channel)
    await stage.settle()
    assert channel.name == "war-room"
    async with stage.app.services.database.read() as session:
        found = await incidents.get(session, 1)
    assert found is not None
    assert found.channel_name == "war-room"


async def test_a_channel_that_gets_another_id_goes_on_as_it_was(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.says("The pool is full", in_=channel)
    await stage.settle()
    stage.workspace.change_channel_id(channel)
    stage.workspace.change_channel_id(stage.workspace.channel("incidents"))
    await stage.settle()
    await stage.anna.says("Limit raised", in_=channel)
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert [one.message.text for one in await said_in(stage)] == ["The pool is full", "Limit raised"]
    assert "rolled back" in channel.pinned[0].shown
    assert len([one for one in channel.messages if "[UPDATE" in one.shown]) == 1
    assert "rolled back" in stage.workspace.channel("incidents").messages[-1].shown


async def test_an_announcement_channel_that_was_made_anew_is_found(stage: Stage) -> None:
    async with stage.app.services.database.write() as session:
        await session.merge(Known(key="channel:incidents", value="C0GONE"))
    await stage.declare()
    assert "Checkout is failing" in stage.workspace.channel("incidents").messages[-1].shown
    assert [line for line in await lines_of(stage) if line.kind == "problem"] == []
