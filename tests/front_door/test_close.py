"""Closing an incident and its postmortem draft, as people meet them."""

from dataclasses import replace
from pathlib import Path

from bot.export_cli import export
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.state.files import File
from tests.stage import Stage, open_stage
from tests.workflows.test_markdown import Page
from workflows.policy import default_policy

SUMMARY, IMPACT, REASON = "Summary", "Customer impact", "Why can it be closed now?"
GIVEN = {SUMMARY: "A deploy halved the pool", IMPACT: "1 in 5 payments failed"}


async def resolved(stage: Stage, title: str = "sev1 Checkout is failing @bilal") -> Channel:
    """An incident of Anna's that was resolved ten minutes after it was declared, just now."""
    channel = await stage.declare(title)
    stage.clock.advance(minutes=10)
    await stage.anna.types("/incident resolved rolled back", in_=channel)
    await stage.settle()
    return channel


async def stable(stage: Stage, title: str = "sev1 Checkout is failing @bilal") -> Channel:
    """An incident that may be closed without a reason."""
    channel = await resolved(stage, title)
    await stage.pass_time(minutes=30)
    return channel


async def closed(stage: Stage, title: str = "sev1 Checkout is failing @bilal") -> Channel:
    channel = await stable(stage, title)
    await press_close(stage, channel)
    assert await stage.anna.submits(GIVEN) == {}
    await stage.settle()
    return channel


async def press_close(stage: Stage, channel: Channel, by: Person | None = None) -> None:
    await (by or stage.anna).presses("Close", on=channel.pinned[0])
    await stage.settle()


def drafts(stage: Stage) -> list[File]:
    return [one for one in stage.workspace.files if one.name == "postmortem-INC-1.md"]


def on_disk(stage: Stage) -> str:
    return (stage.settings.data_folder / "postmortem-INC-1.md").read_text(encoding="utf-8")


def labels(person: Person) -> list[str]:
    assert person.modal is not None
    return person.modal.labels


def told(person: Person) -> str:
    return person.ephemerals()[-1].shown


def last_word(channel: Channel) -> str:
    """What was said about the closing. The message with the file may come before or after it."""
    return next(one.shown for one in reversed(channel.messages) if "INC-1 is closed" in one.shown)


async def test_closing_early_asks_for_exactly_what_is_missing_and_says_why(stage: Stage) -> None:
    channel = await resolved(stage)
    await press_close(stage, channel)

    assert labels(stage.anna) == [SUMMARY, IMPACT, REASON]
    assert stage.anna.modal is not None
    assert "stable for 30 min; that is from 03:40 UTC on. To close it earlier, say why." in stage.anna.modal.shown
    assert "resolved" in channel.pinned[0].shown
    assert drafts(stage) == []


async def test_what_is_known_is_not_asked_again(stage: Stage) -> None:
    channel = await stable(stage)
    await stage.anna.types("/incident update All good --", in_=channel)
    await press_close(stage, channel)
    assert labels(stage.anna) == [SUMMARY, IMPACT]


async def test_a_refused_form_keeps_what_was_typed(stage: Stage) -> None:
    channel = await resolved(stage)
    await press_close(stage, channel)

    errors = await stage.anna.submits({**GIVEN, REASON: "…"})
    assert errors == {REASON: "A few words about why it can be closed now, please."}
    assert stage.anna.modal is not None
    assert stage.anna.modal.values[SUMMARY] == "A deploy halved the pool"

    assert await stage.anna.submits({REASON: "the cause is gone"}) == {}
    await stage.settle()
    assert "Reason: the cause is gone" in last_word(channel)


async def test_closing_with_a_reason_in_one_line_needs_no_waiting(stage: Stage) -> None:
    channel = await resolved(stage)
    await stage.anna.types("/incident close the metrics are at baseline", in_=channel)
    assert labels(stage.anna) == [SUMMARY, IMPACT, REASON]
    assert stage.anna.modal is not None
    assert stage.anna.modal.values[REASON] == "the metrics are at baseline"
    await stage.anna.submits(GIVEN)
    await stage.settle()
    assert "INC-1 is closed" in last_word(channel)
    assert "the metrics are at baseline" in on_disk(stage)


async def test_the_draft_is_in_the_channel_and_on_disk_and_they_are_equal(stage: Stage) -> None:
    channel = await closed(stage)

    [file] = drafts(stage)
    assert file.text == on_disk(stage)
    assert "A deploy halved the pool" in file.text
    assert "1 in 5 payments failed" in file.text
    assert "Anna Keller" in file.text
    assert "| Time to resolve, since it was declared | 10 min |" in file.text
    assert "closed" in channel.topic
    assert channel.pinned[0].buttons == ["Reopen"]


async def test_the_last_word_says_what_where_and_what_next(stage: Stage) -> None:
    channel = await closed(stage)
    text = last_word(channel)
    assert "INC-1 is closed: Checkout is failing" in text
    assert "Closed by @Anna Keller" in text
    assert "Resolved after 10 min" in text
    assert "the draft is the file" in text
    assert "The finished document is due" in text
    assert "@Anna Keller, please go through it" in text
    assert "/incident reopen" in text


async def test_the_postmortem_clock_starts_at_closing(stage: Stage) -> None:
    await closed(stage)
    closed_at = stage.clock.now()
    due = f"{closed_at.day + 2} November 2026, {closed_at:%H:%M}"
    assert f"The finished document is due {due}" in on_disk(stage)


async def test_a_second_press_changes_nothing(stage: Stage) -> None:
    channel = await stable(stage)
    card = channel.pinned[0]
    await stage.anna.presses("Close", on=card)
    await stage.anna.submits(GIVEN)
    await stage.settle()
    said = len(channel.messages)

    await stage.anna.types("/incident close", in_=channel)
    await stage.settle()
    assert told(stage.anna) == "This incident is closed already."
    assert len(channel.messages) == said
    assert len(drafts(stage)) == 1


