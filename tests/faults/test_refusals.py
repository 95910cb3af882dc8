"""What Slack refuses until a person changes something: a sentence that says who and how, and then it is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace
from tests.stage import Stage
from workflows.refusals import UNKNOWN, WHO_CAN_FIX, who_can_fix

NAME = "incident-2026-11-21-checkout-is-failing"
ADMIN = "A workspace admin must let apps do this"
OPERATOR = "Whoever runs Sitrep must reinstall the app"


def shown_in(channel: Channel) -> str:
    return "\n".join(message.shown for message in channel.messages)


async def told_by(stage: Stage, words: str, *, in_: Channel | str = NAME) -> str:
    answer = await stage.anna.types(f"/incident {words}", in_=in_)
    await stage.settle()
    return answer or ""


async def whispers_about(stage: Stage) -> list[str]:
    """Whatever is due in the next seconds, and what Anna has been told then."""
    await stage.pass_time(seconds=6)
    await stage.pass_time(seconds=6)
    return [whisper.shown for whisper in stage.anna.ephemerals()]


@pytest.mark.parametrize(
    ("method", "error", "sentence"),
    [
        ("pins.add", "restricted_action", ADMIN),
        ("conversations.setTopic", "restricted_action_read_only_channel", ADMIN),
        ("conversations.invite", "user_is_restricted", "They are a guest: a workspace admin must add them"),
        ("conversations.join", "missing_scope", OPERATOR),
    ],
)
async def test_an_incident_goes_on_without_what_was_refused_until_it_is_repaired(
    stage: Stage, method: str, error: str, sentence: str
) -> None:
    stage.workspace.faults.on(method, times=None).fails(error)
    channel = await stage.declare()
    assert "SEV1" in shown_in(channel)
    status = await told_by(stage, "status INC-1", in_="general")
    assert error in status
    assert sentence in status

    stage.workspace.faults.clear()
    answer = await told_by(stage, "status repair INC-1", in_="general")
    assert answer.startswith("Trying again for INC-1:")
    assert "Not in Slack yet" not in await told_by(stage, "status INC-1", in_="general")
    assert_complete(stage.workspace, channel)


def assert_complete(workspace: Workspace, channel: Channel) -> None:
    assert len(channel.pinned) == 1
    assert channel.topic.startswith("SEV1")
    assert "Anna Keller" in {person.name for person in workspace.people if person.id in channel.members}
    assert len([one for one in workspace.channel("incidents").messages if "INC-1" in one.shown]) == 1


async def test_what_was_refused_is_tried_again_at_start_and_told_once(stage: Stage) -> None:
    stage.workspace.faults.on("pins.add", times=None).fails("restricted_action")
    channel = await stage.declare()
    await stage.restart()
    timeline = await told_by(stage, "timeline", in_=channel)
    assert timeline.count("The card could not be pinned") == 1

    stage.workspace.faults.clear()
    await stage.restart()
    assert len(channel.pinned) == 1
    assert "Not in Slack yet" not in await told_by(stage, "status", in_=channel)


async def test_without_a_channel_work_goes_on_and_all_of_it_is_there_once_channels_are_allowed(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.create", times=None).fails("restricted_action")
    await told_by(stage, "declare sev1 Checkout is failing with @bilal", in_="general")
    assert ADMIN in stage.anna.ephemerals()[-1].shown
    await told_by(stage, "update INC-1 Rolled back to 41", in_="general")
    await told_by(stage, "role INC-1 comms @chen", in_="general")

    stage.workspace.faults.clear()
    await told_by(stage, "status repair INC-1", in_="general")
    channel = stage.workspace.channel(NAME)
    assert_complete(stage.workspace, channel)
    assert shown_in(channel).count("Rolled back to 41") == 2  # the card, and the update
    assert stage.chen in channel.members
    assert any("INC-1 is set up" in one.shown for one in stage.anna.ephemerals())


async def test_an_archived_channel_is_told_to_who_asked_and_made_good_once_it_is_unarchived(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.archives(channel)
    await stage.settle()
    await told_by(stage, "update INC-1 Rolled back to 41", in_="general")
    told = [one for one in await whispers_about(stage) if "not all of it is in Slack" in one]
    assert len(told) == 1
    assert "is_archived" in told[0]
    assert told[0].count("Somebody in the workspace must unarchive the channel") == 1

    await stage.anna.unarchives(channel)
    await stage.settle()
    await stage.anna.invites(stage.workspace.bot_user_id, channel)
    await told_by(stage, "status repair INC-1", in_="general")
    assert sum("[UPDATE" in one.shown for one in channel.messages) == 1


async def test_a_token_that_is_refused_is_told_below_the_command_and_everything_follows_with_a_good_one(
    stage: Stage,
) -> None:
    stage.workspace.faults.on("conversations.create", times=None).fails("invalid_auth")
    await told_by(stage, "declare sev1 Checkout is failing", in_="general")
    told = [one for one in await whispers_about(stage) if "Slack refuses Sitrep's token" in one]
    assert len(told) == 1
    assert "invalid_auth" in told[0]
    assert "Whoever runs Sitrep must copy the bot token anew" in told[0]

    stage.workspace.faults.clear()
    await stage.pass_time(seconds=60)
    assert_complete(stage.workspace, stage.workspace.channel(NAME))


async def test_there_is_nothing_to_repair_where_everything_is_shown(stage: Stage) -> None:
    channel = await stage.declare()
    assert "there is nothing to repair" in await told_by(stage, "status repair", in_=channel)


@given(st.sampled_from(sorted(WHO_CAN_FIX)))
def test_every_sentence_names_somebody_and_what_to_do(error: str) -> None:
    sentence = who_can_fix(error)
    assert sentence.endswith(".")
    assert sentence != UNKNOWN
    assert any(word in sentence for word in ("must", "can", "name ", "need"))


def test_an_error_that_nobody_has_heard_of_names_the_doctor() -> None:
    assert "sitrep doctor" in who_can_fix("odd_new_error")
