"""Who does what, as people take it, give it and leave it."""

import asyncio
from dataclasses import replace

import pytest

from bot.practice.driver.person import Person
from tests.stage import Stage


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def test_giving_a_role_invites_briefs_and_shows_the_holder(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    await stage.pass_time(minutes=10)

    answer = await stage.anna.types("/incident role comms @chen", in_=channel)
    await stage.settle()

    assert answer == "@Chen Wei is communications lead of INC-1 now, and gets a briefing."
    assert stage.chen.id in channel.members
    assert "Communications @Chen Wei" in channel.pinned[0].shown
    assert "I'll take communications" not in channel.pinned[0].buttons
    assert any(one.shown == "@Chen Wei is communications lead." for one in channel.messages)
    [briefing] = stage.chen.dm.messages
    assert briefing.shown.startswith("You are communications lead of INC-1 · Everything is down.")
    assert "An update every 15 min" in briefing.shown
    assert "What happened so far\n• 03:00 UTC Declared SEV0" in briefing.shown


async def test_a_free_role_is_taken_from_the_card(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    await stage.bilal.joins(channel)

    await stage.bilal.presses("I'll take scribe", in_=channel)
    await stage.settle()

    assert "Scribe @Bilal Aydin" in channel.pinned[0].shown
    assert "Every message is kept already" in stage.bilal.dm.messages[0].shown


async def test_of_two_who_take_a_role_at_once_one_is_told_who_was_first(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    card = channel.pinned[0]
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)

    await asyncio.gather(
        stage.bilal.presses("I'll take communications", on=card),
        stage.chen.presses("I'll take communications", on=card),
    )
    await stage.settle()

    [second] = [who for who in (stage.bilal, stage.chen) if who.ephemerals()]
    [first] = {stage.bilal, stage.chen} - {second}
    assert told(second).startswith(f"@{first.name} is communications lead already.")
    assert f"Communications @{first.name}" in channel.pinned[0].shown


@pytest.mark.parametrize(
    "typed",
    [
        "role take comms",
        "ROLE @bilal COMMS",
        "roles i'll take the communications lead",
        "role INC-1 communications @bilal",
    ],
)
async def test_words_come_in_any_order_and_case(stage: Stage, typed: str) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.bilal.types(f"/incident {typed}", in_=channel)
    await stage.settle()
    assert "Communications @Bilal Aydin" in channel.pinned[0].shown


async def test_experts_may_be_many(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    for name in ("bilal", "chen"):
        await stage.anna.types(f"/incident role expert @{name}", in_=channel)
    await stage.settle()
    assert "Subject-matter expert @Bilal Aydin, @Chen Wei" in channel.pinned[0].shown
    assert not any("is subject-matter expert" in one.shown for one in channel.messages)

    await stage.anna.types("/incident role sme @chen", in_=channel)
    assert told(stage.anna) == "@Chen Wei is subject-matter expert of INC-1 already. Nothing was changed."


async def test_a_role_alone_lists_holders_and_free_ones(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    await stage.anna.types("/incident role", in_=channel)

    shown = told(stage.anna)
    assert "Incident commander (ic): @Anna Keller" in shown
    assert "Communications (comms): free, needed at SEV0" in shown
    assert "Operations (ops): free\n" in shown
    assert stage.anna.ephemerals()[-1].buttons == [
        "I'll take communications",
        "I'll take operations",
        "I'll take scribe",
        "I'll take subject-matter expert",
    ]
    await stage.anna.presses("I'll take operations", on=stage.anna.ephemerals()[-1])
    await stage.settle()
    assert "Operations @Anna Keller" in channel.pinned[0].shown

    await stage.anna.types("/incident role ops", in_=channel)
    assert told(stage.anna) == "Roles of INC-1\n• Operations (ops): @Anna Keller"


async def test_a_role_can_be_left(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.bilal.types("/incident role take scribe", in_=channel)
    await stage.bilal.types("/incident role leave", in_=channel)
    await stage.settle()
    assert told(stage.bilal) == "@Bilal Aydin is no longer scribe. /incident role scribe @somebody fills it."
    assert "Scribe" not in channel.pinned[0].shown

    await stage.bilal.types("/incident role leave scribe", in_=channel)
    assert told(stage.bilal) == "You are not scribe of INC-1. Nothing was changed."


async def test_somebody_elses_role_is_taken_back_by_the_commander_only(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)
    await stage.bilal.types("/incident role take scribe", in_=channel)
    await stage.chen.types("/incident role remove scribe @bilal", in_=channel)
    assert "can leave that role themselves" in told(stage.chen)
    await stage.chen.types("/incident role scribe me", in_=channel)
    assert told(stage.chen).startswith("@Bilal Aydin is scribe already. They can pass it on")

    await stage.anna.types("/incident role scribe @chen", in_=channel)
    await stage.settle()
    assert "Scribe @Chen Wei" in channel.pinned[0].shown


async def test_command_is_neither_taken_nor_left_without_a_handoff(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)

    await stage.bilal.types("/incident role take ic", in_=channel)
    assert "@Anna Keller is incident commander, and command is handed over" in told(stage.bilal)
    await stage.anna.types("/incident role ic @bilal", in_=channel)
    assert "/incident handoff and @Bilal Aydin" in told(stage.anna)
    await stage.anna.types("/incident role leave ic", in_=channel)
    assert told(stage.anna).startswith("An incident always has a commander. Hand over first")
    await stage.settle()
    assert "Incident commander @Anna Keller" in channel.pinned[0].shown


async def test_an_admin_gives_command_without_an_answer(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.stop()
    stage.settings = replace(stage.settings, policy=replace(stage.settings.policy, admins=(stage.dora.id,)))
    await stage.start()
    await stage.dora.joins(channel)

    await stage.dora.types("/incident role ic @chen", in_=channel)
    await stage.settle()

    assert "Incident commander @Chen Wei" in channel.pinned[0].shown
    assert "IC Chen Wei" in channel.topic
    assert "You coordinate; you do not debug." in stage.chen.dm.messages[0].shown


CANNOT_WORK = [
    ("president @chen", "There is no role “president”. There are ic (incident commander), comms"),
    ("<b>", "There is no role “<b>”."),
    ("@chen", "Which role? ic (incident commander), comms"),
    ("comms @bilal @chen", "One person at a time"),
    ("comms @sitrep", "Sitrep keeps the record"),
    ("leave comms", "You are not communications lead of INC-1."),
]


async def test_words_that_cannot_work_get_a_sentence(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    card = channel.pinned[0].shown
    for typed, sentence in CANNOT_WORK:
        await stage.anna.types(f"/incident role {typed}", in_=channel)
        await stage.settle()
        assert told(stage.anna).startswith(sentence)
        assert channel.pinned[0].shown == card


async def test_the_timeline_keeps_who_did_what_when(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident role comms @bilal", in_=channel)
    await stage.anna.types("/incident role comms @chen", in_=channel)
    await stage.settle()
    async with stage.app.services.database.read() as session:
        from storage import timeline

        texts = [entry.text for entry in await timeline.entries(session, 1) if entry.kind == "role"]
    bilal, chen = stage.bilal.mention, stage.chen.mention
    assert texts == [f"{bilal} is communications lead", f"{chen} is communications lead instead of {bilal}"]


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open"])
async def test_a_lost_answer_of_slack_briefs_once(stage: Stage, method: str) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.faults.on(method).resets(after_effect=True)
    await stage.anna.types("/incident role comms @chen", in_=channel)
    for _ in range(4):
        await stage.pass_time(seconds=5)
    assert len(stage.chen.dm.messages) == 1
    assert len([one for one in channel.messages if one.shown == "@Chen Wei is communications lead."]) == 1
