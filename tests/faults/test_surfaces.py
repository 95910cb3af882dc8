"""Card, topic and announcement tell the truth, also after trouble."""

import pytest

from tests.stage import Stage


async def test_a_card_found_again_shows_what_changed_in_the_meantime(stage: Stage) -> None:
    stage.workspace.faults.on("chat.postMessage").resets(after_effect=True)
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()
    await stage.anna.types("/incident severity sev0 everything is down", in_="incident-2026-11-21-checkout-is-failing")
    await stage.settle()
    await stage.pass_time(seconds=2)

    [card] = stage.workspace.channel("incident-2026-11-21-checkout-is-failing").pinned
    assert "SEV0" in card.shown
    assert "SEV1" not in card.shown


def announcements(stage: Stage) -> list[str]:
    """What is kept current in the announcement channel; a raised severity has a line of its own there."""
    return [one.shown for one in stage.workspace.channel("incidents").messages if one.shown.startswith("🔴 INC-1")]


async def test_an_announcement_found_again_shows_what_changed_in_the_meantime(stage: Stage) -> None:
    stage.workspace.faults.on("chat.postMessage", nth=2).resets(after_effect=True)
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident severity sev0 everything is down", in_=channel)
    await stage.settle()
    await stage.pass_time(seconds=2)

    [line] = announcements(stage)
    assert "SEV0" in line


async def test_a_card_that_somebody_deleted_comes_back_and_keeps_nothing_else_from_following(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    channel.pinned[0].deleted = True
    await stage.anna.types("/incident severity sev0 everything is down", in_=channel)
    await stage.settle()

    [line] = announcements(stage)
    assert "SEV0" in line
    assert channel.topic.startswith("SEV0 · investigating")
    [card] = channel.pinned
    assert "SEV0" in card.shown

    await stage.anna.types("/incident identified a bad deploy", in_=channel)
    await stage.settle()
    assert [pinned.ts for pinned in channel.pinned] == [card.ts]
    assert "Status: identified" in card.shown


@pytest.mark.parametrize("lost", ["chat.postMessage", "pins.add"])
async def test_a_card_that_comes_back_comes_once(stage: Stage, lost: str) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    channel.pinned[0].deleted = True
    stage.workspace.faults.on(lost, where=lambda args: args["channel"] == channel.id).resets(after_effect=True)
    await stage.anna.types("/incident rename Checkout is down", in_=channel)
    await stage.settle()
    await stage.pass_time(seconds=5)

    cards = [one for one in channel.messages if "Post update" in one.buttons]
    assert [card.ts for card in channel.pinned] == [card.ts for card in cards]
    assert [card.shown.splitlines()[0] for card in cards] == ["🔴 INC-1 · Checkout is down"]


async def test_an_announcement_that_somebody_deleted_comes_back(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.workspace.channel("incidents").messages[-1].deleted = True
    await stage.anna.types("/incident severity sev0 everything is down", in_=channel)
    await stage.settle()
    [line] = announcements(stage)
    assert "SEV0" in line
