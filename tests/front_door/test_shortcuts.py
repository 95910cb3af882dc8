"""What a message's menu offers: declare from it, make an action item of it."""

from tests.stage import Stage

ALARM = "Checkout is *failing* for :fire: one in five. Since 02:40, says <https://graphs.example.com|the graph>"


async def test_an_incident_is_declared_from_a_message_and_links_back(stage: Stage) -> None:
    said = await stage.chen.says("@bilal SEV1: Checkout is failing. One in five payments, since 02:40", in_="general")
    await stage.dora.uses("Declare from message", on=said)
    modal = stage.dora.modal
    assert modal is not None
    assert modal.values["What is failing?"] == "Checkout is failing"
    assert modal.values["Severity"].startswith("SEV1")
    assert modal.values["Summary"].startswith("@Bilal Aydin SEV1: Checkout is failing. One in five")

    # A refused form keeps what was typed; the second try declares.
    assert "What is failing?" in await stage.dora.submits({"What is failing?": "???"})
    assert await stage.dora.submits({"What is failing?": "Checkout fails"}) == {}
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-checkout-fails")
    [line] = [one for one in channel.messages if "Declared from" in one.shown]
    assert line.shown == "Declared from a message by @Chen Wei in #general"
    assert f"/archives/{said.channel.id}/p{said.ts.replace('.', '')}" in line.text
    assert [one.shown for one in said.replies] == [f"INC-1 SEV1 was declared from this: #{channel.name}"]
    timeline = await stage.dora.types("/incident timeline", in_=channel)
    assert timeline is not None
    assert "Declared from a message" in timeline

    # Who tries again is told; an alarm of another app that says everything in an attachment works as well.
    await stage.dora.uses("Declare from message", on=said)
    assert stage.dora.modal is not None
    assert "INC-1 “Checkout fails” was declared from this message already" in stage.dora.modal.shown
    await stage.dora.closes()
    alarm = stage.workspace.another_app_says(
        "Alarms", "", in_=stage.workspace.channel("general"), attachments=[{"fallback": ALARM, "text": ALARM}]
    )
    await stage.dora.uses("Declare from message", on=alarm)
    assert stage.dora.modal is not None
    assert stage.dora.modal.values["What is failing?"] == "Checkout is failing for one in five"


async def test_an_action_item_is_made_of_a_message_here_and_elsewhere(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    said = await stage.bilal.says("Raise the pool limit by 2026-12-01", in_=channel)
    await stage.anna.uses("Make an action item", on=said)
    modal = stage.anna.modal
    assert modal is not None
    assert "Which incident?" not in modal.labels
    assert modal.values["What shall be done?"] == "Raise the pool limit"
    assert modal.values["Until when?"] == "2026-12-01"
    errors = await stage.anna.submits({"Until when?": "the day after never"})
    assert errors["Until when?"].startswith("“the day after never” is no day that I know.")
    assert await stage.anna.submits({"Until when?": "2026-12-02"}) == {}
    await stage.settle()
    assert stage.anna.modal is not None
    assert "Noted as follow-up 1: Raise the pool limit" in stage.anna.modal.shown
    assert any("Follow-up 1" in one.shown for one in said.replies)
    await stage.anna.closes()
    await stage.anna.uses("Make an action item", on=said)
    assert "made of this message already" in str(await stage.anna.submits({}))
    await stage.anna.closes(everything=True)

    # Elsewhere the form asks which incident, and the item links to the message.
    elsewhere = await stage.dora.says("Somebody should tell the bank", in_="general")
    await stage.dora.uses("Make an action item", on=elsewhere)
    assert stage.dora.modal is not None
    assert stage.dora.modal.values["Which incident?"].startswith("INC-1 SEV1 Checkout is failing")
    assert await stage.dora.submits({"Who?": stage.chen.id}) == {}
    await stage.settle()
    listed = await stage.anna.types("/incident action", in_=channel)
    assert listed is not None
    assert "2: Somebody should tell the bank (message) · @Chen Wei" in listed


async def test_without_an_incident_there_is_nothing_to_make_an_action_item_for(stage: Stage) -> None:
    said = await stage.dora.says("Somebody should tell the bank", in_="general")
    await stage.dora.uses("Make an action item", on=said)
    await stage.settle()
    assert "there is none on record that you can see" in stage.dora.ephemerals()[-1].shown
