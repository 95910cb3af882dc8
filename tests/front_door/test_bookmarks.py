"""The links at the top of an incident's channel."""

from dataclasses import replace

from bot.practice.state.channels import Channel
from tests.front_door.test_close import GIVEN
from tests.front_door.test_groups import restart_with
from tests.stage import Stage
from workflows.policy import Link, Service

RUNBOOK = Link(title="Restart it", url="https://wiki.example.com/restart")
GRAPHS = Link(title="In one page", url="https://grafana.example.com/d/checkout")


def titles(channel: Channel) -> list[str]:
    return [bookmark["title"] for bookmark in channel.bookmarks]


def asked(stage: Stage) -> int:
    return sum(1 for call in stage.workspace.calls if call.method.startswith("bookmarks."))


async def test_bookmarks_lead_to_what_people_need_and_follow_the_record(stage: Stage) -> None:
    checkout = Service(name="Checkout", runbooks=(RUNBOOK,), dashboards=(GRAPHS,))
    await restart_with(stage, services=(checkout,), status_page="https://status.example.com")
    channel = await stage.declare("sev1 Carts are empty service:checkout")
    assert titles(channel) == ["Card", "Restart it", "In one page", "Status page"]
    card = channel.pinned[0]
    assert channel.bookmarks[0]["link"].endswith(f"/archives/{channel.id}/p{card.ts.replace('.', '')}")

    # Nothing is asked of Slack while nothing changes; a new card and a new address are followed.
    before = asked(stage)
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert asked(stage) == before
    await stage.anna.deletes(card, as_admin=True)
    await stage.settle()
    assert channel.bookmarks[0]["link"].endswith(channel.pinned[0].ts.replace(".", ""))
    assert channel.pinned[0].ts != card.ts

    # What people remove stays removed, what they put there stays; what is no longer configured goes.
    await stage.anna.removes_bookmark(channel, "Status page")
    await stage.anna.bookmarks(channel, "Our notes", "https://notes.example.com")
    await restart_with(
        stage, services=(replace(checkout, dashboards=()),), status_page="https://new-status.example.com"
    )
    for word in ("update a", "update b"):
        await stage.anna.types(f"/incident {word}", in_=channel)
        await stage.settle()
    assert titles(channel) == ["Card", "Restart it", "Our notes"]

    await stage.anna.types("/incident resolved fixed", in_=channel)
    await stage.pass_time(minutes=31)
    await stage.anna.presses("Close", in_=channel)
    await stage.anna.submits(GIVEN)
    await stage.settle()
    assert titles(channel) == ["Card", "Restart it", "Our notes", "Postmortem draft"]


async def test_a_bookmark_that_slack_refuses_is_told_once_and_repaired(stage: Stage) -> None:
    stage.workspace.faults.on("bookmarks.add", times=9).fails("permission_denied")
    channel = await stage.declare()
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    told = await stage.anna.types("/incident timeline", in_=channel)
    assert told is not None
    assert told.count("The bookmark “Card” could not be added") == 1
    status = await stage.anna.types("/incident status", in_=channel)
    assert status is not None
    assert "a bookmark: permission_denied" in status

    stage.workspace.faults.clear()
    await stage.anna.types("/incident status repair", in_=channel)
    await stage.settle()
    assert titles(channel) == ["Card"]
