"""Reminders as people meet them: one line that asks, and everything that answers it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_app
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from storage import timeline
from tests.postgres import fresh_database
from tests.stage import Stage, open_stage
from workflows import reminders


def asked(channel: Channel) -> list[Message]:
    """The reminders that stand in a channel now."""
    return [message for message in channel.messages if message.shown.startswith("No update for")]


def announced(stage: Stage) -> list[str]:
    return [one.shown for one in stage.workspace.channel("incidents").messages if "no update since" in one.shown]


def times_asked(stage: Stage) -> int:
    """How often a reminder was posted, whether it still stands or not."""
    posts = [call for call in stage.workspace.calls if call.method == "chat.postMessage"]
    return sum("No update for" in str(call.args) for call in posts)


async def snooze(stage: Stage, who: Person, channel: Channel, reason: str, length: str) -> dict[str, str]:
    await who.presses("Snooze", in_=channel)
    complaints = await who.submits({"Why can the update wait?": reason, "Remind us again in": length})
    await stage.settle()
    return complaints


async def test_when_an_update_is_due_one_line_asks_the_commander_for_it(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=29)
    assert asked(channel) == []

    await stage.pass_time(minutes=1)

    [line] = asked(channel)
    assert line.shown.startswith("No update for 30 min. @Anna Keller: what has changed?")
    assert line.buttons == ["Post update", "Nothing new", "Snooze", "Hand over", "Mitigate"]
    assert announced(stage) == []


async def test_the_ladder_climbs_and_the_old_line_goes_when_the_next_comes(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.chen.joins(channel)
    await stage.chen.presses("I'll take subject-matter expert", in_=channel)
    await stage.pass_time(minutes=30)
    await stage.pass_time(minutes=5)

    [line] = asked(channel)
    assert line.shown.startswith("No update for 35 min. @Anna Keller, @Chen Wei: what has changed?")
    await stage.pass_time(minutes=10)

    [line] = asked(channel)
    assert "No update for 45 min" in line.shown
    [outside] = announced(stage)
    assert outside.startswith("INC-1 SEV1 “Checkout is failing”: no update since 03:00")
    assert f"#{channel.name}" in outside
    assert "@" not in outside


async def test_reminders_go_on_at_the_cadence_while_nobody_answers(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    for minutes in (30, 5, 10):
        await stage.pass_time(minutes=minutes)
    before = times_asked(stage)

    await stage.pass_time(minutes=29)
    assert times_asked(stage) == before
    await stage.pass_time(minutes=1)

    assert times_asked(stage) == before + 1
    assert len(asked(channel)) == 1
    assert len(announced(stage)) == 1


async def test_an_update_takes_the_lines_away_and_starts_the_clock_anew(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing, password: hunter2horse")
    await stage.pass_time(minutes=50)
    assert asked(channel)
    [outside] = announced(stage)
    assert outside.startswith("INC-1 SEV1 “Checkout is failing, password: «masked: password» no update since 03:00")
    assert "hunter2horse" not in outside  # nor in the channel's name
    assert "hunter2horse" in channel.pinned[0].shown

    await stage.anna.types("/incident update The database has no free connections", in_=channel)
    await stage.settle()

    assert asked(channel) == []
    assert announced(stage) == []
    await stage.pass_time(minutes=29)
    assert asked(channel) == []
    await stage.pass_time(minutes=1)
    assert asked(channel)[0].shown.startswith("No update for 30 min.")


async def test_nothing_new_is_an_update(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=30)

    await stage.anna.presses("Nothing new", in_=channel)
    await stage.settle()

    assert asked(channel) == []
    assert any("[UPDATE 03:30] Nothing new" in message.shown for message in channel.messages)
    assert "Next update due: 04:00" in channel.pinned[0].shown


async def test_two_people_who_press_nothing_new_make_one_update(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.pass_time(minutes=30)
    [line] = asked(channel)

    await stage.anna.presses("Nothing new", on=line)
    await stage.bilal.presses("Nothing new", on=line)
    await stage.settle()

    assert len([message for message in channel.messages if "Nothing new" in message.shown]) == 1
    assert "An update has just come in" in stage.bilal.ephemerals()[-1].shown


async def test_a_snooze_is_visible_and_the_reminder_comes_back_at_its_end(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=30)

    assert await snooze(stage, stage.anna, channel, "The rollback is <running>", "10 min") == {}

    assert asked(channel) == []
    assert "snoozed until 03:40" in channel.pinned[0].shown
    said = [message.shown for message in channel.messages]
    assert any("@Anna Keller snoozed the reminders until 03:40" in line for line in said)
    assert any("The rollback is <running>" in line for line in said)
    await stage.pass_time(minutes=9)
    assert asked(channel) == []
    await stage.pass_time(minutes=1)
    assert asked(channel)[0].shown.startswith("No update for 40 min. @Anna Keller: what has changed?")
    assert "snoozed" not in channel.pinned[0].shown


async def test_a_snooze_needs_a_reason_and_keeps_within_the_cadence(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    await stage.pass_time(minutes=15)

    await stage.anna.presses("Snooze", in_=channel)
    assert stage.anna.modal is not None
    complaints = await stage.anna.submits({"Why can the update wait?": "…"})
    assert "A few words" in complaints["Why can the update wait?"]
    assert stage.anna.modal.values["Remind us again in"] == "10 min"
    assert "20 min" not in stage.anna.modal.shown
    assert asked(channel)


async def test_a_snooze_ends_with_an_update(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=30)
    await snooze(stage, stage.anna, channel, "Waiting for the rollback", "30 min")

    await stage.anna.types("/incident update Rolled back", in_=channel)
    await stage.settle()

    assert "Next update due: 04:00" in channel.pinned[0].shown
    await stage.pass_time(minutes=30)
    assert len(asked(channel)) == 1


async def test_what_is_not_due_cannot_be_snoozed(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.pass_time(minutes=30)
    [line] = asked(channel)
    await snooze(stage, stage.anna, channel, "Waiting for the rollback", "10 min")

    await stage.bilal.presses("Snooze", on=line)
    await stage.settle()
    assert "snoozed already, until 03:40" in stage.bilal.ephemerals()[-1].shown

    await stage.anna.types("/incident update Rolled back", in_=channel)
    await stage.bilal.presses("Snooze", on=line)
    await stage.settle()
    assert "No update is due yet" in stage.bilal.ephemerals()[-1].shown
    assert stage.bilal.modal is None


async def test_a_resolved_incident_is_never_reminded(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=30)
    [line] = asked(channel)

    await stage.anna.types("/incident resolved Rolled back", in_=channel)
    await stage.settle()
    assert asked(channel) == []

    await stage.pass_time(hours=5)
    assert asked(channel) == []
    await stage.anna.presses("Nothing new", on=line)
    await stage.anna.presses("Snooze", on=line)
    await stage.settle()
    told = [one.shown for one in stage.anna.ephemerals()][-2:]
    assert told == [
        "INC-1 is resolved, so no update is due. Nothing was posted.",
        "INC-1 is resolved, so nobody is reminded of updates. Nothing to snooze.",
    ]


async def test_a_severity_without_a_cadence_is_never_reminded(stage: Stage) -> None:
    channel = await stage.declare("sev3 A typo on the price list")
    await stage.pass_time(days=3)
    assert asked(channel) == []

    await stage.anna.types("/incident severity sev1", in_=channel)
    await stage.pass_time(minutes=30)
    assert len(asked(channel)) == 1
    await stage.anna.types("/incident severity sev3 because it is a typo", in_=channel)
    await stage.settle()
    assert asked(channel) == []
    await stage.pass_time(days=3)
    assert asked(channel) == []


async def test_after_downtime_people_get_the_one_reminder_that_matters_now(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.stop()
    stage.clock.advance(minutes=100)
    await stage.start()
    await stage.pass_time(seconds=1)

    [line] = asked(channel)
    assert line.shown.startswith("No update for 1 h 40 min.")
    assert times_asked(stage) == 1
    assert len(announced(stage)) == 1


async def test_after_an_outage_of_slack_the_newest_reminder_speaks_alone(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.faults.on("chat.postMessage", times=None).fails("fatal_error")
    for minutes in (30, 5, 10):
        stage.clock.advance(minutes=minutes)
        await stage.app.ticker.tick()
        await stage.workspace.settled()
    stage.workspace.faults.clear()
    await stage.pass_time(minutes=2)

    [line] = asked(channel)
    assert line.shown.startswith("No update for 4")  # 45 or 47 minutes, whichever try got through
    assert sum("No update for" in str(call.args) for call in stage.workspace.calls if call.error is None) == 1
    assert len(announced(stage)) == 1


@pytest.mark.parametrize(("method", "after_effect"), [("chat.delete", True), ("conversations.history", False)])
async def test_a_lost_answer_never_leaves_two_reminders(stage: Stage, method: str, *, after_effect: bool) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(minutes=30)
    stage.workspace.faults.on("chat.postMessage").resets(after_effect=True)
    stage.workspace.faults.on(method).resets(after_effect=after_effect)
    for _ in range(3):
        await stage.pass_time(minutes=5)
    for _ in range(8):
        await stage.pass_time(seconds=5)  # what was cut only now is tried again, and may be cut once more

    [line] = asked(channel)
    assert "No update for 45 min" in line.shown
    assert len(announced(stage)) == 1


async def test_a_channel_that_was_archived_is_noted_once_and_the_bot_goes_on(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.archives(channel)
    for minutes in (30, 5, 10):
        await stage.pass_time(minutes=minutes)
    assert len(announced(stage)) == 1

    async with stage.app.services.database.read() as session:
        problems = [entry.text for entry in await timeline.entries(session, 1) if entry.kind == "problem"]
    [problem] = [one for one in problems if one.startswith("The reminder")]
    assert problem.startswith("The reminder could not be posted (Slack says `is_archived`). Somebody in the workspace")
    assert len(asked(await stage.declare("sev1 Search is down"))) == 0


async def test_an_update_while_the_reminder_is_being_posted_takes_it_away(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")

    async def update() -> None:
        await stage.anna.types("/incident update Rolled back", in_=channel)

    is_reminder = lambda args: "No update for" in str(args)  # noqa: E731
    stage.workspace.faults.on("chat.postMessage", where=is_reminder).calls(update, when="after")
    await stage.pass_time(minutes=30)

    assert asked(channel) == []
    assert times_asked(stage) == 1


async def test_two_ticks_at_once_remind_once(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.clock.advance(minutes=30)

    counts = await asyncio.gather(*(reminders.tick(stage.app.services) for _ in range(5)))
    await stage.settle()

    assert len([count for count in counts if count]) == 1
    assert len(asked(channel)) == 1
    assert times_asked(stage) == 1


@pytest.mark.postgres
async def test_two_replicas_remind_once_and_hand_over_once(tmp_path: Path) -> None:
    async with (
        fresh_database() as url,
        open_stage(tmp_path, database_url=url) as stage,
        open_app(replace(stage.settings, http_port=0), clock=stage.clock) as other,
    ):
        channel = await stage.declare("sev1 Checkout is failing")
        for minutes in (30, 5, 10):
            stage.clock.advance(minutes=minutes)
            await asyncio.gather(stage.app.ticker.tick(), other.ticker.tick())
            await stage.settle()
        assert times_asked(stage) == 3
        assert len(asked(channel)) == 1
        assert len(announced(stage)) == 1

        await stage.anna.types("/incident handoff @bilal", in_=channel)
        await stage.settle()
        presses = [stage.bilal.presses("Accept", in_=channel), stage.anna.presses("Withdraw", in_=channel)]
        ticks = [stage.app.ticker.tick(), other.ticker.tick()]
        await asyncio.gather(*presses, stage.anna.types("/incident update Rolled back", in_=channel), *ticks)
        await stage.settle()

        told = [one.shown for who in (stage.anna, stage.bilal) for one in who.ephemerals()]
        assert sum("Nothing was changed" in one for one in told) == 1
        assert not any("Something broke" in one for one in told)
        assert asked(channel) == []


async def test_the_announcement_channel_hears_nothing_of_a_private_incident(stage: Stage) -> None:
    assert stage.app.services.policy.ladder[-1].after == timedelta(minutes=15)
    await stage.declare("sev1 Checkout is failing")
    async with stage.app.services.database.write() as session:
        from storage import incidents

        incident = await incidents.locked(session, 1)
        assert incident is not None
        incident.private = True
        session.add(incident)

    await stage.pass_time(minutes=45)

    assert announced(stage) == []
