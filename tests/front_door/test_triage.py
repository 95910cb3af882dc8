"""Maybe an incident: opened for triage, accepted or declined; and what is over when it is declared."""

from bot.practice.driver.person import Person
from storage import incidents
from storage.models import Status
from tests.stage import Stage


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


def announced(stage: Stage, ref: str = "INC-1") -> list[str]:
    return [one.shown for one in stage.workspace.channel("incidents").messages if ref in one.shown]


async def test_triage_is_announced_quietly_and_asked_about_inside_only_until_it_is_accepted(stage: Stage) -> None:
    answer = await stage.anna.types("/incident declare --triage sev1 Checkout looks odd", in_="general")
    assert answer is not None
    assert "INC-1 SEV1 is being looked at (triage): Checkout looks odd" in answer
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-checkout-looks-odd")
    card = channel.pinned[0]
    assert "Status: triage – is it an incident?" in card.shown
    assert card.buttons[:2] == ["Accept as incident", "Decline"]
    assert channel.topic.startswith("SEV1 · triage")
    [line] = announced(stage)
    assert "INC-1 Checkout looks odd – maybe an incident · #incident-2026-11-21-checkout-looks-odd" in line

    await stage.anna.types("/incident times acknowledged 04:00", in_=channel)
    assert told(stage.anna).startswith("INC-1 is triage: /incident triage accept first")
    await stage.pass_time(minutes=50)
    asked = [one for one in channel.messages if "No update for" in one.shown]
    assert "Is it an incident?" in asked[-1].shown
    assert len(announced(stage)) == 1  # the ladder does not reach those outside

    await stage.bilal.joins(channel)
    await stage.bilal.presses("Accept as incident", on=asked[-1])
    await stage.settle()
    assert "Status: investigating" in channel.pinned[0].shown
    assert any("@Bilal Aydin accepted this as an incident." in one.shown for one in channel.messages)
    assert not [one for one in channel.messages if "No update for" in one.shown]
    assert "Investigating · IC Anna Keller" in announced(stage)[0] or "Investigating" in announced(stage)[0]
    assert "INC-1 SEV1 is an incident: Checkout looks odd" in announced(stage)[-1]
    await stage.anna.types("/incident triage accept", in_=channel)
    assert told(stage.anna) == "INC-1 is not in triage: it is investigating. Nothing was changed."
    async with stage.app.services.database.read() as session:
        incident = await incidents.get(session, 1)
    assert incident is not None
    assert incident.acknowledged_at is not None
    assert (incident.acknowledged_at - incident.declared_at).total_seconds() == 50 * 60


