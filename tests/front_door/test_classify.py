"""The severity classifier: by command, beside severity in a form, and what is kept of it."""

import json

from bot.practice.driver.person import Person
from tests.stage import Stage
from workflows import export
from workflows.record import read


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


async def answers(person: Person, *given: str) -> None:
    """Answer the questions that come up."""
    for one in given:
        assert person.modal is not None
        assert len(person.modal.labels) == 1, person.modal.shown
        assert await person.submits({person.modal.labels[0]: one}) == {}


async def test_help_me_choose_asks_one_question_at_a_time_and_keeps_what_was_typed(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    await stage.anna.chooses("What is failing?", "Checkout is failing")
    await stage.anna.chooses("Summary", "Since ten past three & counting <soon>")
    await stage.anna.presses("Help me choose")

    assert stage.anna.modal is not None
    assert stage.anna.modal.labels == ["Is production completely down, or is critical data at risk?"]
    await answers(stage.anna, "No", "No", "No")
    await stage.anna.presses("Start over")
    await answers(stage.anna, "No", "Yes", "No")
    assert stage.anna.modal is not None
    assert "SEV0 Critical outage: Complete service outage" in stage.anna.modal.shown
    assert (
        "SEV0, because\n• Is production completely down, or is critical data at risk? No.\n• " in stage.anna.modal.shown
    )
    assert "Is there a workaround? No." in stage.anna.modal.shown
    await stage.anna.submits()

    assert stage.anna.modal is not None
    assert stage.anna.modal.title == "Declare an incident"
    assert stage.anna.modal.values["What is failing?"] == "Checkout is failing"
    assert stage.anna.modal.values["Summary"] == "Since ten past three & counting <soon>"
    assert stage.anna.modal.values["Severity"].startswith("SEV0")
    assert await stage.anna.submits({}) == {}
    await stage.settle()

    channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
    assert channel.topic.startswith("SEV0")
    await stage.anna.types("/incident timeline", in_=channel)
    assert "Classified as SEV0: Is production completely down" in told(stage.anna)
    async with stage.app.services.database.read() as session:
        from storage import incidents

        incident = await incidents.get(session, 1)
        assert incident is not None
        [kept] = json.loads(export.as_json(await read(session, incident)))["classifications"]
    assert kept["level"] == "SEV0"
    assert [(one["key"], one["answer"]) for one in kept["answers"]] == [
        ("down", False),
        ("major", True),
        ("workaround", False),
    ]


async def test_in_an_incident_it_proposes_a_change_and_elsewhere_it_leads_to_declaring(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident classify", in_=channel)
    await answers(stage.anna, "No", "No", "Yes")
    assert stage.anna.modal is not None
    assert stage.anna.modal.submit == "Change to SEV2"
    assert "INC-1 is SEV1 now." in stage.anna.modal.shown
    assert await stage.anna.submits({}) == {"Why?": "A few words, please: at SEV2 fewer people will look."}
    assert await stage.anna.submits({"Why?": "Only the report is slow"}) == {}
    await stage.settle()
    assert channel.topic.startswith("SEV2")
    assert any("from SEV1 to SEV2: Only the report is slow" in one.shown for one in channel.messages)

    await stage.anna.types("/incident classify no no yes", in_=channel)
    assert "SEV2, because\n• " in told(stage.anna)
    assert "INC-1 is SEV2 already." in told(stage.anna)

    await stage.dora.types("/incident classify", in_="general")
    await answers(stage.dora, "Yes")
    assert stage.dora.modal is not None
    assert stage.dora.modal.submit == "Declare SEV0 …"
    await stage.dora.submits()
    assert stage.dora.modal.title == "Declare an incident"
    assert stage.dora.modal.values["Severity"].startswith("SEV0")
    await stage.dora.submits({"What is failing?": "Everything is down"})
    await stage.settle()
    assert stage.workspace.channel("incident-2026-11-21-everything-is-down").topic.startswith("SEV0")

    await stage.dora.types("/incident classify yes", in_="general")
    assert "/incident declare sev0 … declares it." in told(stage.dora)
    await stage.dora.types("/incident classify INC-99 yes", in_="general")
    assert "There is no INC-99" in told(stage.dora)


async def test_help_beside_the_severity_of_an_incident_leads_back_to_that_form(stage: Stage) -> None:
    channel = await stage.declare("sev2 Checkout is slow")
    await stage.anna.presses("Severity", in_=channel)
    await stage.anna.chooses("Why?", "Half of them fail now")
    await stage.anna.presses("Help me choose")
    await answers(stage.anna, "No", "Yes", "Yes")
    await stage.anna.submits()

    assert stage.anna.modal is not None
    assert stage.anna.modal.title == "Severity of INC-1"
    assert stage.anna.modal.values["Severity"].startswith("SEV1")
    assert stage.anna.modal.values["Why?"] == "Half of them fail now"
    assert await stage.anna.submits({}) == {}
    await stage.settle()
    assert channel.topic.startswith("SEV1")
    await stage.anna.types("/incident timeline", in_=channel)
    assert "Classified as SEV1" in told(stage.anna)
