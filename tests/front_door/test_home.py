"""The home tab, as people see it."""

from tests.stage import Stage


async def test_the_home_tab_shows_what_is_open_and_declares(stage: Stage) -> None:
    await stage.dora.opens_home()
    await stage.settle()
    assert "No incident is open" in str(stage.dora.home)

    await stage.declare("sev1 Checkout is failing")
    await stage.dora.opens_home()
    await stage.settle()
    assert "Open incidents: 1" in str(stage.dora.home)
    assert "INC-1 · SEV1 · Checkout is failing" in str(stage.dora.home)

    await stage.dora.presses("Declare an incident")
    assert await stage.dora.submits({"What is failing?": "Search is down", "Severity": "SEV2"}) == {}
    await stage.settle()
    assert stage.workspace.find_channel("incident-2026-11-21-search-is-down") is not None