async def test_what_is_declined_stays_on_record_with_its_reason_and_out_of_the_figures(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    await stage.anna.submits({"What is failing?": "Odd graphs", "What kind?": ["Maybe an incident (triage)"]})
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-odd-graphs")
    await stage.bilal.joins(channel)
    await stage.settle()
    await stage.bilal.presses("Decline", in_=channel)
    assert await stage.bilal.submits({"Why is it no incident?": "…"}) == {
        "Why is it no incident?": "A few words about why it is none, please. They stay on record."
    }
    assert await stage.bilal.submits({"Why is it no incident?": "It was the load test"}) == {}
    await stage.settle()

    assert "Status: cancelled" in channel.pinned[0].shown
    assert "It was the load test" in channel.pinned[0].shown
    assert channel.pinned[0].buttons == ["Reopen"]
    [line] = announced(stage)
    assert "INC-1 Odd graphs – declined: It was the load test" in line
    async with stage.app.services.database.read() as session:
        assert await incidents.counted(session) == []
        assert [one.status for one in await incidents.recently_ended(session, 5)] == [Status.CANCELLED]
    await stage.pass_time(hours=5)
    assert not [one for one in channel.messages if "No update for" in one.shown]

    await stage.bilal.types("/incident reopen it was not", in_=channel)
    await stage.settle()
    assert "Status: investigating" in channel.pinned[0].shown
    async with stage.app.services.database.read() as session:
        assert [one.ref for one in await incidents.counted(session)] == ["INC-1"]


async def test_an_incident_is_cancelled_by_its_commander_with_a_reason(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.bilal.joins(channel)
    await stage.bilal.types("/incident cancel it was the load test", in_=channel)
    await stage.settle()
    assert "@Anna Keller" in told(stage.bilal)
    assert "Status: investigating" in channel.pinned[0].shown

    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.anna.types("/incident cancel", in_=channel)
    assert stage.anna.modal is not None
    assert await stage.anna.submits({"Why is it no incident?": "It was the load test"}) == {}
    await stage.settle()
    assert "Status: cancelled" in channel.pinned[0].shown
    assert "Handoff:" not in channel.pinned[0].shown
    assert any("Cancelled. It was the load test" in one.shown for one in channel.messages)
    assert "cancelled" in announced(stage)[0].lower()
    await stage.anna.types("/incident cancel again", in_=channel)
    assert told(stage.anna).startswith("This incident is cancelled. /incident reopen brings it back")
    await stage.anna.types("/incident triage", in_=channel)
    assert "INC-1 is not in triage" in told(stage.anna)


async def test_an_incident_that_began_earlier_says_so_in_the_time_of_who_types(stage: Stage) -> None:
    """Anna is in Berlin; it is three in the morning UTC, four where she is."""
    channel = await stage.declare("sev1 Checkout is failing --began 03:10")
    assert "began 2026-11-21 02:10" in channel.pinned[0].shown or "02:10" in channel.pinned[0].shown
    other = await stage.declare("sev2 Search is slow —since yesterday 23:30 with @bilal")
    assert "Search is slow" in other.pinned[0].shown
    assert "22:30" in other.pinned[0].shown
    assert stage.bilal.id in other.members

    before = len(stage.workspace.channels)
    for typed, sentence in (
        ("declare --began 25:99 Search is down", "“25:99” is not a time that has passed behind --began"),
        ("declare --began 2027-01-01 10:00 Search is down", "is not a time that has passed behind --began"),
        ("declare --began soon Search is down", "“soon Search” is not a time"),
        ("declare --start 10:00 Search is down", "I do not know the option --start"),
        ("declare --ended 03:30 Search was down", "say when it began and when it ended"),
        ("declare --began 03:30 --ended 03:20 Search was down", "say when it began and when it ended"),
    ):
        answer = await stage.anna.types(f"/incident {typed}", in_="general")
        assert sentence in (answer or ""), answer
    await stage.settle()
    assert len(stage.workspace.channels) == before


async def test_what_is_over_is_recorded_afterwards_and_nobody_is_reminded(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    assert await stage.anna.submits(
        {"What is failing?": "Search was down", "Severity": "SEV1", "When did it end?": "03:30"}
    ) == {"When did it end?": "It ends after it began: say both times, the earlier one first."}
    assert (await stage.anna.submits({"When did it begin?": "then"})).keys() == {"When did it begin?"}
    assert await stage.anna.submits({"When did it begin?": "yesterday 22:10", "When did it end?": "23:40"}) == {}
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-search-was-down")
    assert "Status: resolved" in channel.pinned[0].shown
    assert channel.pinned[0].buttons == ["Close", "Post update", "Reopen"]
    await stage.pass_time(hours=2)
    assert not [one for one in channel.messages if "No update for" in one.shown]
    await stage.anna.types("/incident timeline", in_=channel)
    shown = told(stage.anna)
    assert shown.index("The impact began") < shown.index("Resolved") < shown.index("Declared SEV1: Search was down")

    await stage.anna.presses("Close", in_=channel)
    assert await stage.anna.submits({"Summary": "An index was dropped", "Customer impact": "No results"}) == {}
    await stage.settle()
    assert "Status: closed" in channel.pinned[0].shown
