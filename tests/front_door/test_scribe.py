"""Everything said in an incident's channel is on record, and what people mark is on its timeline."""

import json
from pathlib import Path

import pytest

from bot.export_cli import export
from bot.practice.state import posting
from storage import incidents
from storage.models import Incident
from tests.postgres import fresh_database
from tests.stage import Stage, open_stage
from workflows.timeline import Said, TimelineLine, messages_of, timeline


async def incident_of(stage: Stage) -> Incident:
    async with stage.app.services.database.read() as session:
        incident = await incidents.get(session, 1)
    assert incident is not None
    return incident


async def said_in(stage: Stage) -> list[Said]:
    """What people said there, without the bot and without Slack's grey lines."""
    incident = await incident_of(stage)
    async with stage.app.services.database.read() as session:
        found = await messages_of(session, incident)
    bot = stage.app.services.slack.user_id
    return [one for one in found if one.message.user_id != bot and one.message.subtype in ("", "file_share")]


async def lines_of(stage: Stage) -> list[TimelineLine]:
    incident = await incident_of(stage)
    async with stage.app.services.database.read() as session:
        return await timeline(session, incident)


async def marked(stage: Stage) -> list[tuple[str, str]]:
    """Kind and text of what stands for messages."""
    return [(line.kind, line.text) for line in await lines_of(stage) if line.ts is not None]


async def test_messages_replies_edits_deletions_and_files_are_kept(stage: Stage) -> None:
    channel = await stage.declare()
    first = await stage.anna.says("The pool is exhausted", in_=channel)
    reply = await stage.anna.says("Since 14:02", thread=first)
    await stage.anna.says("Graphs", in_=channel, files=[("latency.png", b"png")])
    wrong = await stage.anna.says("It is DNS", in_=channel)
    await stage.anna.edits(first, "The connection pool is exhausted")
    await stage.anna.deletes(wrong)
    await stage.settle()

    said = await said_in(stage)
    texts = [one.message.text for one in said]
    assert texts == ["The connection pool is exhausted", "Since 14:02", "Graphs", "It is DNS"]
    assert [one.text for one in said[0].revisions] == ["The pool is exhausted"]
    assert said[0].message.revisions == 1
    assert said[0].message.edited_at is not None
    assert (said[1].message.ts, said[1].message.thread_ts) == (reply.ts, first.ts)
    assert [file["name"] for file in said[2].message.files] == ["latency.png"]
    assert said[3].message.deleted_at is not None
    assert said[2].message.deleted_at is None


async def test_the_bots_own_posts_are_kept_without_their_many_edits(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident sev sev2", in_=channel)
    await stage.settle()

    async with stage.app.services.database.read() as session:
        said = await messages_of(session, await incident_of(stage))
    card = next(one for one in said if one.message.ts == channel.pinned[0].ts)
    assert card.message.user_id == stage.app.services.slack.user_id
    assert card.message.revisions == 0
    assert card.revisions == ()


async def test_other_channels_are_left_alone(stage: Stage) -> None:
    await stage.declare()
    general = stage.workspace.channel("general")
    await stage.anna.invites(stage.workspace.bot_user_id, general)
    await stage.anna.says("Lunch?", in_=general)
    await stage.settle()

    assert await said_in(stage) == []


async def test_a_pushpin_puts_a_message_on_the_timeline_and_taking_it_back_takes_it_off(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("Pool full", in_=channel)
    await stage.pass_time(minutes=5)
    await stage.anna.reacts("pushpin", to=message)
    await stage.settle()

    [line] = [line for line in await lines_of(stage) if line.ts == message.ts]
    assert (line.kind, line.text, line.by) == ("key", "Pool full", stage.anna.id)
    assert line.recorded_at > line.at

    await stage.anna.unreacts("pushpin", to=message)
    await stage.settle()
    assert await marked(stage) == []


async def test_events_in_the_wrong_order_and_twice_give_the_same_record(stage: Stage) -> None:
    await play_backwards(stage)


@pytest.mark.postgres
async def test_on_postgresql_too(tmp_path: Path) -> None:
    async with fresh_database() as url, open_stage(tmp_path, database_url=url) as stage:
        await play_backwards(stage)


async def play_backwards(stage: Stage) -> None:
    channel = await stage.declare()
    delivery = stage.workspace.delivery
    delivery.hold("message")
    delivery.hold("reaction_added")
    message = await stage.anna.says("The pool is fool", in_=channel)
    await stage.anna.reacts("pushpin", to=message)
    await stage.anna.reacts("wrench", to=message)
    await stage.anna.edits(message, "The pool is full")
    await stage.anna.edits(message, "The pool is full since 14:02")
    delivery.duplicate_next("message", 2)
    delivery.release(reorder=True)
    await stage.settle()

    [said] = await said_in(stage)
    assert said.message.text == "The pool is full since 14:02"
    assert [one.text for one in said.revisions] == ["The pool is fool", "The pool is full"]
    assert said.message.revisions == 2
    assert await marked(stage) == [
        ("key", "The pool is full since 14:02"),
        ("follow-up", "The pool is full since 14:02"),
    ]
    assert len([one for one in message.replies if "Follow-up 1" in one.shown]) == 1


async def test_what_bots_react_marks_nothing(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("The pool is full", in_=channel)
    robot = stage.workspace.add_person("Robot")
    stage.workspace.state.users[robot.id].is_bot = True
    await stage.anna.invites(robot, channel)
    await robot.reacts("pushpin", to=message)
    await robot.reacts("wrench", to=message)
    await stage.app.services.slack.decor.react(channel.id, message.ts, "mag")
    await stage.settle()

    assert await marked(stage) == []
    assert message.replies == []
    [said] = await said_in(stage)
    assert sorted(said.reactions) == ["mag", "pushpin", "wrench"]


async def test_an_edit_that_changes_only_what_surrounds_the_words_is_no_revision(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("See https://example.com", in_=channel)
    posting.edit(stage.workspace.state, message, attachments=[{"title": "Example"}])
    await stage.settle()

    [said] = await said_in(stage)
    assert (said.message.revisions, said.revisions, said.message.edited_at) == (0, (), None)


async def test_a_skin_tone_is_the_same_reaction(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("Thanks", in_=channel)
    await stage.anna.reacts("thumbsup::skin-tone-3", to=message)
    await stage.settle()

    [said] = await said_in(stage)
    assert said.reactions == {"thumbsup": (stage.anna.id,)}


async def test_names_are_known_for_an_export_before_anybody_closes(stage: Stage, tmp_path: Path) -> None:
    channel = await stage.declare("sev1 Checkout is failing @bilal")
    await stage.bilal.says("Looking at the pool", in_=channel)
    await stage.settle()
    before = len([call for call in stage.workspace.calls if call.method == "users.info"])
    await stage.bilal.says("Still looking", in_=channel)
    await stage.settle()
    await export(stage.settings, "INC-1", "json", str(tmp_path / "out.json"))

    exported = json.loads((tmp_path / "out.json").read_text())
    assert exported["names"][stage.bilal.id] == "Bilal Aydin"
    assert len([call for call in stage.workspace.calls if call.method == "users.info"]) == before
