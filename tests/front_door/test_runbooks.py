"""Runbooks: found, read, started, ticked by several people; and mitigation before root cause."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.practice.driver.person import Person
from storage import timeline
from tests.stage import Stage
from workflows.policy import RunbookPolicy, Service

OWN = """---
trigger: "`CheckoutErrors` fires"
severity: SEV1
services: [Checkout]
owner: Payments
updated: 2024-01-05
---
# Restart the payment workers

## Prerequisites
- Access to the cluster

## Steps
1. Look at the queue.
   ```sh
   kubectl -n pay get pods && echo <!channel>
   ```
2. Restart them: `kubectl -n pay rollout restart deploy/workers`
3. Watch the queue drain.

## Verification
The queue is empty.

## Rollback
`kubectl -n pay rollout undo deploy/workers`
"""


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def with_own(stage: Stage, folder: Path) -> None:
    """A folder with one runbook, and the service that it is for."""
    (folder / "payments").mkdir(parents=True)
    (folder / "payments" / "workers.md").write_text(OWN)
    (folder / "README.md").write_text("# Not a runbook")
    await stage.stop()
    policy = replace(stage.settings.policy, runbooks=RunbookPolicy(folder=folder), services=(Service(name="Checkout"),))
    stage.settings = replace(stage.settings, policy=policy)
    await stage.start()


async def lines(stage: Stage, *kinds: str) -> list[str]:
    async with stage.app.services.database.read() as session:
        return [entry.text for entry in await timeline.entries(session, 1) if entry.kind in kinds]


async def test_the_runbook_that_fits_is_on_the_card_and_worked_through_together(stage: Stage) -> None:
    channel = await stage.declare("sev1 The database primary does not answer")
    for who in (stage.bilal, stage.chen):
        await who.joins(channel)
    card = channel.pinned[0]
    assert "📖 Database failover (fits)" in card.shown

    await stage.bilal.presses("Start runbook", on=card)
    await stage.settle()

    assert "📖 Database failover (started, see its checklist)" in channel.pinned[0].shown
    assert "Start runbook" not in channel.pinned[0].buttons
    [checklist] = [one for one in channel.messages if "steps done" in one.shown]
    assert checklist.shown.startswith("📖 Database failover · 0 of 7 steps done · started by @Bilal Aydin")
    assert 'psql -h "$REPLICA"' in checklist.shown
    assert "Did it work?" in checklist.shown
    assert checklist.buttons == ["Done"] * 7
    await stage.chen.types("/incident runbook start database failover", in_=channel)
    assert told(stage.chen).startswith("@Bilal Aydin started “Database failover” at")

    await asyncio.gather(stage.bilal.presses("Done", on=checklist), stage.chen.presses("Done", on=checklist))
    await stage.settle()
    [second] = [who for who in (stage.bilal, stage.chen) if "ticked step 1 at" in "".join(map(str, shown_to(who)))]
    [first] = {stage.bilal, stage.chen} - {second}
    assert (
        f"✅ 1. See how far the replica is behind. More than the commander agreed to: stop and ask. – @{first.name}"
        in (checklist.shown)
    )
    assert checklist.buttons == ["Undo", *["Done"] * 6]

    await stage.anna.types("/incident runbook done 2, 3", in_=channel)
    await stage.anna.presses("Undo", on=checklist)
    await stage.settle()
    assert "2 of 7 steps done" in checklist.shown
    assert "⬜ 1. See how far" in checklist.shown
    done = await lines(stage, "action", "runbook")
    assert done[0] == "Started the runbook “Database failover”, 7 steps"
    assert [line.partition(": ")[0] for line in done[1:]] == ["Done", "Done", "Done", "Not done after all"]

    await stage.bilal.types("/incident runbook done 9", in_=channel)
    assert told(stage.bilal) == "“Database failover” has 7 steps, and none is number 9."
    await stage.bilal.types("/incident runbook done", in_=channel)
    assert told(stage.bilal).startswith("Which step?")


def shown_to(who: Person) -> list[str]:
    return [one.shown for one in who.ephemerals()]


async def test_a_teams_own_runbooks_are_listed_read_and_started_even_while_they_change(
    stage: Stage, tmp_path: Path
) -> None:
    folder = tmp_path / "runbooks"
    await with_own(stage, folder)
    channel = await stage.declare("sev1 Payments are stuck with 3 workers")

    listed = await stage.anna.types("/incident runbook", in_=channel)
    assert listed is not None
    assert listed.startswith("Runbooks (1 fit INC-1)")
    own = "Restart the payment workers · SEV1 · 3 steps · ⚠️ may be out of date – CheckoutErrors fires"
    assert own in listed
    assert "README" not in listed

    await stage.anna.types("/incident runbook payment workers", in_=channel)
    page = stage.anna.ephemerals()[-1]
    assert "It may be out of date: it was last revised on 2024-01-05" in page.shown
    assert "echo <!channel>" in page.shown
    (folder / "payments" / "workers.md").write_text(OWN.replace("3. Watch the queue drain.\n", ""))
    await stage.anna.presses("Start runbook", on=page)
    await stage.settle()
    [checklist] = [one for one in channel.messages if "steps done" in one.shown]
    assert "0 of 2 steps done" in checklist.shown

    (folder / "payments" / "workers.md").unlink()
    await stage.anna.presses("Done", on=checklist)
    await stage.settle()
    assert "1 of 2 steps done" in checklist.shown

    outside = await stage.dora.types("/incident runbook", in_="general")
    assert outside is not None
    assert "Database failover" in outside
    assert stage.dora.ephemerals()[-1].buttons == []
    await stage.dora.types("/incident runbook start database failover", in_="general")
    assert told(stage.dora).startswith("This is not an incident channel")
    nothing = await stage.anna.types("/incident runbook xyzzy", in_=channel)
    assert nothing is not None
    assert nothing.startswith("No runbook is called “xyzzy”. There are: “Cache invalidation”")


async def test_a_checklist_that_somebody_deleted_comes_back_with_what_was_done(stage: Stage) -> None:
    channel = await stage.declare("sev1 DDoS from everywhere")
    await stage.anna.presses("Start runbook", in_=channel)
    await stage.settle()
    [checklist] = [one for one in channel.messages if "steps done" in one.shown]
    await stage.anna.types("/incident runbook done 1", in_=channel)
    await stage.settle()
    await stage.anna.deletes(checklist, as_admin=True)
    await stage.anna.types("/incident runbook done 2", in_=channel)
    await stage.settle()

    [again] = [one for one in channel.messages if "steps done" in one.shown]
    assert "2 of 7 steps done" in again.shown


async def test_until_something_is_tried_the_commander_is_reminded_to_mitigate_first_once(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.pass_time(minutes=11)
    [hint] = [one for one in stage.anna.dm.messages if "nobody has noted a mitigation yet" in one.shown]
    assert "Roll back when something was deployed" in hint.shown
    await stage.pass_time(minutes=20)
    [nag] = [one for one in channel.messages if one.shown.startswith("No update for")]
    assert nag.buttons[-1] == "Mitigate"
    assert len([one for one in stage.anna.dm.messages if "mitigation" in one.shown]) == 1

    await stage.bilal.presses("Mitigate", on=nag)
    await stage.settle()
    await stage.bilal.presses("Roll back", on=stage.bilal.ephemerals()[-1])
    await stage.settle()

    assert any(one.shown.startswith("⚡ @Bilal Aydin is trying: roll back.") for one in channel.messages)
    assert await lines(stage, "action") == ["Trying: roll back"]
    await stage.anna.types("/incident update rolling back", in_=channel)
    await stage.pass_time(minutes=30)
    [later] = [one for one in channel.messages if one.shown.startswith("No update for")]
    assert "Mitigate" not in later.buttons
