"""Declaring, as people meet it."""

from tests.stage import Stage


async def test_one_line_makes_a_channel_with_a_pinned_card_and_an_announcement(stage: Stage) -> None:
    answer = await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    assert answer is not None
    assert "INC-1 SEV1 declared: Checkout is failing" in answer
    await stage.settle()

    channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
    [card] = channel.pinned
    assert "INC-1 · Checkout is failing" in card.shown
    assert "SEV1 Major degradation" in card.shown
    assert "Incident commander @Anna Keller" in card.shown
    assert "Post update" in card.buttons
    assert channel.topic.startswith("SEV1 · investigating · IC Anna Keller")
    [announcement] = [one for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown]
    assert "Checkout is failing" in announcement.shown
    assert stage.anna.id in channel.members
    assert "INC-1 is set up" in stage.anna.ephemerals()[-1].shown
