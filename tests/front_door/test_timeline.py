"""Marks, notes and the timeline, as people meet them."""

import pytest

from storage import incidents
from storage import timeline as lines
from storage.models import Incident
from tests.front_door.test_scribe import lines_of, marked, said_in
from tests.stage import Stage
from workflows import marks
from workflows.errors import UserError


async def test_the_emoji_says_what_kind_of_moment_it_is(stage: Stage) -> None:
    channel = await stage.declare()
    for emoji, text in (("mag", "The pool is full"), ("zap", "Rolled back"), ("scales", "We fail over at 04:00")):
        await stage.anna.reacts(emoji, to=await stage.anna.says(text, in_=channel))
    await stage.anna.reacts("tada", to=await stage.anna.says("Nice", in_=channel))
    await stage.settle()

    assert await marked(stage) == [
        ("finding", "The pool is full"),
        ("action", "Rolled back"),
        ("decision", "We fail over at 04:00"),
    ]


async def test_two_people_marking_a_message_is_one_line_until_both_have_taken_it_back(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.invites(stage.bilal, channel)
    message = await stage.anna.says("The pool is full", in_=channel)
    await stage.anna.reacts("pushpin", to=message)
    await stage.bilal.reacts("pushpin", to=message)
    await stage.settle()
    assert await marked(stage) == [("key", "The pool is full")]

    await stage.anna.unreacts("pushpin", to=message)
    await stage.settle()
    assert await marked(stage) == [("key", "The pool is full")]

    await stage.bilal.unreacts("pushpin", to=message)
    await stage.settle()
    assert await marked(stage) == []


async def test_a_marked_message_shows_its_newest_words_and_that_it_was_deleted(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("The pool is fool", in_=channel)
    await stage.anna.reacts("pushpin", to=message)
    await stage.anna.edits(message, "The pool is full")
    await stage.settle()
    assert await marked(stage) == [("key", "The pool is full")]

    await stage.anna.deletes(message)
    await stage.settle()
    assert await marked(stage) == [("key", "The pool is full (this message was deleted)")]


async def test_the_menu_of_a_message_puts_it_on_the_timeline_and_the_answer_takes_it_off(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("The pool is full", in_=channel)
    await stage.settle()

    await stage.anna.uses("Add to timeline", on=message)
    await stage.settle()
    answer = stage.anna.ephemerals()[-1]
    assert "“The pool is full” is on the timeline of INC-1 as a key moment" in answer.shown
    assert await marked(stage) == [("key", "The pool is full")]

    await stage.anna.uses("Add to timeline", on=message)
    await stage.settle()
    answer = stage.anna.ephemerals()[-1]
    assert "is a key moment of INC-1 already" in answer.shown
    assert await marked(stage) == [("key", "The pool is full")]

    await stage.anna.presses("Take it off again", on=answer)
    await stage.settle()
    assert "off the timeline" in stage.anna.ephemerals()[-1].shown
    assert await marked(stage) == []
    async with stage.app.services.database.read() as session:
        declared = next(one for one in await lines.entries(session, 1) if one.kind == "declared")
    with pytest.raises(UserError, match="not on record"):  # a button that was made up
        await marks.unmark(stage.app.services, declared.id or 0, press="made-up")


async def test_the_menu_works_for_a_message_whose_event_is_still_on_its_way(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.delivery.hold("message")
    message = await stage.anna.says("Nobody heard this yet", in_=channel)
    await stage.anna.uses("Add to timeline", on=message)
    assert await marked(stage) == [("key", "Nobody heard this yet")]

    stage.workspace.delivery.release()
    await stage.settle()
    assert await marked(stage) == [("key", "Nobody heard this yet")]
    assert [one.message.text for one in await said_in(stage)] == ["Nobody heard this yet"]


async def test_outside_an_incident_channel_the_menu_says_what_to_do(stage: Stage) -> None:
    message = await stage.anna.says("Lunch?", in_="general")
    await stage.anna.uses("Add to timeline", on=message)
    await stage.settle()

    assert "not an incident's channel" in stage.anna.ephemerals()[-1].shown


async def test_a_note_goes_to_the_timeline_at_its_own_time_and_to_the_channel(stage: Stage) -> None:
    channel = await stage.declare()
    answer = await stage.anna.types("/incident note 02:05 rolled back to 41", in_=channel)
    await stage.settle()

    assert answer is not None
    assert "On the timeline of INC-1" in answer
    [line] = [line for line in await lines_of(stage) if line.kind == "note"]
    assert (f"{line.at:%Y-%m-%d %H:%M}", line.text, line.by) == (
        "2026-11-21 02:05",
        "rolled back to 41",
        stage.anna.id,
    )
    assert (await lines_of(stage))[0] == line
    [post] = [one.shown for one in channel.messages if "rolled back to 41" in one.shown]
    assert post.startswith("📝 @Anna Keller noted for")


async def test_a_note_at_an_impossible_time_is_refused_with_what_would_work(stage: Stage) -> None:
    channel = await stage.declare()
    for typed in ("25:00 rolled back", "2027-01-01 10:00 rolled back"):
        answer = await stage.anna.types(f"/incident note {typed}", in_=channel)
        assert answer is not None
        assert "is not a time that has passed; nothing was noted" in answer
    answer = await stage.anna.types("/incident note", in_=channel)
    assert answer is not None
    assert "/incident note 14:05 rolled back" in answer
    await stage.settle()

    assert [line for line in await lines_of(stage) if line.kind == "note"] == []


async def test_the_timeline_is_shown_to_who_asks_the_newest_thirty_lines_first(stage: Stage) -> None:
    channel = await stage.declare()
    for number in range(40):
        await stage.anna.types(f"/incident note step {number} of the recovery", in_=channel)
    await stage.settle()

    answer = await stage.anna.types("/incident timeline", in_=channel)
    everything = await stage.anna.types("/incident timeline all", in_=channel)

    assert answer is not None
    assert everything is not None
    assert "the newest 30 of 4" in answer
    assert answer.count("2026-11-21 at ") == 1
    assert "step 39 of" in answer
    assert "step 5 of" not in answer
    assert "/incident timeline all" in answer
    assert "step 0 of the recovery" in everything
    assert "Declared SEV1: Checkout is failing" in everything
    assert "sitrep export INC-1" in everything


async def test_a_channel_that_somebody_renames_is_known_by_its_new_name(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.renames(channel, "war-room")
    await stage.settle()

    async with stage.app.services.database.read() as session:
        incident: Incident | None = await incidents.get(session, 1)
    assert incident is not None
    assert incident.channel_name == "war-room"
