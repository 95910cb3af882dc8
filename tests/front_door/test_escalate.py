"""Calling people to an incident: by somebody, by the matrix, and what everybody concerned sees of it."""

from datetime import timedelta

import pytest

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.front_door.test_groups import names, restart_with, timeline
from tests.stage import Stage
from workflows import escalation
from workflows.errors import UserError
from workflows.parties import Party
from workflows.policy import Escalation, Service


def line(channel: Channel, *beginnings: str) -> Message:
    """The newest line of the channel that begins so."""
    return next(one for one in reversed(channel.messages) if one.shown.startswith(beginnings))


def calls(who: Person) -> list[Message]:
    """The direct messages that ask somebody to come."""
    return [one for one in who.dm.messages if "On my way" in one.buttons]


async def with_checkout(stage: Stage, **changes: object) -> None:
    """Bilal owns Checkout; Chen is next in line, then management, which is Dora."""
    service = Service(name="Checkout", owner=(stage.bilal.id,), escalation=(stage.chen.id, "management"))
    await restart_with(stage, **{"services": (service,), "groups": {"management": (stage.dora.id,)}} | changes)


async def test_somebody_is_called_with_a_briefing_and_comes(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    answer = await stage.anna.types("/incident escalate @chen the pool is full", in_=channel)
    await stage.settle()

    assert answer is not None
    assert answer.startswith("Calling @Chen Wei to INC-1: they are brought in and get a briefing.")
    assert stage.chen in channel.members
    shown = line(channel, "Escalated to").shown
    assert shown.startswith("Escalated to @Chen Wei by @Anna Keller: the pool is full\nWaiting for an answer until")
    [asked] = calls(stage.chen)
    assert asked.shown.startswith("@Anna Keller asks for your help with INC-1 SEV1 “Checkout is failing”, #incident-")
    assert "State: investigating" in asked.shown

    await stage.chen.presses("On my way", on=asked)
    await stage.settle()

    assert line(channel, "@Chen Wei is on the way.").shown
    came = line(channel, "@Chen Wei is on the way since")
    assert came.buttons == []
    assert came.shown.endswith(", asked by @Anna Keller: the pool is full")
    assert calls(stage.chen) == []
    assert stage.chen.dm.messages[-1].shown.startswith("You are on the way to INC-1, #incident-")
    told = await timeline(stage, channel)
    assert "Escalated to @Chen Wei: the pool is full" in told
    assert "@Chen Wei is on the way" in told
    await stage.pass_time(minutes=6)
    assert not [one for one in channel.messages if "nobody who was called" in one.shown]


async def test_a_service_is_called_along_its_chain_until_nobody_is_left(stage: Stage) -> None:
    await with_checkout(stage)
    channel = await stage.declare("sev1 Carts are empty")
    await stage.anna.types("/incident escalate checkout carts stay empty", in_=channel)
    await stage.settle()
    assert (
        "Escalated to the owner of Checkout (@Bilal Aydin) by @Anna Keller: carts" in line(channel, "Escalated").shown
    )
    assert ", then @Chen Wei." in line(channel, "Escalated").shown
    assert calls(stage.chen) == []

    await stage.pass_time(minutes=5)
    assert len(calls(stage.chen)) == 1
    assert len(calls(stage.bilal)) == 1  # late is better than never

    await stage.chen.presses("Cannot", on=calls(stage.chen)[0])
    await stage.settle()
    assert [one for one in stage.chen.dm.messages if one.shown.startswith("INC-1 “Carts are empty”: you said that you")]
    assert len(calls(stage.dora)) == 1  # at once, without waiting

    await stage.pass_time(minutes=5)
    alone = line(channel, "@Anna Keller: nobody who was called has answered")
    assert alone.buttons == ["Escalate"]
    told = await timeline(stage, channel)
    assert "Escalated to @Chen Wei: no answer from the owner of Checkout within 5 min" in told
    assert "Escalated to management: @Chen Wei cannot come" in told
    assert "Nobody is left to call: no answer from management within 5 min" in told

    await stage.bilal.presses("On my way", on=calls(stage.bilal)[0])
    await stage.settle()
    assert line(channel, "@Bilal Aydin is on the way.").shown


async def test_of_a_group_the_first_who_comes_frees_the_others(stage: Stage) -> None:
    guest = stage.workspace.add_person("Gil Guest", guest=True, one_channel=True)
    stage.workspace.add_channel("their-project", members=[guest])
    stage.workspace.add_usergroup("payments", [stage.bilal, stage.chen, guest])
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident escalate @payments cards are declined", in_=channel)
    await stage.settle()
    called = line(channel, "Escalated").shown
    assert "Escalated to @payments (@Bilal Aydin, @Chen Wei, @Gil Guest) by @Anna Keller: cards" in called
    assert "@Gil Guest: ura_max_channels. They are a guest of one channel" in await timeline(stage, channel)
    await guest.presses("Cannot", on=calls(guest)[0])  # not let into the channel, but heard
    await stage.settle()
    assert calls(guest) == []

    await stage.bilal.presses("On my way", on=calls(stage.bilal)[0])
    await stage.settle()
    free = stage.chen.dm.messages[-1]
    assert "@Bilal Aydin is on the way, so you are not needed now. Thank you." in free.shown
    assert free.buttons == []


async def test_an_empty_or_unreadable_group_passes_it_on_at_once(stage: Stage) -> None:
    gone = stage.workspace.add_usergroup("gone", [stage.chen])
    gone.disabled = True
    service = Service(name="Checkout", owner=(gone.id,), escalation=(stage.bilal.id,))
    await restart_with(stage, services=(service,))
    channel = await stage.declare("sev1 Carts are empty")
    await stage.anna.types("/incident escalate checkout", in_=channel)
    await stage.settle()
    assert len(calls(stage.bilal)) == 1
    told = await timeline(stage, channel)
    assert f"The user group {gone.id} (the owner of Checkout) could not be read" in told
    assert "Escalated to @Bilal Aydin: nobody could be called through the owner of Checkout" in told


async def test_no_progress_asks_the_commander_first_who_says_no_with_a_reason(stage: Stage) -> None:
    await with_checkout(stage, escalations=(Escalation(when="no-progress", who=("owner",), ask_first=True),))
    channel = await stage.declare("sev1 Carts are empty service:checkout")
    await stage.pass_time(minutes=29)
    said = await stage.bilal.says("Rolled back to 41", in_=channel)
    await stage.bilal.reacts("zap", to=said)
    await stage.settle()
    await stage.anna.types("/incident update Still looking", in_=channel)
    await stage.pass_time(minutes=29)
    question = [one for one in channel.messages if "No progress for" in one.shown]
    assert question == []

    await stage.pass_time(seconds=61)
    asked = line(channel, "@Anna Keller: No progress for 30 min: no key moment, no change of status")
    assert "Escalate to the owner of Checkout, then @Chen Wei, then management?" in asked.shown
    await stage.bilal.presses("Not needed", on=asked)
    await stage.bilal.submits({"Why is nobody else needed?": "I have it"})
    assert stage.bilal.modal is not None
    await stage.anna.presses("Not needed", on=asked)
    assert await stage.anna.submits({"Why is nobody else needed?": "…"}) != {}
    assert await stage.anna.submits({"Why is nobody else needed?": "The fix is rolling out"}) == {}
    await stage.settle()
    assert line(channel, "Not escalated: The fix is rolling out (@Anna Keller)").buttons == []
    assert calls(stage.bilal) == []
    await stage.pass_time(minutes=30)
    assert line(channel, "@Anna Keller: No progress for 30 min").buttons == ["Escalate", "Not needed, because …"]


async def test_without_a_decision_it_goes_on_by_itself_and_ends_with_the_incident(stage: Stage) -> None:
    matrix = (Escalation(when="no-progress", who=("owner",), ask_first=True),)
    await with_checkout(stage, escalations=matrix, escalation_answer_within=timedelta(minutes=3))
    channel = await stage.declare("sev1 Carts are empty service:checkout")
    await stage.pass_time(minutes=30)
    assert calls(stage.bilal) == []
    await stage.pass_time(minutes=3)
    assert len(calls(stage.bilal)) == 1
    assert "nobody decided within 3 min" in await timeline(stage, channel)

    await stage.anna.types("/incident resolved rolled back", in_=channel)
    await stage.settle()
    assert calls(stage.bilal) == []
    assert "nobody else is needed" in stage.bilal.dm.messages[-1].shown
    await stage.pass_time(minutes=60)
    assert calls(stage.chen) == []
    await stage.anna.types("/incident escalate @dora", in_=channel)
    assert "INC-1 is resolved, so nobody is called to it." in stage.anna.ephemerals()[-1].shown


async def test_sev0_calls_executives_at_once_and_a_raised_severity_does_too(stage: Stage) -> None:
    await with_checkout(stage, groups={"executives": (stage.dora.id,)})
    channel = await stage.declare("sev2 Carts are empty service:checkout")
    assert calls(stage.dora) == []
    await stage.anna.types("/incident severity sev0 nobody can pay", in_=channel)
    await stage.settle()
    [asked] = calls(stage.dora)
    assert asked.shown.startswith("Your help is needed with INC-1 SEV0 “Carts are empty”")
    assert "It is SEV0" in asked.shown
    [raised] = calls(stage.bilal)
    assert "The severity was raised from SEV2 to SEV0" in raised.shown
    other = await stage.declare("sev0 Everything is down")
    assert len(calls(stage.dora)) == 2
    assert stage.dora in other.members


async def test_without_a_channel_people_are_called_directly_and_brought_in_once_there_is_one(stage: Stage) -> None:
    await with_checkout(stage, groups={"executives": (stage.dora.id,)})
    stage.workspace.faults.on("conversations.create", times=None).fails("restricted_action")
    await stage.anna.types("/incident declare sev0 Everything is down")
    await stage.settle()
    [asked] = calls(stage.dora)
    assert "which has no channel yet (@Anna Keller declared it): It is SEV0" in asked.shown

    stage.workspace.faults.clear()
    await stage.anna.types("/incident status repair INC-1")
    await stage.settle()
    channel = next(one for one in stage.workspace.channels if one.name.startswith("incident-"))
    assert stage.dora in channel.members
    assert line(channel, "Escalated to executives (@Dora Lind): It is SEV0")
    assert len(calls(stage.dora)) == 1


async def test_management_hears_of_sev1_after_half_an_hour_once_also_after_an_outage(stage: Stage) -> None:
    await with_checkout(stage)
    channel = await stage.declare("sev1 Carts are empty")
    await stage.stop()
    stage.clock.advance(hours=4)
    await stage.start()
    await stage.pass_time(seconds=5)
    assert len(calls(stage.dora)) == 1
    assert "It has been open for 30 min at SEV1" in calls(stage.dora)[0].shown
    assert len([one for one in channel.messages if one.shown.startswith("Escalated to")]) == 1
    assert not [one for one in channel.messages if "No progress" in one.shown]  # management is on the phone already


async def test_a_group_that_is_not_configured_is_told_to_the_commander_once(stage: Stage) -> None:
    channel = await stage.declare("sev0 Everything is down")
    told = [one.shown for one in stage.anna.dm.messages]
    assert len([one for one in told if "executives should know now; nobody was called" in one]) == 1
    await stage.pass_time(minutes=30)
    asked = line(channel, "@Anna Keller: No progress for 30 min")
    assert "Who could help? Escalate lets you name somebody. Not configured: management." in asked.shown
    assert len([one for one in stage.anna.dm.messages if "should know now; nobody was called" in one.shown]) == 1

    await stage.declare("sev3 Search is slow")
    chen = Party(title="Chen", users=(stage.chen.id,))
    wish = escalation.Wish(chain=(chen,), instead_of=1)  # as a form that somebody else made would say
    with pytest.raises(UserError, match="That question was about another incident"):
        await escalation.ask_for(stage.app.services, 2, press="made-up", by=stage.anna.id, wish=wish)

    await stage.anna.presses("Escalate", on=asked)
    assert await stage.anna.submits({"What do you need?": "The pool"}) != {}
    assert await stage.anna.submits({"Person": stage.chen}) == {}
    await stage.settle()
    assert len(calls(stage.chen)) == 1
    assert line(channel, "Escalated: somebody was named").buttons == []


async def test_words_that_call_nobody_get_a_sentence(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    for typed, sentence in (
        ("the pool is full", "Who is to be called? INC-1 is about no service, so it has no owner."),
        ("management now", "management is not configured: whoever runs Sitrep can add it under [groups]"),
        ("@sitrep", "Sitrep cannot be called to an incident"),
        ("stop", "Nobody is being called to INC-1. Nothing was changed."),
        ("on my way", "Nobody is being called to INC-1. Nothing was changed."),
    ):
        answer = await stage.anna.types(f"/incident escalate {typed}", in_=channel)
        assert (answer or "").startswith(sentence)


async def test_the_next_is_called_early_it_is_stopped_and_strangers_may_come(stage: Stage) -> None:
    await with_checkout(stage)
    channel = await stage.declare("sev1 Carts are empty service:checkout")
    await stage.anna.types("/incident escalate the pool is full", in_=channel)
    await stage.anna.types("/incident escalate checkout", in_=channel)
    assert "the owner of Checkout is being called already" in stage.anna.ephemerals()[-1].shown
    await stage.settle()
    await stage.anna.presses("Next in line now", in_=channel)
    await stage.settle()
    assert len(calls(stage.chen)) == 1
    await stage.dora.joins(channel)
    await stage.dora.presses("Cannot", in_=channel)
    await stage.settle()
    assert "Nobody has called you to this" in stage.dora.ephemerals()[-1].shown
    await stage.dora.types("/incident escalate on my way", in_=channel)
    await stage.settle()
    assert line(channel, "@Dora Lind is on the way.").shown

    await stage.anna.types("/incident escalate @bilal", in_=channel)
    await stage.settle()
    await stage.anna.types("/incident escalate stop", in_=channel)
    await stage.settle()
    assert line(channel, "Escalation stopped: nobody else is called (@Anna Keller)").buttons == []
    assert calls(stage.bilal) == []
    assert names(stage, channel) == {"Anna Keller", "Bilal Aydin", "Chen Wei", "Dora Lind"}


async def test_of_a_private_incident_nobody_hears_by_a_rule(stage: Stage) -> None:
    await with_checkout(stage, groups={"executives": (stage.dora.id,)}, invite=(stage.dora.id,))
    channel = await stage.declare("--private sev0 Keys have leaked service:checkout")
    assert names(stage, channel) == {"Anna Keller"}
    assert calls(stage.dora) == []
    asked = line(channel, "@Anna Keller: It is SEV0. Escalate to executives?")
    await stage.anna.presses("Escalate", on=asked)
    await stage.settle()
    assert len(calls(stage.dora)) == 1
    await stage.dora.types("/incident status INC-1", in_="general")
    assert "Keys have leaked" in stage.dora.ephemerals()[-1].shown
