"""Drills: practice with an incident's means, told apart from one everywhere, and scored at the end."""

from tests.stage import Stage

BANNER = "DRILL · practice, nothing here is real"


async def test_a_drill_says_so_wherever_it_is_seen(stage: Stage) -> None:
    stage.workspace.add_channel("incidents")
    channel = await stage.declare("--drill sev0 Checkout is failing with @bilal")

    assert channel.name == "incident-2026-11-21-drill-checkout-is-failing"
    assert channel.topic.startswith("🎓 DRILL SEV0")
    assert BANNER in channel.pinned[0].shown
    [line] = [one for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]
    assert BANNER in line.shown
    assert "🎓 DRILL INC-1" in line.shown

    await stage.anna.types("/incident update Trying the replica", in_=channel)
    await stage.settle()
    said = [one for one in channel.messages if one.user == stage.workspace.bot_user_id and not one.subtype]
    assert said
    assert [one.shown for one in said if BANNER not in one.shown] == []
    assert all("DRILL" in one.text for one in said)
