"""Whatever goes wrong while an incident is closed: one draft, one last word."""

import pytest

from bot.practice.state.channels import Channel
from bot.practice.state.files import File
from bot.practice.workspace import Workspace
from tests.front_door.test_close import GIVEN, on_disk, press_close, stable
from tests.stage import Stage

CALLS = (
    "conversations.history",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "conversations.canvases.create",
    "chat.postMessage",
)


def drafts(workspace: Workspace) -> list[File]:
    return [one for one in workspace.files if one.name == "postmortem-INC-1.md" and one.complete]


def last_words(channel: Channel) -> list[str]:
    return [one.shown for one in channel.messages if "INC-1 is closed" in one.shown]


async def closing(stage: Stage) -> Channel:
    """An incident whose form has been filled in; it is closed by what follows."""
    channel = await stable(stage)
    await press_close(stage, channel)
    return channel


async def close_in_spite(stage: Stage) -> None:
    """Submit, and wait until everything has been tried again."""
    await stage.anna.submits(GIVEN)
    await stage.settle()
    for _ in range(len(CALLS) + 2):
        await stage.pass_time(seconds=5)


@pytest.mark.exhaustive
@pytest.mark.parametrize("after_effect", [True, False], ids=["lost_reply", "nothing_done"])
@pytest.mark.parametrize("method", CALLS)
async def test_a_call_without_an_answer_leaves_one_draft(stage: Stage, method: str, after_effect: bool) -> None:
    channel = await closing(stage)
    stage.workspace.faults.on(method).resets(after_effect=after_effect)
    await close_in_spite(stage)

    [file] = drafts(stage.workspace)
    assert file.text == on_disk(stage)
    assert len(last_words(channel)) == 1


@pytest.mark.exhaustive
async def test_a_busy_slack_only_delays_it(stage: Stage) -> None:
    channel = await closing(stage)
    for method in CALLS:
        stage.workspace.faults.on(method).answers_429(retry_after=2)
    await close_in_spite(stage)
    assert len(drafts(stage.workspace)) == 1
    assert len(last_words(channel)) == 1


async def test_what_slack_refuses_for_good_is_told_and_the_rest_goes_on(stage: Stage) -> None:
    channel = await closing(stage)
    stage.workspace.faults.on("conversations.canvases.create").fails("canvas_disabled_user_team")
    stage.workspace.faults.on("files.completeUploadExternal").fails("posting_to_channel_denied")
    await close_in_spite(stage)

    [text] = last_words(channel)
    assert "Slack did not take the file" in text
    assert "canvas" not in text
    assert "A deploy halved the pool" in on_disk(stage)