async def test_a_stranger_cannot_close_and_it_is_on_record(stage: Stage) -> None:
    channel = await stable(stage)
    await press_close(stage, channel, by=stage.bilal)

    assert stage.bilal.modal is None
    assert "@Anna Keller is incident commander of INC-1, so closing it is for them and for admins" in told(stage.bilal)
    assert "resolved" in channel.pinned[0].shown
    await closed_by_anna(stage, channel)
    assert "not allowed · Bilal Aydin: Closing was asked for by somebody who may not" in on_disk(stage)


async def closed_by_anna(stage: Stage, channel: Channel) -> None:
    await press_close(stage, channel)
    await stage.anna.submits(GIVEN)
    await stage.settle()


async def test_an_admin_may_close(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as first:
        bilal = first.bilal.id
    async with open_stage(tmp_path / "again", policy=replace(default_policy(), admins=(bilal,))) as stage:
        assert stage.bilal.id == bilal
        channel = await stable(stage)
        await stage.bilal.types("/incident close", in_=channel)
        await stage.bilal.submits(GIVEN)
        await stage.settle()
        assert "Closed by @Bilal Aydin" in last_word(channel)


async def test_an_open_incident_is_not_closed(stage: Stage) -> None:
    channel = await stage.declare()
    await stage.anna.types("/incident close it is fine", in_=channel)
    assert "Only a resolved incident can be closed" in told(stage.anna)
    assert stage.anna.modal is None


async def test_an_open_handoff_is_answered_first(stage: Stage) -> None:
    channel = await stable(stage)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    await stage.anna.types("/incident close", in_=channel)
    assert "@Bilal Aydin has been asked to take over INC-1" in told(stage.anna)

    await stage.pass_time(minutes=6)
    await stage.anna.types("/incident close", in_=channel)
    assert labels(stage.anna) == [SUMMARY, IMPACT]


async def test_a_handoff_offered_while_the_form_is_open_keeps_what_was_typed(stage: Stage) -> None:
    channel = await stable(stage)
    await press_close(stage, channel)
    await stage.anna.types("/incident handoff @bilal", in_=channel)
    errors = await stage.anna.submits(GIVEN)
    assert "@Bilal Aydin has been asked to take over INC-1" in errors[SUMMARY]
    assert stage.anna.modal is not None
    assert stage.anna.modal.values[SUMMARY] == GIVEN[SUMMARY]


async def test_closed_again_after_reopening_there_is_a_new_draft(stage: Stage) -> None:
    channel = await closed(stage)
    await stage.anna.types("/incident reopen it is back", in_=channel)
    stage.clock.advance(minutes=5)
    await stage.anna.types("/incident resolved restarted", in_=channel)
    await stage.pass_time(minutes=31)
    await press_close(stage, channel)
    await stage.settle()

    first, second = drafts(stage)
    assert second.text == on_disk(stage)
    assert "it is back" in second.text
    assert "it is back" not in first.text
    assert sum("INC-1 is closed" in one.shown for one in channel.messages) == 2


async def test_what_people_write_does_nothing_in_any_format(stage: Stage) -> None:
    channel = await stable(stage, "sev1 <!channel> <script>alert(1)</script> is failing @bilal")
    bad = await stage.bilal.says("<img src=x onerror=alert(2)> [click](javascript:alert(3)) # | **no**", in_=channel)
    await stage.anna.reacts("pushpin", to=bad)
    await stage.settle()
    await closed_by_anna(stage, channel)

    before = on_disk(stage)
    assert "\\<img src=x onerror=alert(2)>" in before
    html = await exported(stage, "html")
    assert not {"script", "img"} & Page(html).tags
    assert all(target.startswith("http") for target in Page(html).targets)
    ours = [one for one in channel.messages if "INC-1 is closed" in one.shown or one.files]
    assert len(ours) == 2
    assert not [one for one in ours if "<!channel" in f"{one.text} {one.blocks}"]


async def exported(stage: Stage, file_format: str) -> str:
    file = stage.settings.data_folder / f"exported.{file_format}"
    await export(stage.settings, "INC-1", file_format, str(file))
    return file.read_text(encoding="utf-8")


async def test_a_secret_is_masked_wherever_it_leaves(stage: Stage) -> None:
    channel = await stable(stage)
    key = "AKIAIOSFODNN7EXAMPLE"
    pasted = await stage.bilal.says(f"I used {key} and password=hunter2", in_=channel)
    await stage.anna.reacts("pushpin", to=pasted)
    await stage.settle()
    await closed_by_anna(stage, channel)

    texts = [on_disk(stage), drafts(stage)[0].text, *[await exported(stage, one) for one in ("md", "html", "json")]]
    assert not [text for text in texts if key in text or "hunter2" in text]
    assert all("«masked: AWS key»" in text for text in texts)
    assert '"masked": 2' in texts[-1]
    assert "2 secrets masked in it" in last_word(channel)


async def test_the_draft_is_kept_when_slack_refuses_the_file(stage: Stage) -> None:
    stage.workspace.faults.on("files.getUploadURLExternal").fails("file_uploads_disabled")
    channel = await closed(stage)
    assert "`sitrep export INC-1` prints it" in last_word(channel) or "sitrep export INC-1 prints it" in last_word(
        channel
    )
    assert "Checkout is failing" in on_disk(stage)


async def test_an_optional_postmortem_is_worded_so(stage: Stage) -> None:
    channel = await closed(stage, "sev3 A typo in the docs @bilal")
    assert "At SEV3 finishing it is optional" in last_word(channel)
    assert len(drafts(stage)) == 1
