"""Declaring, as people meet it."""

import pytest

from commands import SUBCOMMANDS
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


async def test_who_saw_no_answer_and_types_it_again_is_shown_the_first_one(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    stage.clock.advance(seconds=20)
    answer = await stage.anna.types("/incident declare sev1 checkout  IS failing with @bilal", in_="general")
    assert answer == (
        f"You declared this 20 seconds ago: INC-1 in #{channel.name}. If it is another one, give it another title."
    )
    await stage.anna.types("/incident declare", in_="general")
    assert await stage.anna.submits({"What is failing?": "Checkout is failing", "Severity": "SEV1"}) == {}
    assert stage.anna.modal is not None
    assert f"You declared this 20 seconds ago: INC-1 in #{channel.name}." in stage.anna.modal.shown

    worse = await stage.anna.types("/incident declare sev0 Checkout is failing", in_="general")
    by_another = await stage.bilal.types("/incident declare sev1 Checkout is failing", in_="general")
    stage.clock.advance(seconds=101)
    later = await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    for number, told in enumerate((worse, by_another, later), 2):
        assert told is not None
        assert told.startswith(f"INC-{number} ")


async def test_the_form_asks_for_little_and_turns_into_a_link(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    assert stage.anna.modal is not None
    assert "When in doubt, take the worse one" in stage.anna.modal.shown

    errors = await stage.anna.submits(
        {
            "What is failing?": "Login is slow",
            "Severity": "SEV2",
            "Customer impact": "Some wait & some give up <soon>",
            "Incident commander": stage.bilal,
        }
    )
    assert errors == {}
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-login-is-slow")
    assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
    assert "Some wait & some give up <soon>" in channel.pinned[0].shown
    assert {stage.anna.id, stage.bilal.id} <= set(channel.members)
    assert "INC-1 is set up: #incident-2026-11-21-login-is-slow" in stage.anna.modal.shown


async def test_a_refused_form_keeps_what_was_typed(stage: Stage) -> None:
    await stage.anna.types("/incident declare", in_="general")
    errors = await stage.anna.submits({"What is failing?": "…", "Severity": "SEV1", "Summary": "since ten past three"})

    assert errors == {"What is failing?": "A few words about what is failing, please."}
    assert stage.anna.modal is not None
    assert stage.anna.modal.values["Summary"] == "since ten past three"
    assert (await stage.anna.submits({"What is failing?": "Search is down"})) == {}
    await stage.settle()
    assert stage.workspace.find_channel("incident-2026-11-21-search-is-down") is not None


@pytest.mark.parametrize(
    ("typed", "severity", "title"),
    [
        ("sev1 Checkout is failing", "SEV1", "Checkout is failing"),
        ("SEV-0 everything is down", "SEV0", "everything is down"),
        ("Search is slow sev 3", "SEV3", "Search is slow"),
        ("1 Login broken", "SEV1", "Login broken"),
        ("Only 1 of 3 nodes answers", "SEV2", "Only 1 of 3 nodes answers"),
        ("“Payments are down” p1", "SEV1", "Payments are down"),
        ("sev1 数据库宕机", "SEV1", "数据库宕机"),
        ("sev2 🔥🔥", "SEV2", "🔥🔥"),
        ("sev1 <!channel> prod down", "SEV1", "<!channel> prod down"),
    ],
)
async def test_one_line_is_read_as_people_mean_it(stage: Stage, typed: str, severity: str, title: str) -> None:
    channel = await stage.declare(typed)

    [card] = channel.pinned
    assert f"INC-1 · {title}" in card.shown
    assert severity in card.shown
    assert channel.name.startswith("incident-2026-11-21-")
    assert "<!channel>" not in str(card.blocks) + card.text + channel.topic + channel.purpose
    assert not any(message.pings for message in channel.messages if "@channel" in message.pings)


CANNOT_BE_DONE = [
    ("declare sev1", "What is failing? A few words are enough"),
    ("declare sev1 !!!", "What is failing?"),
    ("declare sev9 Checkout is failing", "There is no severity “sev9” here"),
    ("declare sev1 " + "very " * 60 + "long", "characters; 150 is the most"),
    ("declair sev1 Checkout", "Did you mean /incident declare?"),
    ("xyzzy", "/incident help lists what is"),
    ("update all is well", "This is not an incident channel"),
    ("status INC-99", "There is no INC-99"),
]


async def test_what_cannot_be_done_gets_a_sentence_and_changes_nothing(stage: Stage) -> None:
    before = len(stage.workspace.channels)
    for typed, sentence in CANNOT_BE_DONE:
        answer = await stage.anna.types(f"/incident {typed}", in_="general")
        await stage.settle()

        assert answer is not None
        assert sentence in answer
        assert len(stage.workspace.channels) == before
        assert stage.workspace.channel("incidents").messages == []


async def test_two_people_declaring_the_same_thing_are_shown_each_other(stage: Stage) -> None:
    first = await stage.declare("sev1 Checkout is failing", by=stage.anna)
    answer = await stage.bilal.types("/incident declare sev1 checkout failing", in_="general")
    await stage.settle()
    second = stage.workspace.channel("incident-2026-11-21-checkout-failing")

    assert answer is not None
    assert "Look at INC-1 too: “Checkout is failing”, declared by @Anna Keller" in answer
    assert any("INC-2 “checkout failing” looks alike" in message.shown for message in first.messages)
    assert any("INC-1 “Checkout is failing” looks alike" in message.shown for message in second.messages)


async def test_the_same_title_twice_gives_two_names(stage: Stage) -> None:
    await stage.declare("sev2 Search is slow")
    await stage.pass_time(minutes=20)
    second = await stage.declare("sev2 Search is slow")

    assert second.name == "incident-2026-11-21-search-is-slow-2"
    assert not any("looks alike" in message.shown for message in second.messages)


async def test_a_name_that_somebody_else_took_is_stepped_over(stage: Stage) -> None:
    stage.workspace.add_channel("incident-2026-11-21-search-is-slow", members=[stage.dora])
    channel = await stage.declare("sev2 Search is slow")

    assert channel.name == "incident-2026-11-21-search-is-slow-2"
    assert len(channel.pinned) == 1


async def test_mentioned_people_come_along_and_a_named_commander_leads(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing ic @bilal with @chen")

    assert channel.name == "incident-2026-11-21-checkout-is-failing"
    assert {stage.anna.id, stage.bilal.id, stage.chen.id} <= set(channel.members)
    assert "Incident commander @Bilal Aydin" in channel.pinned[0].shown
    assert stage.dora.id not in channel.members


async def test_list_shows_the_worst_first_and_status_shows_the_card(stage: Stage) -> None:
    await stage.declare("sev2 Search is slow")
    await stage.declare("sev0 Everything is down")
    listed = await stage.dora.types("/incident list", in_="general")
    status = await stage.dora.types("/incident status INC-2", in_="general")

    assert listed is not None
    assert listed.index("INC-2") < listed.index("INC-1")
    assert status is not None
    assert "INC-2 · Everything is down" in status


async def test_help_explains_every_word(stage: Stage) -> None:
    answer = await stage.anna.types("/incident help", in_="general")
    one = await stage.anna.types("/incident help severity", in_="general")

    assert answer is not None
    assert all(f"• {word} – " in answer for word in SUBCOMMANDS)
    assert one is not None
    assert "Raise or lower the severity" in one


async def test_a_workspace_that_allows_no_channels_says_so_to_the_declarer(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.create").fails("restricted_action")
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()

    told = stage.anna.ephemerals()[-1].shown
    assert "INC-1 is on record, but Slack refused to create its channel" in told
    assert "A workspace admin must let apps do this" in told
    listed = await stage.anna.types("/incident list", in_="general")
    assert listed is not None
    assert "INC-1" in listed


async def test_a_failing_invitation_is_visible_and_stops_nothing(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.invite").fails("restricted_action")
    channel = await stage.declare()

    assert len(channel.pinned) == 1
    assert any("INC-1" in message.shown for message in stage.workspace.channel("incidents").messages)
