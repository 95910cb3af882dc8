"""Updates, severity and the steps of an incident's life, as people meet them."""

import pytest

from tests.stage import Stage


async def test_an_update_is_posted_with_its_time_and_starts_the_clock_anew(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.bilal.joins(channel)
    stage.clock.advance(minutes=20)
    answer = await stage.bilal.types("/incident update Auth logs show database time-outs", in_=channel)
    await stage.settle()

    assert answer is not None
    assert "The next one is due 03:50" in answer
    assert any("[UPDATE 03:20] Auth logs show database time-outs" in one.shown for one in channel.messages)
    assert "Now: Auth logs show database time-outs" in channel.pinned[0].shown
    assert "Next update due: 03:50" in channel.pinned[0].shown
    [announcement] = stage.workspace.channel("incidents").messages[-1:]
    assert "Now: Auth logs show database time-outs" in announcement.shown


async def test_the_card_button_opens_a_form_that_knows_what_is_known(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.presses("Post update", in_=channel)
    await stage.anna.submits(
        {"What changed?": "Rolled back to 41", "Customer impact now": "1 in 5 pays twice", "Next update in": "1 hour"}
    )
    await stage.settle()
    await stage.anna.presses("Post update", in_=channel)

    assert stage.anna.modal is not None
    assert stage.anna.modal.values["Customer impact now"] == "1 in 5 pays twice"
    assert "Impact: 1 in 5 pays twice" in channel.pinned[0].shown
    assert "Next update due: 04:00" in channel.pinned[0].shown


async def test_severity_changes_everywhere_and_says_what_it_means(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident severity sev0 all regions are down", in_=channel)
    await stage.settle()

    assert channel.topic.startswith("SEV0")
    assert "SEV0 Critical outage" in channel.pinned[0].shown
    assert "SEV0" in stage.workspace.channel("incidents").messages[-1].shown
    said = next(one.shown for one in channel.messages if "raised the severity" in one.shown)
    assert "@Anna Keller raised the severity from SEV1 to SEV0: all regions are down" in said
    assert "Next update due: 03:15" in channel.pinned[0].shown


async def test_severity_by_form_and_the_same_again_is_refused_in_the_form(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.presses("Severity", in_=channel)
    errors = await stage.anna.submits({"Severity": "SEV1"})
    assert errors == {"Severity": "INC-1 is SEV1 already. Nothing was changed."}
    assert await stage.anna.submits({"Severity": "SEV2", "Why?": "one region only"}) == {}
    await stage.settle()

    assert channel.topic.startswith("SEV2")


async def test_a_life_from_identified_to_reopened(stage: Stage) -> None:
    channel = await stage.declare()
    for minutes, typed, status in (
        (10, "identified a deploy broke the pool", "identified"),
        (5, "mitigated rolled back", "mitigated"),
        (15, "resolved fixed the pool size", "resolved"),
    ):
        stage.clock.advance(minutes=minutes)
        await stage.anna.types(f"/incident {typed}", in_=channel)
        await stage.settle()
        assert f"· {status} ·" in channel.topic
        assert f"Status: {status}" in channel.pinned[0].shown
    assert any("Mitigated after 15 min: rolled back" in one.shown for one in channel.messages)
    assert "none due, the incident is resolved" in channel.pinned[0].shown

    await stage.bilal.joins(channel)
    await stage.bilal.presses("Reopen", in_=channel)
    await stage.bilal.submits({"What has come back?": "time-outs again"})
    await stage.settle()
    assert "· investigating ·" in channel.topic
    assert "Next update due: 04:00" in channel.pinned[0].shown


async def test_a_step_by_button_asks_one_question(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.presses("Mitigated", in_=channel)
    assert stage.anna.modal is not None
    assert "What stopped the impact?" in stage.anna.modal.shown
    await stage.anna.submits({"What stopped the impact?": "Feature flag off"})
    await stage.settle()

    assert "Status: mitigated" in channel.pinned[0].shown
    assert "Now: Feature flag off" in channel.pinned[0].shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("reopen", "This incident is open (investigating), so there is nothing to reopen."),
        ("severity sev1", "INC-1 is SEV1 already"),
        ("severity sev7", "There is no severity “sev7” here"),
        ("rename", "What shall it be called?"),
    ],
)
async def test_steps_that_make_no_sense_are_answered_and_change_nothing(
    stage: Stage, typed: str, sentence: str
) -> None:
    channel = await stage.declare()
    before = channel.pinned[0].shown, channel.topic, len(channel.messages)
    answer = await stage.anna.types(f"/incident {typed}", in_=channel)
    await stage.settle()

    assert answer is not None
    assert sentence in answer
    assert (channel.pinned[0].shown, channel.topic, len(channel.messages)) == before


async def test_rename_changes_title_card_and_channel_but_not_the_date(stage: Stage) -> None:
    channel = await stage.declare()
    stage.clock.advance(days=1)
    await stage.anna.types("/incident rename Payments fail in Europe", in_=channel)
    await stage.settle()

    assert channel.name == "incident-2026-11-21-payments-fail-in-europe"
    assert "INC-1 · Payments fail in Europe" in channel.pinned[0].shown
    assert "Payments fail in Europe" in channel.topic

    await stage.anna.types("/incident rename Payments fail", in_=channel)
    await stage.settle()
    assert channel.name == "incident-2026-11-21-payments-fail"


async def test_five_quick_changes_cost_few_card_updates_and_end_right(stage: Stage) -> None:
    channel = await stage.declare()
    before = len([call for call in stage.workspace.calls if call.method == "chat.update"])
    for number in range(5):
        await stage.anna.types(f"/incident update finding {number}", in_=channel)
    await stage.settle()

    assert "Now: finding 4" in channel.pinned[0].shown
    cards = [call for call in stage.workspace.calls if call.method == "chat.update"][before:]
    assert len(cards) <= 10
