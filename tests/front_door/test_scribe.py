"""Everything said in an incident's channel is on record, and what people mark is on its timeline."""

from storage import incidents
from storage.models import Incident
from tests.stage import Stage
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
