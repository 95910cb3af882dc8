"""Card, topic, announcement and record never disagree, whatever people did and in whatever order."""

import random

import pytest

from bot.practice.state.channels import Channel
from tests.stage import Stage

COMMANDS = (
    "update still looking",
    "update found something",
    "severity sev0",
    "severity sev1 smaller than thought",
    "severity sev2",
    "identified the pool is too small",
    "mitigated rolled back",
    "resolved",
    "reopen it is back",
    "rename Payments fail",
    "rename Checkout is failing",
    "note 02:10 a deploy began",
    "role comms me",
    "role ops @chen",
    "role leave comms",
)


@pytest.mark.parametrize("seed", range(2))
async def test_all_surfaces_agree_with_the_record_after_any_sequence(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    channel = await stage.declare("sev1 Checkout is failing @bilal @chen")
    for _ in range(12):
        person = chance.choice([stage.anna, stage.bilal, stage.chen])
        await person.types(f"/incident {chance.choice(COMMANDS)}", in_=channel)
        if chance.random() < 0.3:
            await stage.pass_time(minutes=chance.choice([1, 20, 40]))
    await stage.settle()

    await surfaces_agree(stage, channel)


async def surfaces_agree(stage: Stage, channel: Channel) -> None:
    status = await stage.anna.types("/incident status", in_=channel)
    assert status is not None
    [card] = channel.pinned
    told = status.splitlines()
    shown = card.shown.splitlines()
    assert shown[: len(told)] == told
    title = told[0].partition(" · ")[2]
    state = told[2].partition("Status: ")[2].partition(" ")[0]
    severity = told[1].split()[0]
    assert channel.topic.startswith(f"{severity} · {state} · IC Anna Keller · INC-1 {title}")
    announced = next(one.shown for one in stage.workspace.channel("incidents").messages if "INC-1" in one.shown)
    assert f"INC-1 · {severity} · {title}" in announced
    assert f"{state.capitalize()} · IC @Anna Keller" in announced


async def test_buttons_of_a_closed_incident_explain_themselves(stage: Stage) -> None:
    channel = await stage.declare()
    card = channel.pinned[0]
    old_buttons = card.buttons
    blocks = list(card.blocks)
    await stage.anna.types("/incident resolved", in_=channel)
    await stage.pass_time(minutes=31)
    await stage.anna.presses("Close", in_=channel)
    await stage.anna.submits({"Summary": "It failed", "Customer impact": "None"})
    await stage.settle()
    assert "closed" in channel.topic

    # Somebody's Slack still shows the card as it was.
    card.blocks = blocks
    record = await stage.anna.types("/incident status", in_=channel)
    for label in old_buttons:
        before = len(stage.anna.ephemerals())
        await stage.anna.presses(label, on=card)
        await stage.settle()
        assert stage.anna.modal is None, label
        assert len(stage.anna.ephemerals()) == before + 1, label
        assert "closed" in stage.anna.ephemerals()[-1].shown, label
    assert await stage.anna.types("/incident status", in_=channel) == record
