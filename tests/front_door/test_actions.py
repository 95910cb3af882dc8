"""Actions of the hour and follow-ups, in words, by wrench, by button."""

from storage import actions
from storage.models import Action
from tests.front_door.test_close import GIVEN
from tests.stage import Stage


async def follow_ups(stage: Stage) -> list[Action]:
    async with stage.app.services.database.read() as session:
        return list(await actions.of_incident(session, 1))


async def test_one_line_notes_a_follow_up_with_owner_and_day(stage: Stage) -> None:
    channel = await stage.declare()
    answer = await stage.anna.types("/incident action @chen raise the pool limit by 2026-12-01", in_=channel)
    await stage.settle()

    assert answer is not None
    assert "Noted as follow-up 1: raise the pool limit · @Chen Wei · due 2026-12-01" in answer
    [action] = await follow_ups(stage)
    assert (action.text, action.owner, action.due) == ("raise the pool limit", stage.chen.id, "2026-12-01")
    assert any("Follow-up 1: raise the pool limit" in one.shown for one in channel.messages)


async def test_they_are_listed_done_undone_handed_over_and_dropped(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident action @chen raise the pool limit by friday", in_=channel)
    await stage.anna.types("/incident action write the runbook", in_=channel)
    assert [(one.owner, one.due) for one in await follow_ups(stage)] == [
        (stage.chen.id, "2026-11-27"),
        (stage.anna.id, None),
    ]

    await stage.anna.types("/incident action done 1", in_=channel)
    await stage.anna.types("/incident action 2 @bilal by tomorrow", in_=channel)
    listed = await stage.anna.types("/incident action", in_=channel)
    assert listed is not None
    assert "✅ 1: raise the pool limit · @Chen Wei · due 2026-11-27" in listed
    assert "⬜ 2: write the runbook · @Bilal Aydin · due 2026-11-22" in listed

    await stage.anna.types("/incident action undone 1", in_=channel)
    await stage.anna.types("/incident action drop 2", in_=channel)
    await stage.settle()
    [left] = await follow_ups(stage)
    assert (left.number, left.done_at) == (1, None)
    assert "open again" in "".join(one.shown for one in channel.messages)


async def test_what_cannot_be_done_is_answered_with_what_can(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident action raise the pool limit", in_=channel)
    for typed, expected in (
        ("done 7", "Action 7 of INC-1 does not exist. There are:\n• 1: raise the pool limit"),
        ("done 1234567", "Action 1234567 of INC-1 does not exist."),
        ("done", "Which one is meant?"),
        ("done 1, 2 and 3", "Action 2 of INC-1 does not exist"),
        ("9", "has no action 9"),
        ("undone 1", "still open"),
        ("@chen", "What shall be done?"),
        ("1 now", "is for now already"),
        ("@chen restart it by 25:00", "There is no such day or time"),
        ("@chen restart it by 02:59 UTC", "has just passed: “02:59 UTC”"),
        ("@chen raise it by 2026-02-30", "There is no such day"),
        ("@chen raise it by 2026-01-01", "has passed"),
    ):
        answer = await stage.anna.types(f"/incident action {typed}", in_=channel)
        assert answer is not None
        assert expected in answer, typed
    [untouched] = await follow_ups(stage)
    assert (untouched.done_at, untouched.during) == (None, True)


async def test_a_number_that_begins_a_sentence_is_part_of_it(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident action 2 pods need more memory", in_=channel)

    assert [one.text for one in await follow_ups(stage)] == ["2 pods need more memory"]


async def test_a_wrench_makes_a_follow_up_once_and_says_so_in_the_thread(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.invites(stage.bilal, channel)
    message = await stage.anna.says("@chen please raise the pool limit by 2026-12-01", in_=channel)
    await stage.anna.reacts("wrench", to=message)
    await stage.bilal.reacts("wrench", to=message)
    await stage.settle()

    [action] = await follow_ups(stage)
    assert (action.text, action.owner, action.due) == ("please raise the pool limit", stage.chen.id, "2026-12-01")
    [line] = message.replies
    assert line.shown.startswith("🔧 Follow-up 1: please raise the pool limit · @Chen Wei · due 2026-12-01")
    assert "/incident action 1 @someone" in line.shown

    await stage.anna.types("/incident action done 1", in_=channel)
    await stage.settle()
    assert [one.shown for one in message.replies] == [
        "✅ Follow-up 1 is done by @Anna Keller: please raise the pool limit"
    ]


async def test_taking_the_last_wrench_off_withdraws_it_and_a_new_one_brings_it_back(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.invites(stage.bilal, channel)
    message = await stage.anna.says("raise the pool limit", in_=channel)
    await stage.anna.reacts("wrench", to=message)
    await stage.bilal.reacts("wrench", to=message)
    await stage.anna.unreacts("wrench", to=message)
    await stage.settle()
    assert [one.owner for one in await follow_ups(stage)] == [stage.anna.id]

    await stage.bilal.unreacts("wrench", to=message)
    await stage.settle()
    assert await follow_ups(stage) == []
    assert [one.shown for one in message.replies] == ["Follow-up 1 is withdrawn: raise the pool limit"]

    await stage.anna.reacts("wrench", to=message)
    await stage.settle()
    assert [one.number for one in await follow_ups(stage)] == [1]


async def test_a_follow_up_that_is_done_outlives_its_wrench(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("raise the pool limit", in_=channel)
    await stage.anna.reacts("wrench", to=message)
    await stage.settle()
    await stage.anna.types("/incident action done 1", in_=channel)
    await stage.anna.unreacts("wrench", to=message)
    await stage.settle()

    assert [one.done_by for one in await follow_ups(stage)] == [stage.anna.id]


async def test_a_follow_up_follows_its_message_until_somebody_changes_it(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("raise the pool limit", in_=channel)
    await stage.anna.reacts("wrench", to=message)
    await stage.settle()
    await stage.anna.edits(message, "@bilal raise the pool limit to 200")
    await stage.settle()
    assert [(one.text, one.owner) for one in await follow_ups(stage)] == [
        ("raise the pool limit to 200", stage.bilal.id)
    ]

    await stage.anna.types("/incident action 1 @chen", in_=channel)
    await stage.anna.edits(message, "@bilal raise the pool limit to 300")
    await stage.settle()
    assert [(one.text, one.owner) for one in await follow_ups(stage)] == [
        ("raise the pool limit to 300", stage.chen.id)
    ]


async def test_the_line_in_the_thread_is_posted_once_though_slacks_answer_is_lost(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("raise the pool limit", in_=channel)
    stage.workspace.faults.on("chat.postMessage").resets(after_effect=True)
    await stage.anna.reacts("wrench", to=message)
    await stage.settle()
    await stage.pass_time(seconds=5)

    assert len(message.replies) == 1
    await stage.anna.types("/incident action drop 1", in_=channel)
    await stage.settle()
    assert [one.shown for one in message.replies] == ["Follow-up 1 is withdrawn: raise the pool limit"]


async def test_a_file_without_words_can_be_a_follow_up_too(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("", in_=channel, files=[("heap.hprof", b"heap")])
    await stage.anna.reacts("wrench", to=message)
    await stage.settle()

    assert [one.text for one in await follow_ups(stage)] == ["look at heap.hprof"]


async def test_an_action_of_the_hour_is_asked_for_in_its_thread_twice_and_across_a_restart(stage: Stage) -> None:
    channel = await stage.declare()
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)
    zone = "11:20"  # Chen is in Singapore, where it is 11:00
    answer = await stage.chen.types(f"/incident action @bilal restart the workers by {zone}", in_=channel)
    assert answer is not None
    assert answer.startswith("Noted as action 1: restart the workers · @Bilal Aydin · due ")
    await stage.settle()
    [action] = await follow_ups(stage)
    assert action.due_at is not None
    assert (action.due_at.isoformat(), action.during) == ("2026-11-21T03:20:00+00:00", True)
    [line] = [one for one in channel.messages if one.shown.startswith("🔧 Action 1")]
    assert line.buttons == ["Done", "After the incident"]

    await stage.stop()
    stage.clock.advance(minutes=21)
    await stage.start()
    await stage.pass_time(seconds=1)
    [asked] = line.replies
    assert asked.shown.startswith("⏰ @Bilal Aydin: action 1 was due")
    await stage.pass_time(minutes=16)
    await stage.pass_time(minutes=30)
    assert len(line.replies) == 2

    await stage.bilal.presses("30 min more", on=line.replies[-1])
    await stage.settle()
    await stage.bilal.presses("Done", on=line.replies[-1])
    await stage.settle()
    assert line.shown == "✅ Action 1 is done by @Bilal Aydin: restart the workers"
    await stage.pass_time(minutes=40)
    assert len(line.replies) == 2


async def test_what_is_needed_now_and_what_can_wait_change_places_and_the_closing_carries_over(stage: Stage) -> None:
    channel = await stage.declare()
    message = await stage.anna.says("raise the pool limit", in_=channel)
    await stage.anna.reacts("wrench", to=message)
    timed = await stage.anna.says("@bilal please fail over in 20 min", in_=channel)
    await stage.anna.reacts("wrench", to=timed)
    await stage.settle()  # whoever marks is met first, and what is typed meanwhile would come before
    await stage.anna.types("/incident action drain the queue", in_=channel)
    await stage.anna.types("/incident action follow-up: write the runbook", in_=channel)
    await stage.settle()
    assert [(one.number, one.during, one.due_at is not None) for one in await follow_ups(stage)] == [
        (1, False, False),
        (2, True, True),
        (3, True, False),
        (4, False, False),
    ]
    await stage.anna.presses("Needed now", on=message.replies[0])
    await stage.anna.types("/incident action 3 after", in_=channel)
    await stage.settle()
    assert message.replies[0].shown.startswith("🔧 Action 1: raise the pool limit")
    listed = await stage.anna.types("/incident action", in_=channel)
    assert listed is not None
    assert [one for one in listed.split("\n") if one and not one.startswith(("⬜", "/", "["))] == [
        "Actions of INC-1",
        "Now",
        "After the incident",
    ]
    page = stage.anna.ephemerals()[-1]
    assert page.buttons == [*["Done"] * 4, "New action"]
    await stage.anna.presses("New action", on=page)
    await stage.anna.submits({"What shall be done?": "warm the cache", "Until when?": "25:00"})
    assert stage.anna.modal is not None
    assert "There is no such day or time" in str(stage.anna.modal.errors)
    await stage.anna.submits({"Until when?": "in 30 min"})
    await stage.settle()
    made = (await follow_ups(stage))[-1]
    assert (made.number, made.text, made.owner, made.during) == (5, "warm the cache", stage.anna.id, True)
    await stage.anna.types("/incident action drop 5", in_=channel)
    await stage.anna.presses("Done", on=page)
    answer = await stage.anna.types("/incident action done 3 and 4", in_=channel)
    assert answer is not None
    assert answer.split("\n")[1] == "Action 4 of INC-1 is done: write the runbook"
    await stage.settle()
    assert message.replies[0].shown.startswith("✅ Action 1 is done by @Anna Keller")

    await stage.anna.types("/incident resolved failed over", in_=channel)
    await stage.pass_time(minutes=31)
    await stage.anna.presses("Close", in_=channel)
    await stage.anna.submits(GIVEN)
    await stage.settle()
    left = [one for one in await follow_ups(stage) if one.done_at is None]
    assert [(one.number, one.during, one.due_at) for one in left] == [(2, False, None)]
    assert [one for one in timed.replies if "was due" in one.shown] == []
