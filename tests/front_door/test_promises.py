"""What was promised to people outside: recorded in the typer's time, asked about, ended as kept or missed."""

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.stage import Stage


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


def asking(channel: Channel) -> list[str]:
    return [one.shown for one in channel.messages if one.shown.startswith(("⏳", "⏰"))]


async def test_an_eta_given_with_an_update_is_kept_asked_about_and_ended(stage: Stage) -> None:
    """It is 03:00 UTC; Anna types in Berlin's time, an hour ahead."""
    channel = await stage.declare("sev1 Checkout is failing")

    await stage.anna.types("/incident update Rolled back, watching it. ETA 6:00 to customers", in_=channel)
    await stage.settle()

    assert "Noted as promised outside: ETA by" in told(stage.anna)
    [update] = [one.shown for one in channel.messages if one.shown.startswith("[UPDATE")]
    assert "Rolled back, watching it." in update
    assert "Promised outside: ETA by 05:00 UTC to customers" in update
    assert "Promised outside: ETA by 05:00 UTC to customers" in channel.pinned[0].shown
    await stage.anna.types("/incident update promises", in_=channel)
    assert "⏳ 1. ETA by 05:00 UTC to customers (in 2 h)" in told(stage.anna)

    await stage.pass_time(minutes=106)
    [soon] = asking(channel)
    assert soon.startswith("⏳ @Anna Keller: customers expect “ETA” by")
    nag = next(one.shown for one in channel.messages if one.shown.startswith("No update for"))
    assert "Promised outside: ETA by" in nag

    await stage.pass_time(minutes=20)
    [late] = asking(channel)
    assert late.startswith("⏰ @Anna Keller: customers were promised “ETA” by")

    await stage.bilal.joins(channel)
    await stage.bilal.presses("Kept", in_=channel)
    await stage.settle()
    assert asking(channel) == []
    assert any(one.shown.startswith("Promise 1 kept, 6 min late: ETA to customers") for one in channel.messages)
    assert "Promised outside" not in channel.pinned[0].shown
    await stage.pass_time(hours=2)
    assert asking(channel) == []


async def test_promises_are_made_moved_and_missed_in_words_and_forms(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    wrong = {
        "call Acme back": "What was promised, and by when?",
        "call Acme back by 25:99": "“25:99” is not a time to come (yours are in Europe/Berlin).",
        "call Acme back by 3:30": "“3:30” is not a time to come",  # in Berlin it is 4:00
        "kept 7": "INC-1 has no promise 7.",
        f"kept {'7' * 5000}": f"INC-1 has no promise {'7' * 20}.",
        "move 1": "INC-1 has no promise 1.",
    }
    for typed, answer in list(wrong.items())[:5]:
        await stage.anna.types(f"/incident promise {typed}", in_=channel)
        assert told(stage.anna).startswith(answer)

    await stage.anna.types("/incident promise full report <b> to Acme by friday 12:00", in_=channel)
    assert told(stage.anna).startswith("Noted as promise 1 of INC-1: full report <b> by")
    await stage.anna.types("/incident promise call Acme back in 20 min", in_=channel)
    await stage.settle()
    await stage.pass_time(minutes=5)
    assert asking(channel)[0].startswith("⏳ @Anna Keller: people outside expect “call Acme back”")

    await stage.anna.presses("New time", in_=channel)
    assert await stage.anna.submits({"Until when now?": "soon"}) == {
        "Until when now?": "“soon” is not a time to come (yours are in Europe/Berlin). `15:30`, `in 45 min`, "
        "`tomorrow 9:00`, `friday 17:00` and `2026-11-30 12:00 UTC` work. Nothing was changed."
    }
    assert await stage.anna.submits({"Until when now?": "in 1 hour"}) == {}
    await stage.settle()
    assert asking(channel) == []
    await stage.pass_time(minutes=61)
    await stage.anna.presses("Missed", in_=channel)
    await stage.anna.submits({"Why": "The line was busy"})
    await stage.settle()
    assert asking(channel) == []

    await stage.anna.types("/incident comms promises", in_=channel)
    assert "⏳ 1. full report <b> by" in told(stage.anna)
    assert "❌ 2 missed: call Acme back – The line was busy" in told(stage.anna)
    await stage.dora.types("/incident promise drop 1 they have it INC-1", in_="general")
    assert told(stage.dora).startswith("This is not an incident channel.")

    await stage.anna.types("/incident resolved", in_=channel)
    await stage.pass_time(days=7)
    [asked] = asking(channel)
    assert "Acme were promised “full report <b>” by" in asked
    await stage.pass_time(hours=3)
    assert asking(channel) == [asked]  # once it is over, nobody is asked again


async def test_the_update_form_takes_a_promise_and_keeps_what_was_typed(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.presses("Post update", in_=channel)
    given = {"What changed?": "Found it", "Promised outside": "Workaround", "… until when?": "3:00"}
    problems = await stage.anna.submits(given)
    assert list(problems) == ["… until when?"]
    assert stage.anna.modal is not None
    assert stage.anna.modal.values["Promised outside"] == "Workaround"
    assert await stage.anna.submits({"… until when?": "4:45", "… to whom?": "support & sales"}) == {}
    await stage.settle()
    assert "Promised outside: Workaround by 03:45 UTC to support & sales" in channel.pinned[0].shown

    await stage.bilal.joins(channel)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.settle()
    assert "1. Workaround by 03:45 UTC to support & sales (in 45 min)" in stage.bilal.dm.messages[-1].shown
