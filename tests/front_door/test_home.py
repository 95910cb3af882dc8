"""The home tab, as people see it."""

from bot.practice.driver.person import Person
from tests.stage import Stage


def drawings(stage: Stage) -> int:
    return sum(1 for call in stage.workspace.calls if call.method == "views.publish")


async def look(stage: Stage, who: Person) -> str:
    await who.opens_home()
    await stage.settle()
    return who.home


async def test_the_home_tab_shows_what_is_open_and_declares(stage: Stage) -> None:
    assert "No incident is open" in await look(stage, stage.dora)

    await stage.declare("sev1 Checkout is failing")
    shown = await look(stage, stage.dora)
    assert "Open incidents: 1" in shown
    assert "INC-1 · SEV1 · Checkout is failing" in shown
    assert "Investigating · IC @Anna Keller · update due" in shown
    assert "Yours" not in shown

    await stage.dora.presses("Declare an incident")
    assert await stage.dora.submits({"What is failing?": "Search is down", "Severity": "SEV2"}) == {}
    await stage.settle()
    assert stage.workspace.find_channel("incident-2026-11-21-search-is-down") is not None


async def test_the_home_tab_has_what_is_mine_first_and_follows_while_somebody_looks(stage: Stage) -> None:
    low = await stage.declare("sev3 A typo in the footer", by=stage.chen)
    high = await stage.declare("sev1 Checkout is failing with @bilal")
    await stage.anna.types("/incident role scribe @bilal", in_=high)
    await stage.anna.types("/incident action @bilal raise the pool limit by 2026-11-30", in_=high)
    await stage.anna.types("/incident action @bilal write to the bank", in_=high)
    shown = await look(stage, stage.bilal)

    yours, took_on, opened = (shown.index(part) for part in ("Yours", "What you took on: 2", "Other open incidents: 1"))
    assert yours < took_on < opened
    assert shown.count("· Checkout is failing") == 1
    assert "you are scribe" in shown[:took_on]
    assert "A typo in the footer" in shown[opened:]
    assert shown.index("raise the pool limit") < shown.index("write to the bank")

    await stage.anna.types("/incident severity sev0 everything is down", in_=high)
    await stage.settle()
    await stage.pass_time(seconds=10)
    assert "INC-2 · SEV0 · Checkout is failing" in stage.bilal.home

    await stage.bilal.presses_at_home("Done")
    await stage.settle()
    assert "What you took on: 1" in stage.bilal.home
    assert "raise the pool limit" not in stage.bilal.home
    assert any("Follow-up 1 is done" in one.shown for one in high.messages)

    asked = await stage.bilal.says("Ask the bank", in_=high)
    await stage.anna.reacts("wrench", to=asked)
    await stage.settle()
    await stage.pass_time(seconds=20)
    await stage.pass_time(seconds=5)
    assert "Ask the bank" in stage.bilal.home

    # Nobody has looked for an hour: changes draw nothing until somebody does.
    await stage.pass_time(hours=1)
    before = drawings(stage)
    await stage.chen.types("/incident resolved fixed the text", in_=low)
    await stage.pass_time(seconds=30)
    assert drawings(stage) == before

    await stage.pass_time(minutes=31)
    await stage.chen.types("/incident close", in_=low)
    await stage.chen.submits({"Summary": "A typo", "Customer impact": "None"})
    await stage.settle()
    shown = await look(stage, stage.dora)
    assert "Ended in the last days" in shown
    ended = shown[shown.index("Ended in the last days") :]
    assert "INC-1 · SEV3 · A typo in the footer · closed" in ended
    assert "postmortem draft" in ended


async def test_what_waits_for_an_answer_comes_first_and_is_answered_there(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    await stage.anna.types("/incident handoff @bilal the pool is still too small", in_=channel)
    await stage.anna.types("/incident escalate @chen we need the database", in_=channel)
    shown = await look(stage, stage.bilal)
    assert "Waiting for you\n🔴 INC-1 · SEV1 · Checkout is failing\n@Anna Keller asks you to take over" in shown
    await stage.bilal.presses_at_home("Accept")
    await stage.settle()
    assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
    await stage.pass_time(seconds=10)
    assert "Waiting for you" not in stage.bilal.home
    assert "you are incident commander" in stage.bilal.home

    shown = await look(stage, stage.chen)
    assert "You are called: " in shown
    assert "we need the database" in shown
    await stage.chen.presses_at_home("On my way")
    await stage.settle()
    assert any("@Chen Wei" in one.shown and "on" in one.shown for one in channel.messages)
    assert "Waiting for you" not in await look(stage, stage.chen)
    assert "Waiting for you" not in await look(stage, stage.dora)


async def test_a_private_incident_is_on_the_tabs_of_those_only_who_may_know_of_it(stage: Stage) -> None:
    channel = await stage.declare("sev1 A key has leaked with @bilal")
    await stage.anna.types("/incident action @dora change the key", in_=channel)
    assert "Open incidents: 1" in await look(stage, stage.dora)
    await stage.bilal.makes_private(channel)
    await stage.settle()
    await stage.pass_time(seconds=10)
    for shown in (stage.dora.home, await look(stage, stage.dora)):
        assert "No incident is open" in shown
        assert "key" not in shown
        assert "INC-1" not in shown
    assert "🔒 🔴 INC-1 · SEV1 · A key has leaked" in await look(stage, stage.bilal)


async def test_a_guest_sees_the_incidents_only_that_they_are_in(stage: Stage) -> None:
    general, gil = stage.workspace.channel("general"), stage.workspace.add_person("Gil Guest", guest=True)
    await stage.dora.invites(stage.workspace.bot_user_id, general)
    await stage.dora.invites(gil, general)
    channel = await stage.declare("sev1 Checkout is failing")
    assert str(await gil.types("/incident list", in_=general)).startswith("You are in no open incident")
    assert str(await gil.types("/incident status INC-1", in_=general)).startswith("There is no INC-1.")
    assert "You are in no open incident" in await look(stage, gil)
    said = await gil.says("What is INC-1?", in_=general)
    await stage.settle()
    assert said.replies == []

    await stage.anna.invites(gil, channel)
    await stage.settle()
    assert "INC-1 · SEV1 · Checkout is failing" in await look(stage, gil)
    await stage.pass_time(minutes=61)
    said = await gil.says("What is INC-1?", in_=general)
    await stage.settle()
    assert "Checkout is failing" in said.replies[0].shown
