"""Drills: practice with an incident's means, told apart from one everywhere, and scored at the end."""

from bot.practice.state.channels import Channel
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


async def test_a_scenario_is_begun_lived_through_closed_and_scored(stage: Stage) -> None:
    await stage.anna.types("/incident drill list", in_="general")
    listed = stage.anna.ephemerals()[-1].shown
    assert "database-failover · The orders database fails over, and not cleanly (7 injects, 30 min)" in listed

    before = {channel.id for channel in stage.workspace.channels}
    await stage.anna.types("/incident drill bad-deploy @bilal", in_="general")
    await stage.settle()
    [channel] = [one for one in stage.workspace.channels if one.id not in before]
    assert channel.name.startswith("incident-2026-11-21-drill-a-release-makes-sign-in")
    assert stage.bilal.id in channel.members
    [intro] = [one for one in channel.messages if "This is a drill" in one.shown]
    print(intro.shown)
    assert "Should hold: Whoever is on call finds the release" in intro.shown
    assert "Everybody stops when: Production shows anything unusual" in intro.shown
    assert "Reaches out: no" in intro.shown
    assert "IC free" in channel.pinned[0].shown or "Incident commander free" in channel.pinned[0].shown

    await stage.pass_time(seconds=1)
    assert injects(channel) == ["Inject 1 of 6 · Support"]
    await stage.bilal.presses("I'll take ic", in_=channel)
    await stage.pass_time(minutes=2)
    assert len(injects(channel)) == 1
    await stage.restart()
    await stage.pass_time(minutes=1)
    assert injects(channel)[1:] == ["Inject 2 of 6 · Dashboard"]
    await stage.anna.types("/incident drill next", in_=channel)
    await stage.pass_time(seconds=1)
    assert injects(channel)[2:] == ["Inject 3 of 6 · Chat"]

    await stage.bilal.types("/incident update Rolling auth back", in_=channel)
    await stage.bilal.types("/incident resolved rolled back", in_=channel)
    await stage.pass_time(minutes=20)
    assert len(injects(channel)) == 3
    await stage.bilal.types("/incident close", in_=channel)
    await stage.bilal.submits({"Customer impact": "None, it was practice"})
    await stage.settle()
    [score] = [one for one in channel.messages if "How the drill INC-1 went" in one.shown]
    print(score.shown)
    assert "Command · expected within 5 min · after" in score.shown


def injects(channel: Channel) -> list[str]:
    lines = [line for one in channel.messages for line in one.shown.splitlines()]
    return [line.removeprefix("📣 ") for line in lines if line.startswith("📣 Inject")]
