"""Drills: practice with an incident's means, told apart from one everywhere, and scored at the end."""

from dataclasses import replace
from pathlib import Path

from bot.practice.state.channels import Channel
from storage import backlog, incidents
from tests.stage import Stage, open_stage
from workflows.policy import Hook, Service, default_policy

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

    # For those who are not in it: told apart wherever it is named, and in no figure.
    await stage.dora.opens_home()
    await stage.settle()
    assert "No incident is open" in stage.dora.home
    assert "Checkout" not in stage.dora.home
    await stage.dora.types("/incident list", in_="general")
    assert "🎓 DRILL INC-1 SEV0" in stage.dora.ephemerals()[-1].shown
    await stage.dora.invites(stage.workspace.bot_user_id, "general")
    said_by_dora = await stage.dora.says("What about INC-1?", in_="general")
    await stage.settle()
    assert "🎓 DRILL INC-1" in said_by_dora.replies[0].shown
    async with stage.app.services.database.read() as session:
        assert (await backlog.totals(session)).declared == 0
        assert await incidents.counted(session) == []

    for word in ("status", "catchup", "timeline"):
        await stage.anna.types(f"/incident {word}", in_=channel)
        assert "🎓 DRILL INC-1" in stage.anna.ephemerals()[-1].shown
    await stage.anna.types("/incident rename Payments are failing", in_=channel)
    await stage.settle()
    assert channel.name == "incident-2026-11-21-drill-payments-are-failing"

    # So does whatever somebody reads alone in it: an answer, a refusal, a form.
    await stage.anna.types("/incident note the replica lags", in_=channel)
    assert BANNER in stage.anna.ephemerals()[-1].shown
    await stage.anna.types("/incident nonsense", in_=channel)
    assert BANNER in stage.anna.ephemerals()[-1].shown
    await stage.anna.presses("Post update", in_=channel)
    assert stage.anna.modal is not None
    assert BANNER in stage.anna.modal.shown
    await stage.anna.closes()
    await stage.anna.types("/incident help", in_="general")
    assert BANNER not in stage.anna.ephemerals()[-1].shown

    # What is written for people outside says so too, and goes to no other channel.
    await stage.anna.types("/incident comms update", in_=channel)
    assert stage.anna.modal is not None
    assert "DRILL – practice, nothing in this is real." in str(stage.anna.modal.values)
    general = stage.workspace.channel("general")
    form = {"Update": "We are on it", "Where": "Another", "Another channel": general}
    assert "is a drill" in str(await stage.anna.submits(form))


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
    assert "Should hold: Whoever is on call finds the release" in intro.shown
    assert "Everybody stops when: Production shows anything unusual" in intro.shown
    assert "Reaches out: no" in intro.shown
    assert "IC free" in channel.pinned[0].shown or "Incident commander free" in channel.pinned[0].shown

    await stage.pass_time(seconds=1)
    assert injects(channel) == ["Inject 1 of 6 · Support"]
    await stage.bilal.presses("I'll take incident commander", in_=channel)
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
    await stage.pass_time(minutes=1)
    await stage.bilal.types("/incident comms resolution", in_=channel)
    assert await stage.bilal.submits({"Resolution": "It was practice", "Where": "This incident's channel"}) == {}
    await stage.settle()
    [score] = [one for one in channel.messages if "How the drill INC-1 went" in one.shown]
    assert "Command · expected within 5 min · after" in score.shown


def injects(channel: Channel) -> list[str]:
    lines = [line for one in channel.messages for line in one.shown.splitlines()]
    return [line.removeprefix("📣 ") for line in lines if line.startswith("📣 Inject")]


async def test_a_drill_reaches_nobody_outside_unless_that_is_asked_for(tmp_path: Path) -> None:
    settings = default_policy()
    async with open_stage(tmp_path) as stage:
        policy = replace(
            settings,
            groups={"executives": (stage.dora.id,), "management": (stage.dora.id,)},
            invite=(stage.dora.id,),
            services=(Service(name="Checkout", owner=(stage.dora.id,)),),
            hooks=(Hook(name="Roll back", url="https://deploy.example.com/"),),
        )
        await stage.stop()
        stage.settings = replace(stage.settings, policy=policy)
        await stage.start()
        channel = await stage.declare("--drill sev0 Checkout is down service:Checkout")
        await stage.pass_time(minutes=40)
        await stage.anna.types("/incident escalate @dora please look", in_=channel)
        await stage.settle()

        assert stage.dora.id not in channel.members
        assert stage.dora.dm.messages == []
        shown = [one.shown for one in channel.messages]
        assert any("Now executives would be called: It is SEV0. This is a drill, so nobody was" in one for one in shown)
        assert "Dora Lind would be called: please look" in stage.anna.ephemerals()[-1].shown
        assert not any("email to customers" in one for one in shown)
        assert "Remediate" not in channel.pinned[0].buttons
        for line, answer in (
            ("remediate Roll back", "this is a drill, in which nothing outside is called"),
            ("clocks start gdpr 02:50", "is a drill, so no duty to report is counted"),
        ):
            await stage.anna.types(f"/incident {line}", in_=channel)
            assert answer in stage.anna.ephemerals()[-1].shown

        paged = await stage.declare("--drill --page sev0 Payments are down")
        assert stage.dora.id in paged.members
        assert "DRILL · practice, nothing here is real" in stage.dora.dm.messages[-1].shown
        await stage.anna.types("/incident merge INC-2", in_=await stage.declare("sev2 Payments are slow"))
        assert "One of INC-3 and INC-2 is a drill and the other is not" in stage.anna.ephemerals()[-1].shown


