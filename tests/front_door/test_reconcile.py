"""What was said while the bot was away is on record once it is back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage import messages
from storage.models import Gap
from tests.front_door.test_actions import follow_ups
from tests.front_door.test_scribe import lines_of, marked, said_in
from tests.stage import Stage
from workflows.reconcile import reconcile


@asynccontextmanager
async def away(stage: Stage) -> AsyncIterator[None]:
    """The bot is away for longer than Slack tries again."""
    delivery = stage.workspace.delivery
    patience, delivery.redeliver_after = delivery.redeliver_after, 0.02
    await stage.stop()
    yield
    await stage.workspace.settled()
    delivery.redeliver_after = patience
    await stage.start()
    await stage.settle()


async def test_what_happened_while_the_bot_was_away_is_on_the_timeline_when_it_is_back(stage: Stage) -> None:
    channel = await stage.declare()
    first = await stage.anna.says("The pool is fool", in_=channel)
    wrong = await stage.anna.says("It is DNS", in_=channel)
    pinned = await stage.anna.says("Failing over", in_=channel)
    await stage.anna.reacts("zap", to=pinned)
    await stage.settle()

    async with away(stage):
        await stage.anna.edits(first, "The pool is full")
        await stage.anna.deletes(wrong)
        await stage.anna.unreacts("zap", to=pinned)
        await stage.anna.reacts("mag", to=first)
        missed = await stage.anna.says("Limit raised", in_=channel)
        await stage.anna.says("To 200", thread=missed)
        await stage.anna.reacts("pushpin", to=missed)
        task = await stage.anna.says("@chen write it down by 2026-12-01", in_=channel)
        await stage.anna.reacts("wrench", to=task)
    assert stage.workspace.delivery.lost

    said = {one.message.text: one for one in await said_in(stage)}
    assert list(said) == [
        "The pool is full",
        "It is DNS",
        "Failing over",
        "Limit raised",
        "To 200",
        f"<@{stage.chen.id}> write it down by 2026-12-01",
    ]
    assert [one.text for one in said["The pool is full"].revisions] == ["The pool is fool"]
    assert said["It is DNS"].message.deleted_at is not None
    assert said["To 200"].message.thread_ts == missed.ts
    assert [kind for kind, _ in await marked(stage)] == ["finding", "key", "follow-up"]
    assert [(one.text, one.owner, one.due) for one in await follow_ups(stage)] == [
        ("write it down", stage.chen.id, "2026-12-01")
    ]
    assert [one.shown.startswith("🔧 Follow-up 1") for one in task.replies] == [True]


async def test_reading_back_again_changes_nothing(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.invites(stage.bilal, channel)
    first = await stage.anna.says("The pool is fool", in_=channel)
    await stage.bilal.says("Since when?", thread=first)
    await stage.anna.edits(first, "The pool is full")
    await stage.anna.reacts("pushpin", to=first)
    await stage.anna.deletes(await stage.anna.says("It is DNS", in_=channel))
    await stage.settle()
    before = [(one.message.model_dump(), one.reactions, one.revisions) for one in await said_in(stage)]
    lines = await lines_of(stage)

    await reconcile(stage.app.services, 1)
    await reconcile(stage.app.services, 1)
    await stage.settle()

    assert [(one.message.model_dump(), one.reactions, one.revisions) for one in await said_in(stage)] == before
    assert await lines_of(stage) == lines


async def test_a_second_absence_is_read_from_where_the_first_reading_ended(stage: Stage) -> None:
    channel = await stage.declare()
    thread = await stage.anna.says("The pool is full", in_=channel)
    async with away(stage):
        await stage.anna.says("one", in_=channel)
    stage.clock.advance(hours=2)
    async with away(stage):
        await stage.anna.says("two", in_=channel)
        await stage.anna.says("three", thread=thread)

    assert [one.message.text for one in await said_in(stage)] == ["The pool is full", "one", "two", "three"]


async def test_a_reply_that_is_gone_from_its_thread_is_found_out(stage: Stage) -> None:
    channel = await stage.declare()
    thread = await stage.anna.says("The pool is full", in_=channel)
    await stage.anna.says("It is", thread=thread)
    reply = await stage.anna.says("It is not", thread=thread)
    await stage.settle()
    async with away(stage):
        await stage.anna.deletes(reply)

    assert [(one.message.text, one.message.deleted_at is not None) for one in await said_in(stage)] == [
        ("The pool is full", False),
        ("It is", False),
        ("It is not", True),
    ]


async def test_an_edit_and_a_mark_in_a_quiet_thread_are_found_after_an_absence(stage: Stage) -> None:
    channel = await stage.declare()
    thread = await stage.anna.says("The pool is full", in_=channel)
    reply = await stage.anna.says("Since 14:02", thread=thread)
    await stage.settle()
    async with away(stage):
        await stage.anna.edits(reply, "Since 14:05")
        await stage.anna.reacts("mag", to=reply)

    assert await marked(stage) == [("finding", "Since 14:05")]


async def test_nothing_is_lost_when_slack_is_busy_while_the_channel_is_read_back(stage: Stage) -> None:
    channel = await stage.declare()
    async with away(stage):
        await stage.anna.says("Missed", in_=channel)
        stage.workspace.faults.on("conversations.history", times=2).answers_429(retry_after=2)
    await stage.pass_time(seconds=3)
    await stage.pass_time(seconds=3)

    assert [one.message.text for one in await said_in(stage)] == ["Missed"]


async def test_what_slack_refuses_to_show_is_a_gap_and_no_more_once_it_shows_it_again(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.says("The pool is full", in_=channel)
    await stage.settle()
    await stage.anna.removes(stage.workspace.bot_user_id, channel)
    await reconcile(stage.app.services, 1)

    async def gaps() -> list[Gap]:
        async with stage.app.services.database.read() as session:
            return list(await messages.gaps_of(session, 1))

    assert [one.reason for one in await gaps()] == ["not_in_channel"]

    await stage.anna.says("Rolled back", in_=channel)
    await stage.anna.invites(stage.workspace.bot_user_id, channel)
    await reconcile(stage.app.services, 1)
    assert await gaps() == []
    assert [one.message.text for one in await said_in(stage)] == ["The pool is full", "Rolled back"]
