"""Handing over command, as the people in it meet it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.stage import Stage, open_stage
from workflows.policy import default_policy


async def offered(stage: Stage, note: str = "") -> Channel:
    """An incident of Anna's that Bilal has been asked to take over. He is in its channel by then."""
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types(f"/incident handoff @bilal {note}".strip(), in_=channel)
    await stage.settle()
    return channel


def line(channel: Channel) -> Message:
    """The channel's newest line about the handoff."""
    words = ("take over", "took over", "declined at", "did not answer by")
    return next(one for one in reversed(channel.messages) if any(word in one.shown for word in words))


def briefing(who: Person) -> Message:
    return next(message for message in who.dm.messages if "incident commander of INC-1" in message.shown)


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


def everybody_says(stage: Stage, channel: Channel, name: str) -> bool:
    """Whether card, topic and announcement agree on who is incident commander."""
    outside = [one.shown for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]
    return (
        f"Incident commander @{name}" in channel.pinned[0].shown
        and f"IC {name}" in channel.topic
        and f"IC @{name}" in outside[0]
    )


async def test_the_receiver_is_invited_and_asked_in_the_channel_and_directly(stage: Stage) -> None:
    channel = await offered(stage, "The rollback is running")

    assert stage.bilal.id in channel.members
    assert line(channel).shown.startswith(
        "@Bilal Aydin: @Anna Keller asks you to take over as incident commander of INC-1. "
        "@Anna Keller stays until you accept; the offer ends 03:05"
    )
    assert "The rollback is running" in line(channel).shown
    assert line(channel).buttons == ["Accept", "Decline", "Withdraw"]
    assert briefing(stage.bilal).buttons == ["Accept", "Decline"]
    assert everybody_says(stage, channel, "Anna Keller")
    assert "Handoff: @Bilal Aydin has been asked to take over from @Anna Keller" in channel.pinned[0].shown


