"""Roles that nobody holds, people who hold too much, and what they read when they take one."""

from datetime import timedelta

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.front_door.test_groups import restart_with
from tests.stage import Stage

ASKS = "asks for it"


def asked(channel: Channel) -> list[Message]:
    """The lines in the channel that ask who takes a role."""
    return [one for one in channel.messages if ASKS in one.shown]


def told(who: Person) -> list[Message]:
    """The same, privately."""
    return [one for one in who.dm.messages if ASKS in one.shown]


async def test_the_commander_is_asked_first_then_the_channel_until_somebody_takes_it(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)
    await stage.pass_time(minutes=4)
    assert told(stage.anna) == []

    await stage.pass_time(minutes=1)
    [line] = told(stage.anna)
    assert line.shown.startswith("INC-1 “Everything is down” in #incident-")
    assert "nobody is communications lead, scribe or subject-matter expert yet, and SEV0 asks for it." in line.shown
    assert "/incident role comms @somebody" in line.shown
    assert line.buttons == ["I'll take communications", "I'll take scribe", "I'll take subject-matter expert"]
    assert asked(channel) == []

    # Who takes one is not asked for any more; the others are, and by then everybody.
    await stage.anna.types("/incident role comms @chen", in_=channel)
    await stage.settle()
    assert "nobody is scribe or subject-matter expert yet" in told(stage.anna)[0].shown
    await stage.pass_time(minutes=5)
    assert told(stage.anna) == []
    [line] = asked(channel)
    assert line.shown.startswith("Nobody has been scribe or subject-matter expert for 10 min, and SEV0 asks for it.")
    await stage.bilal.presses("I'll take subject-matter expert", on=line)
    await stage.settle()
    assert asked(channel)[0].buttons == ["I'll take scribe"]
    await stage.chen.presses("I'll take scribe", on=asked(channel)[0])
    await stage.settle()
    assert asked(channel) == []
    assert told(stage.dora) == []

    # Whoever leaves a role makes it free again, and the clock of that role starts anew.
    await stage.chen.types("/incident role leave scribe", in_=channel)
    await stage.settle()
    assert channel.messages[-1].shown == "@Chen Wei is no longer scribe. Who takes it? /incident role take scribe"
    await stage.pass_time(minutes=5)
    assert told(stage.anna)[0].buttons == ["I'll take scribe"]
    await stage.anna.presses("I'll take scribe", on=told(stage.anna)[0])
    await stage.settle()
    assert told(stage.anna) == []
    assert "Scribe @Anna Keller" in channel.pinned[0].shown


async def test_nobody_is_asked_when_it_is_over_and_a_raised_severity_asks_anew(stage: Stage) -> None:
    channel = await stage.declare("sev2 Search is slow")
    await stage.pass_time(minutes=30)
    assert told(stage.anna) == []

    await stage.anna.types("/incident severity sev1", in_=channel)
    await stage.pass_time(minutes=5)
    assert told(stage.anna)[0].buttons == ["I'll take subject-matter expert"]
    await stage.anna.types("/incident severity sev0", in_=channel)
    await stage.settle()
    assert told(stage.anna)[0].buttons == ["I'll take subject-matter expert"]
    await stage.pass_time(minutes=5)
    assert asked(channel)[0].buttons == [
        "I'll take communications",
        "I'll take scribe",
        "I'll take subject-matter expert",
    ]

    await stage.anna.types("/incident resolved rolled back", in_=channel)
    await stage.settle()
    assert asked(channel) == told(stage.anna) == []
    await stage.pass_time(minutes=20)
    assert asked(channel) == told(stage.anna) == []
    await stage.anna.types("/incident reopen it is back", in_=channel)
    await stage.pass_time(minutes=5)
    assert told(stage.anna)[0].buttons == [
        "I'll take communications",
        "I'll take scribe",
        "I'll take subject-matter expert",
    ]


async def test_what_is_in_triage_or_configured_otherwise_asks_nobody(stage: Stage) -> None:
    channel = await stage.declare("--triage sev0 Maybe everything is down")
    await stage.pass_time(minutes=12)
    assert told(stage.anna) == []
    await stage.anna.types("/incident triage accept", in_=channel)
    await stage.pass_time(minutes=5)
    assert len(told(stage.anna)) == 1

    await restart_with(stage, empty_role=())
    quiet = await stage.declare("sev0 Payments are down", by=stage.bilal)
    await stage.pass_time(minutes=12)
    assert asked(quiet) == told(stage.bilal) == []


async def test_a_lost_answer_or_a_restart_asks_once(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.faults.on("chat.postMessage").resets(after_effect=True)
    await stage.pass_time(minutes=5)
    await stage.restart()
    await stage.pass_time(seconds=5)
    assert len(told(stage.anna)) == 1
    await stage.stop()
    stage.clock.advance(minutes=30)
    await stage.start()
    await stage.pass_time(seconds=1)
    assert told(stage.anna) == []
    assert len(asked(channel)) == 1


def hats(who: Person) -> list[str]:
    return [one.shown for one in who.dm.messages if "incident commander and operations lead" in one.shown]


async def test_who_commands_and_debugs_at_once_is_told_kindly_and_once(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.anna.types("/incident role take ops", in_=channel)
    await stage.settle()
    [said] = hats(stage.anna)
    assert "At SEV1 each of the two takes a whole person" in said
    assert "/incident role ops @somebody, or command with /incident handoff @somebody" in said

    # The other way round, by taking over command; and never twice to the same person.
    await stage.anna.types("/incident role ops @bilal", in_=channel)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.settle()
    await stage.bilal.presses("Accept", in_=channel)
    await stage.settle()
    assert len(hats(stage.bilal)) == 1
    await stage.bilal.types("/incident role leave ops", in_=channel)
    await stage.bilal.types("/incident role take ops", in_=channel)
    await stage.settle()
    assert len(hats(stage.bilal)) == len(hats(stage.anna)) == 1

    small = await stage.declare("sev2 Search is slow", by=stage.chen)
    await stage.chen.types("/incident role take ops", in_=small)
    await stage.settle()
    assert hats(stage.chen) == []
    await stage.chen.types("/incident severity sev0", in_=small)
    await stage.settle()
    assert len(hats(stage.chen)) == 1


async def test_a_team_writes_its_own_briefings(stage: Stage) -> None:
    texts = {"comms": "# for whoever edits this\n- Write to {channel} {cadence}, {ref}.\nCall <!channel> never."}
    await restart_with(stage, role_texts=texts, empty_role=(timedelta(minutes=1),))
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident role comms @chen", in_=channel)
    await stage.anna.types("/incident role scribe @bilal", in_=channel)
    await stage.settle()
    [briefing] = stage.chen.dm.messages
    assert briefing.shown.splitlines()[1:] == [
        f"• Write to #{channel.name} every 30 min, INC-1.",
        "• Call @channel never.",
    ]
    assert "Every message is kept already" in stage.bilal.dm.messages[0].shown
