"""Raising and lowering the severity, as people meet it."""

from bot.practice.driver.person import Person
from tests.stage import Stage


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


async def test_raising_starts_the_clock_names_who_is_needed_and_is_announced(stage: Stage) -> None:
    channel = await stage.declare("sev2 Checkout is slow")
    await stage.bilal.joins(channel)
    stage.clock.advance(minutes=100)
    await stage.anna.types("/incident severity sev0 because all regions are down, password: hunter2horse", in_=channel)
    await stage.settle()

    [line] = [one for one in channel.messages if "raised the severity" in one.shown]
    assert "raised the severity from SEV2 to SEV0: all regions are down, password: hunter2horse" in line.shown
    assert "SEV0 Critical outage: Complete service outage" in line.shown
    assert "Needed now: communications, subject-matter expert, scribe." in line.shown
    assert line.buttons == ["I'll take communications", "I'll take subject-matter expert", "I'll take scribe"]
    assert "Next update due: 04:55" in channel.pinned[0].shown
    announced = [one for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]
    assert "SEV0" in announced[0].shown
    assert "INC-1 is SEV0 now, it was SEV2: Checkout is slow" in announced[-1].shown
    assert "Why: all regions are down, password: «masked: password»." in announced[-1].shown
    assert "Needed: communications, subject-matter expert, scribe" in announced[-1].shown

    await stage.bilal.presses("I'll take communications", on=line)
    await stage.settle()
    assert "Communications @Bilal Aydin" in channel.pinned[0].shown


async def test_lowering_takes_a_reason_and_asks_for_it_in_a_form(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident severity sev2", in_=channel)
    assert stage.anna.modal is not None
    assert "fewer people will look, so it takes a reason" in stage.anna.modal.shown
    assert stage.anna.modal.values["Severity"].startswith("SEV2")
    assert "Response: within 1 d – Email or a Slack alert" in stage.anna.modal.shown
    assert "Escalation: Executives are told at once" in stage.anna.modal.shown

    errors = await stage.anna.submits({})
    assert errors == {"Why?": "A few words, please: at SEV2 fewer people will look."}
    assert stage.anna.modal.values["Severity"].startswith("SEV2")
    assert await stage.anna.submits({"Why?": "one region only"}) == {}
    await stage.settle()
    assert channel.topic.startswith("SEV2")
    assert any("lowered the severity from SEV1 to SEV2: one region only" in one.shown for one in channel.messages)
    [announced] = [one for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]
    assert "SEV2" in announced.shown  # calmer news are an edit

    await stage.anna.types("/incident severity sev3 because nobody notices", in_=channel)
    await stage.settle()
    assert any("from SEV2 to SEV3: nobody notices" in one.shown for one in channel.messages)
    assert "no cadence at SEV3" in channel.pinned[0].shown
    await stage.anna.types("/incident timeline", in_=channel)
    assert "Severity lowered from SEV2 to SEV3: nobody notices" in told(stage.anna)
