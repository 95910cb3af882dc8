"""Two incidents turn out to be one: people move, both are linked, and the survivor shows both timelines."""

import json
from typing import Any

from bot.practice.driver.person import Person
from storage import incidents
from tests.stage import Stage
from workflows import export
from workflows.record import read


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


async def exported(stage: Stage, number: int) -> dict[str, Any]:
    async with stage.app.services.database.read() as session:
        incident = await incidents.get(session, number)
        assert incident is not None
        made: dict[str, Any] = json.loads(export.as_json(await read(session, incident)))
        return made


async def test_the_notice_of_two_that_look_alike_merges_them_at_a_press(stage: Stage) -> None:
    first = await stage.declare("sev2 Checkout is failing")
    second = await stage.declare("sev1 Checkout is failing in Europe", by=stage.bilal)
    assert "If it is the same: /incident merge INC-2 into INC-1." in stage.bilal.ephemerals()[0].shown
    await stage.chen.joins(second)
    await stage.chen.types("/incident note the pool is exhausted", in_=second)
    await stage.bilal.types("/incident handoff @chen", in_=second)
    await stage.bilal.types("/incident action @chen restart the workers by 04:30", in_=second)
    await stage.bilal.types("/incident action look at the graphs", in_=second)
    await stage.bilal.types("/incident action done 2", in_=second)
    await stage.bilal.types("/incident promise a first report to Acme by 05:00", in_=second)
    await stage.settle()

    await stage.bilal.presses("Merge into INC-1", in_=second)
    await stage.settle()

    assert {stage.bilal.id, stage.chen.id} <= set(first.members)
    assert "Status: merged" in second.pinned[0].shown
    assert "goes on in INC-1" in second.pinned[0].shown
    assert "Handoff:" not in second.pinned[0].shown
    [gone] = [one for one in second.messages if "merged INC-2 into INC-1" in one.shown]
    assert f"Go on in #{first.name}; everybody here is invited there." in gone.shown
    [come] = [one for one in first.messages if "merged INC-2" in one.shown]
    assert f"What was said there is in #{second.name}" in come.shown
    assert "It brought 1 open action and 1 promise, numbered anew here." in come.shown
    assert any("Action 1 goes on in INC-1: restart the workers" in one.shown for one in second.messages)
    assert "Promised outside: a first report" in first.pinned[0].shown
    await stage.bilal.types("/incident action done 1", in_=second)
    assert told(stage.bilal).startswith("Action 1 goes on in INC-1.")
    assert "INC-2 was SEV1, this is SEV2: is that still right?" in come.shown
    assert (
        "merged"
        in next(one.shown for one in stage.workspace.channel("incidents").messages if "INC-2" in one.shown).lower()
    )
    await stage.pass_time(hours=2)
    assert not [one for one in second.messages if one.shown.startswith(("No update for", "⏰", "⏳"))]
    asked = [one.shown for one in first.messages if one.shown.startswith(("⏰", "⏳"))]
    assert any("action 1 was due" in one for one in asked)
    assert any("a first report" in one for one in asked)

    await stage.chen.types("/incident timeline", in_=first)
    assert "INC-2: the pool is exhausted" in told(stage.chen)
    assert "INC-2 SEV1 “Checkout is failing in Europe” was merged into this incident" in told(stage.chen)
    [merged] = (await exported(stage, 1))["merged"]
    assert (merged["ref"], merged["timeline"][0]["kind"]) == ("INC-2", "declared")
    ended = await exported(stage, 2)
    assert ended["incident"]["merged_into"] == "INC-1"
    assert [one["text"] for one in ended["actions"]] == ["look at the graphs"]
    assert ended["promises"][0]["reason"] == "goes on as promise 1 of INC-1"
    assert "1 open action moved to INC-1 – 1 is 1 there: restart the workers" in [
        one["text"] for one in ended["timeline"]
    ]
    async with stage.app.services.database.read() as session:
        assert [one.ref for one in await incidents.counted(session)] == ["INC-1"]

    await stage.bilal.types("/incident reopen another cause", in_=second)
    await stage.settle()
    assert "Status: investigating" in second.pinned[0].shown
    assert "Next update due" in second.pinned[0].shown
    assert any(
        "another cause (it stands on its own again, no longer part of INC-1. People invited there stay in both"
        in one.shown
        for one in second.messages
    )
    assert any("@Bilal Aydin reopened INC-2, which was merged into this one" in one.shown for one in first.messages)
    await stage.chen.types("/incident timeline", in_=first)
    assert "INC-2: the pool is exhausted" not in told(stage.chen)


async def test_merging_by_words_and_what_makes_no_sense(stage: Stage) -> None:
    first = await stage.declare("sev2 Search is slow")
    second = await stage.declare("sev2 Login is broken")
    third = await stage.declare("sev3 Reports are late")

    for typed, where, sentence in (
        ("merge", second, "Which incident goes on?"),
        ("merge INC-2", second, "INC-2 cannot be merged into itself"),
        ("merge INC-99", second, "There is no INC-99"),
        ("merge INC-1", "general", "This is not an incident channel"),
        ("merge INC-1 INC-2 INC-3", second, "Which incident goes on?"),
    ):
        answer = await stage.anna.types(f"/incident {typed}", in_=where)
        assert sentence in (answer or ""), answer
    assert "Status: investigating" in second.pinned[0].shown

    answer = await stage.anna.types("/incident merge INC-2 into INC-1", in_="general")
    assert answer == f"INC-2 is merged into INC-1. Go on in #{first.name}; everybody is invited there."
    await stage.settle()
    answer = await stage.anna.types("/incident merge INC-2", in_=third)
    assert answer == (
        "INC-2 is merged, so nothing goes on there. It was merged into INC-1; merge this into that. "
        "Nothing was changed."
    )
    assert await stage.anna.types("/incident merge INC-1", in_=third) is not None
    await stage.settle()
    answer = await stage.anna.types("/incident merge INC-1", in_=third)
    assert "This incident is merged." in (answer or "")
    await stage.anna.types("/incident timeline", in_=first)
    assert "INC-2: Declared SEV2: Login is broken" in told(stage.anna)
    assert "INC-3: Declared SEV3: Reports are late" in told(stage.anna)


async def test_a_private_incident_is_neither_merged_into_a_public_one_nor_named_to_outsiders(stage: Stage) -> None:
    private = await stage.declare("sev2 Somebody reads our mail")
    public = await stage.declare("sev2 Login is broken", by=stage.dora)
    async with stage.app.services.database.write() as session:
        incident = await incidents.get(session, 1)
        assert incident is not None
        incident.private = True
        session.add(incident)

    outside = await stage.dora.types("/incident merge INC-1", in_=public)
    assert outside == (await stage.dora.types("/incident merge INC-9", in_=public) or "").replace("INC-9", "INC-1")
    inside = await stage.anna.types("/incident merge INC-2", in_=private)
    assert "One of INC-1 and INC-2 is private and the other is not" in (inside or "")
    await stage.settle()
    assert "Status: investigating" in public.pinned[0].shown