async def test_the_briefing_tells_what_a_successor_needs(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident update The pool is exhausted since 02:50", in_=channel)
    await stage.anna.types("/incident identified A query without an index", in_=channel)
    await stage.pass_time(minutes=12)
    await stage.anna.types("/incident handoff @bilal Ask Chen about the index", in_=channel)
    await stage.settle()

    text = briefing(stage.bilal).shown
    assert "Note: Ask Chen about the index" in text
    assert "INC-1 · Checkout is failing" in text
    assert "State: identified, running for 12 min" in text
    assert "Now: A query without an index" in text
    assert "Impact: not described yet" in text
    assert "A query without an index" in text
    assert "Open actions: none on record" in text
    assert "Promised outside: an update by 03:30" in text
    assert "last update 03:00 UTC: The pool is exhausted since 02:50" in text
    assert "Who does what: Incident commander @Anna Keller" in text


@pytest.mark.parametrize("where", ["channel", "direct"])
async def test_accepting_moves_command_and_everything_agrees(stage: Stage, where: str) -> None:
    channel = await offered(stage)
    await stage.pass_time(minutes=2)

    place = line(channel) if where == "channel" else briefing(stage.bilal)
    await stage.bilal.presses("Accept", on=place)
    await stage.settle()

    assert everybody_says(stage, channel, "Bilal Aydin")
    assert line(channel).shown == "@Bilal Aydin took over as incident commander from @Anna Keller at 03:02 UTC."
    assert line(channel).buttons == []
    assert briefing(stage.bilal).buttons == []
    assert "You took over as incident commander of INC-1 at 03:02" in briefing(stage.bilal).shown
    assert "You coordinate; you do not debug" in briefing(stage.bilal).shown
    assert "@Bilal Aydin is incident commander of INC-1 now" in stage.anna.dm.messages[-1].shown
    assert "Handoff:" not in channel.pinned[0].shown


async def test_declining_leaves_command_where_it_is(stage: Stage) -> None:
    channel = await offered(stage)

    await stage.bilal.presses("Decline", on=briefing(stage.bilal))
    await stage.settle()

    assert everybody_says(stage, channel, "Anna Keller")
    assert line(channel).shown == "@Bilal Aydin declined at 03:00 UTC. @Anna Keller stays incident commander."
    assert "you are still incident commander. Ask somebody else" in stage.anna.dm.messages[-1].shown
    assert stage.anna.dm.messages[-1].buttons == ["Hand over"]


async def test_an_offer_expires_and_the_giver_is_told_what_to_do(stage: Stage) -> None:
    channel = await offered(stage)
    before = line(channel)
    await stage.pass_time(minutes=4)
    assert before.buttons

    await stage.pass_time(minutes=1)

    assert everybody_says(stage, channel, "Anna Keller")
    assert line(channel).shown == "@Bilal Aydin did not answer by 03:05 UTC. @Anna Keller stays incident commander."
    assert "did not answer within 5 min, so you are still incident commander" in stage.anna.dm.messages[-1].shown
    await stage.anna.types("/incident handoff @chen", in_=channel)
    await stage.settle()
    await stage.chen.presses("Accept", in_=channel)
    await stage.settle()
    assert everybody_says(stage, channel, "Chen Wei")


async def test_accepting_after_the_offer_ended_changes_nothing(stage: Stage) -> None:
    channel = await offered(stage)
    stage.clock.advance(minutes=5)

    await stage.bilal.types("/incident handoff accept", in_=channel)

    assert "ended at 03:05 UTC without an answer, so nothing was changed" in told(stage.bilal)
    await stage.pass_time(seconds=1)
    assert everybody_says(stage, channel, "Anna Keller")


async def test_the_expiry_holds_after_a_restart(stage: Stage) -> None:
    channel = await offered(stage)
    await stage.stop()
    stage.clock.advance(hours=2)
    await stage.start()
    await stage.pass_time(seconds=1)

    assert "did not answer by" in line(channel).shown
    assert line(channel).buttons == []


async def test_a_stranger_who_presses_accept_gets_a_sentence_and_nothing_changes(stage: Stage) -> None:
    channel = await offered(stage)
    await stage.dora.joins(channel)

    for label in ("Accept", "Decline", "Withdraw"):
        await stage.dora.presses(label, on=line(channel))
        await stage.settle()

    said = [one.shown for one in stage.dora.ephemerals()]
    assert said[0].startswith("Only @Bilal Aydin, who was asked, can answer this.")
    assert said[1] == said[0]
    assert said[2] == "Only @Anna Keller, who asked, can withdraw this."
    assert everybody_says(stage, channel, "Anna Keller")
    assert line(channel).buttons == ["Accept", "Decline", "Withdraw"]


async def test_who_offered_cannot_accept_for_the_other(stage: Stage) -> None:
    channel = await offered(stage)
    await stage.anna.presses("Accept", on=line(channel))
    await stage.settle()
    assert "Only @Bilal Aydin" in told(stage.anna)
    assert everybody_says(stage, channel, "Anna Keller")


async def test_an_offer_can_be_withdrawn(stage: Stage) -> None:
    channel = await offered(stage)
    question = line(channel)

    await stage.anna.presses("Withdraw", on=question)
    await stage.settle()

    assert line(channel).shown == "The offer to @Bilal Aydin to take over was withdrawn at 03:00 UTC."
    await stage.bilal.types("/incident handoff accept", in_=channel)
    assert "Nobody has been asked to take over INC-1" in told(stage.bilal)
    assert everybody_says(stage, channel, "Anna Keller")


async def test_two_presses_at_once_have_one_winner_and_the_other_is_told(stage: Stage) -> None:
    channel = await offered(stage)
    question = line(channel)

    await asyncio.gather(
        stage.bilal.presses("Accept", on=question),
        stage.anna.presses("Withdraw", on=question),
    )
    await stage.settle()

    sentences = [one.shown for who in (stage.anna, stage.bilal) for one in who.ephemerals()]
    lost = [one for one in sentences if "Nothing was changed" in one]
    assert len(lost) == 1
    winner = "Bilal Aydin" if "took over" in lost[0] else "Anna Keller"
    assert everybody_says(stage, channel, winner)


async def test_accepting_twice_is_accepting_once(stage: Stage) -> None:
    channel = await offered(stage)
    question, direct = line(channel), briefing(stage.bilal)
    await asyncio.gather(stage.bilal.presses("Accept", on=question), stage.bilal.presses("Accept", on=direct))
    await stage.settle()
    assert "took over at 03:00 UTC. Nothing was changed again." in told(stage.bilal)
    assert everybody_says(stage, channel, "Bilal Aydin")


async def test_a_second_offer_names_the_first_and_the_way_out(stage: Stage) -> None:
    channel = await offered(stage)

    await stage.anna.types("/incident handoff @chen", in_=channel)

    assert "@Bilal Aydin has been asked to take over and can answer until 03:05" in told(stage.anna)
    assert stage.anna.ephemerals()[-1].buttons == ["Withdraw"]
    await stage.anna.presses("Withdraw", on=stage.anna.ephemerals()[-1])
    await stage.settle()
    await stage.anna.types("/incident handoff @chen", in_=channel)
    await stage.settle()
    assert line(channel).shown.startswith("@Chen Wei: @Anna Keller asks you")


async def test_only_the_commander_can_offer_command(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.chen.joins(channel)

    await stage.chen.types("/incident handoff @bilal", in_=channel)
    assert told(stage.chen).startswith("@Anna Keller is incident commander, so only they can hand over INC-1.")
    await stage.chen.presses("Hand over", in_=channel)
    await stage.settle()
    assert stage.chen.modal is None
    assert "only they can hand over" in told(stage.chen)


CANNOT_WORK = [
    ("@anna", "You are incident commander already. Name the person who takes over."),
    ("bilal", "Who takes over? Mention them"),
    ("@bilal @chen", "One person takes over. Mention them"),
    ("@sitrep", "A bot cannot command an incident."),
    ("decline", "Nobody has been asked to take over INC-1."),
]


async def test_words_that_cannot_work_get_a_sentence(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    for typed, sentence in CANNOT_WORK:
        await stage.anna.types(f"/incident handoff {typed}", in_=channel)
        await stage.settle()
        assert told(stage.anna).startswith(sentence)
        assert everybody_says(stage, channel, "Anna Keller")


async def test_people_type_hand_over_to(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident hand over to @bilal", in_=channel)
    await stage.settle()
    assert line(channel).shown.startswith("@Bilal Aydin: @Anna Keller asks you")


async def test_an_offer_waits_for_the_channel(tmp_path: Path) -> None:
    async with open_stage(tmp_path, paced_by_clock=True) as stage:
        rule = stage.workspace.faults.on("conversations.create", times=2).answers_429(retry_after=3)
        await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
        await stage.workspace.until(lambda: rule.hits)
        await stage.anna.types("/incident handoff INC-1 @bilal", in_="general")
        for _ in range(3):
            await stage.pass_time(seconds=4)

        channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
        assert line(channel).buttons == ["Accept", "Decline", "Withdraw"]
        assert briefing(stage.bilal).buttons == ["Accept", "Decline"]


async def test_the_button_opens_a_form_with_person_and_note(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")

    await stage.anna.presses("Hand over", in_=channel)
    complaints = await stage.anna.submits({"Who takes over?": stage.anna})
    assert complaints == {"Who takes over?": "You are incident commander already. Name the person who takes over."}
    await stage.anna.types("/incident handoff @chen", in_=channel)
    complaints = await stage.anna.submits({"Who takes over?": stage.bilal})
    assert complaints["Who takes over?"].startswith("@Chen Wei has been asked to take over and can answer until 03:05")
    await stage.anna.types("/incident handoff withdraw", in_=channel)
    complaints = await stage.anna.submits({"Who takes over?": stage.bilal, "A note for them": "<!channel> is asleep"})
    await stage.settle()

    assert complaints == {}
    assert "<!channel> is asleep" in line(channel).shown
    assert stage.bilal.id in channel.members


async def test_the_button_shows_the_open_offer(stage: Stage) -> None:
    channel = await offered(stage)
    await stage.anna.presses("Hand over", in_=channel)
    await stage.settle()
    assert stage.anna.modal is None
    assert "@Bilal Aydin has been asked to take over" in told(stage.anna)


async def test_an_ended_incident_is_not_handed_over(stage: Stage) -> None:
    channel = await offered(stage)
    question = line(channel)
    async with stage.app.services.database.write() as session:
        from storage import incidents
        from storage.models import Status

        incident = await incidents.locked(session, 1)
        assert incident is not None
        incident.status = Status.CLOSED
        session.add(incident)

    await stage.bilal.presses("Accept", on=question)
    await stage.settle()
    assert told(stage.bilal).startswith("INC-1 is closed, so there is nothing to hand over.")
    await stage.anna.types("/incident handoff @chen", in_=channel)
    assert told(stage.anna).startswith("INC-1 is closed, so there is nothing to hand over.")


async def test_a_resolved_incident_can_still_be_handed_over(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident resolved Rolled back", in_=channel)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.settle()
    await stage.bilal.presses("Accept", in_=channel)
    await stage.settle()
    assert everybody_says(stage, channel, "Bilal Aydin")


async def test_an_admin_can_offer_and_withdraw_for_the_commander(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        channel = await stage.declare("sev1 Checkout is failing")
        await stage.stop()
        stage.settings = replace(stage.settings, policy=replace(default_policy(), admins=(stage.dora.id,)))
        await stage.start()
        await stage.dora.joins(channel)

        await stage.dora.types("/incident handoff @bilal", in_=channel)
        await stage.settle()
        assert line(channel).shown.startswith("@Bilal Aydin: @Anna Keller asks you")
        await stage.dora.presses("Withdraw", on=line(channel))
        await stage.settle()
        assert "was withdrawn" in line(channel).shown

        await stage.anna.types("/incident handoff @chen", in_=channel)
        await stage.settle()  # an offer that is overtaken before it was posted is never posted
        await stage.dora.types("/incident role ic @bilal", in_=channel)
        await stage.settle()
        assert everybody_says(stage, channel, "Bilal Aydin")
        assert any("The offer to @Chen Wei to take over was withdrawn" in one.shown for one in channel.messages)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_lost_answer_of_slack_doubles_nothing(stage: Stage, method: str) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.faults.on(method, times=2).resets(after_effect=True)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    for _ in range(4):
        await stage.pass_time(seconds=5)
    await stage.bilal.presses("Accept", in_=channel)
    for _ in range(4):
        await stage.pass_time(seconds=5)

    assert everybody_says(stage, channel, "Bilal Aydin")
    assert len([one for one in channel.messages if "took over as" in one.shown or "asks you to take" in one.shown]) == 1
    assert len([one for one in stage.bilal.dm.messages if "INC-1" in one.shown]) == 1
    assert len([one for one in stage.anna.dm.messages if "INC-1" in one.shown]) == 1


async def test_somebody_who_cannot_be_invited_is_asked_directly_and_the_timeline_says_so(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.faults.on("conversations.invite").fails("cant_invite")
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.settle()

    await stage.bilal.presses("Accept", on=briefing(stage.bilal))
    await stage.settle()

    assert everybody_says(stage, channel, "Bilal Aydin")