async def test_a_drill_is_paused_goes_on_and_is_aborted_by_anybody(stage: Stage) -> None:
    channel = await stage.declare("--drill sev2 Warming up")
    await stage.anna.types("/incident cancel done", in_=channel)
    await stage.settle()
    assert "How the drill INC-1 went" in channel.messages[-1].shown or "Cancelled" in channel.messages[-1].shown
    before = {one.id for one in stage.workspace.channels}
    await stage.anna.types("/incident drill", in_="general")
    await stage.anna.submits({"What do you practise?": "A release makes sign-in slow for some"})
    await stage.settle()
    [channel] = [one for one in stage.workspace.channels if one.id not in before]
    await stage.pass_time(seconds=1)
    await stage.bilal.joins(channel)
    await stage.bilal.presses("Pause", in_=channel)
    await stage.pass_time(minutes=30)
    assert len(injects(channel)) == 1
    await stage.bilal.types("/incident drill next", in_=channel)
    assert "is paused" in stage.bilal.ephemerals()[-1].shown
    await stage.bilal.types("/incident drill", in_=channel)
    panel = stage.bilal.ephemerals()[-1]
    assert "It is paused. 5 more injects to come when it goes on." in panel.shown
    assert panel.buttons == ["Go on", "Abort drill"]
    await stage.bilal.presses("Go on", on=panel)
    await stage.bilal.types("/incident drill", in_=channel)
    assert "5 more injects to come, the next one" in stage.bilal.ephemerals()[-1].shown
    await stage.pass_time(minutes=3)
    assert len(injects(channel)) == 2

    await stage.dora.types("/incident drill abort INC-2", in_="general")
    await stage.dora.submits({"Why does everybody stop?": "A <real> alert & another"})
    await stage.settle()
    stops = [one.shown for one in channel.messages if "Stop. The drill is aborted" in one.shown]
    assert len(stops) == 1
    assert "by @Dora Lind: A <real> alert & another" in stops[0]
    assert "Take back what was changed for it: Tabletop." in stops[0]
    await stage.pass_time(minutes=60)
    assert len(injects(channel)) == 2
    assert "aborted, with the reason on record" in channel.messages[-1].shown
    for line, answer in (
        ("drill abort again please", "The drill INC-2 is over (cancelled)"),
        ("drill pause", "is over (cancelled)"),
        ("drill bad-deplpy now", "There is no scenario “bad-deplpy now”. Did you mean bad-deploy?"),
        ("drill bad-deploy --faster 900x", "How much faster? From 1x to 100x"),
        ("drill replay", "Which incident is to be lived through again?"),
        ("drill replay INC-77", "There is no INC-77."),
        ("declare --page sev1 Down", "--page is for drills"),
    ):
        await stage.anna.types(f"/incident {line}", in_=channel)
        assert answer in stage.anna.ephemerals()[-1].shown, line


async def test_a_past_incident_happens_again_for_those_who_may_see_it(stage: Stage) -> None:
    first = await stage.declare("sev1 Checkout is failing --private with @bilal")
    await stage.pass_time(minutes=8)
    await stage.anna.types("/incident update @bilal found it: password: hunter2horse", in_=first)
    await stage.pass_time(minutes=12)
    await stage.bilal.types("/incident resolved rolled back", in_=first)
    await stage.settle()

    await stage.dora.types("/incident drill replay INC-1", in_="general")
    assert stage.dora.ephemerals()[-1].shown.startswith("There is no INC-1.")
    before = {one.id for one in stage.workspace.channels}
    await stage.bilal.types("/incident drill replay INC-1 --faster 4x", in_="general")
    await stage.settle()
    [again] = [one for one in stage.workspace.channels if one.id not in before]
    assert again.is_private
    assert "drill-replay-of-inc-1-checkout" in again.name
    await stage.pass_time(seconds=1)
    await stage.pass_time(minutes=2)
    assert injects(again) == ["Inject 1 of 3 · How it began", "Inject 2 of 3 · Then, 8 min in · update"]
    await stage.pass_time(minutes=3)
    text = "\n".join(one.shown for one in again.messages)
    assert "Inject 3 of 3 · Then, 20 min in · status" in text
    assert "@somebody found it: password: «masked: password»" in text
    assert "hunter2horse" not in text
    # A drill is among nobody's figures and recent incidents.
    await stage.bilal.opens_home()
    await stage.settle()
    assert "Replay of INC-1" not in stage.bilal.home
