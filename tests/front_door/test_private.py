"""Private incidents, as those see them who need to know, and as nobody else sees them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import commands
from bot.export_cli import export
from bot.incident_cli import answer
from bot.metrics import Metrics, page
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.front_door.asking import Asking
from tests.stage import Stage

TITLE = "Payroll was read by a stranger"
UNKNOWN = "There is no INC-1. `/incident list` shows the open ones."
SECRETS = ("Payroll", "payroll", "stranger")


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


def everything(who: Person, stage: Stage) -> str:
    """All that a person can read anywhere, except what they typed."""
    places = [channel for channel in stage.workspace.channels if who.id in channel.members or not channel.is_private]
    said = [message.shown for channel in places for message in channel.messages if message.user != who.id]
    names = [channel.name + channel.topic + channel.purpose for channel in places]
    return "\n".join([*said, *names, who.home, *(one.shown for one in who.ephemerals())])


async def declared(stage: Stage, flags: str = "--private") -> Channel:
    return await stage.declare(f"sev1 {TITLE} {flags} with @bilal")


async def test_a_private_incident_is_private_from_the_first_second(stage: Stage) -> None:
    announcements = stage.workspace.channel("incidents")
    channel = await declared(stage, "--security")

    [created] = [call for call in stage.workspace.calls if call.method == "conversations.create"]
    assert created.args["is_private"] in (True, "true", "1")
    assert channel.is_private
    assert sorted(channel.members) == sorted([stage.anna.id, stage.bilal.id, stage.workspace.bot_user_id])
    assert re.fullmatch(r"incident-2026-11-21-payroll-was-read-by-a-stranger-[0-9a-f]{8}", channel.name)
    assert "🔒 Private" in channel.pinned[0].shown
    assert not any(TITLE in message.shown for message in announcements.messages)

    # Who is in may do everything; the evidence stays whoever deletes what.
    await stage.bilal.types("/incident update INC-1 Access was revoked", in_="general")
    await stage.bilal.types("/incident list", in_="general")
    assert TITLE in told(stage.bilal)
    said = await stage.bilal.says("The key was 4711", in_=channel)
    await stage.bilal.deletes(said)
    await stage.settle()
    await stage.anna.types("/incident access", in_=channel)
    assert told(stage.anna).startswith(f"Who may see INC-1\n• @{stage.anna.name}\n• @{stage.bilal.name}\n")

    # Another name must not be one that somebody else could find taken.
    await stage.anna.types("/incident rename A salary list was read", in_=channel)
    await stage.settle()
    assert re.fullmatch(r"incident-2026-11-21-a-salary-list-was-read-[0-9a-f]{8}", channel.name)


async def test_people_are_let_in_and_taken_out(stage: Stage) -> None:
    channel = await declared(stage)
    await stage.chen.types("/incident status INC-1", in_="general")
    unknown = told(stage.chen)
    assert unknown == "There is no INC-1. /incident list shows the open ones."

    await stage.bilal.types("/incident access add @chen", in_=channel)
    await stage.settle()
    assert stage.chen.id in channel.members
    assert stage.chen.dm.messages[-1].shown.startswith("You may see INC-1, which is private: #incident")
    await stage.chen.types("/incident status INC-1", in_="general")
    assert TITLE in told(stage.chen)
    await stage.bilal.types("/incident access add @chen", in_=channel)
    assert told(stage.bilal) == "They may see INC-1 already. Nothing was changed."

    await stage.chen.types("/incident access remove @bilal", in_=channel)
    assert "is for @Anna Keller, who is incident commander, and admins" in told(stage.chen)
    await stage.anna.types("/incident access remove @chen", in_=channel)
    await stage.settle()
    assert stage.chen.id not in channel.members
    await stage.chen.types("/incident status INC-1", in_="general")
    assert told(stage.chen) == unknown
    await stage.anna.types("/incident access remove @anna", in_=channel)
    assert "has a role in INC-1: /incident handoff first" in told(stage.anna)

    # Slack's own invitation counts, and so does leaving.
    await stage.bilal.invites(stage.chen, channel)
    await stage.settle()
    await stage.chen.types("/incident status INC-1", in_="general")
    assert TITLE in told(stage.chen)
    await stage.chen.leaves(channel)
    await stage.settle()
    await stage.chen.types("/incident status INC-1", in_="general")
    assert told(stage.chen) == unknown


async def test_who_is_taken_out_before_the_invitation_went_out_is_not_invited(stage: Stage) -> None:
    channel = await declared(stage)
    stage.workspace.faults.on("conversations.invite").fails("internal_error")
    await stage.bilal.types("/incident access add @chen", in_=channel)
    await stage.settle()
    await stage.anna.types("/incident access remove @chen", in_=channel)
    await stage.pass_time(minutes=10)
    stage.workspace.faults.on("conversations.open").fails("internal_error")
    await stage.bilal.invites(stage.dora, channel)
    await stage.settle()
    await stage.anna.types("/incident access remove @dora", in_=channel)
    await stage.pass_time(seconds=5)

    assert not {stage.chen.id, stage.dora.id} & {*channel.members}
    assert not [*stage.chen.dm.messages, *stage.dora.dm.messages]


async def test_whoever_is_asked_to_take_over_learns_of_it(stage: Stage) -> None:
    channel = await declared(stage)
    await stage.dora.types("/incident handoff INC-1 withdraw", in_="general")
    await stage.anna.types("/incident handoff @chen", in_=channel)
    await stage.settle()
    assert TITLE in stage.chen.dm.messages[-1].shown

    await stage.chen.presses("Accept", on=stage.chen.dm.messages[-1])
    await stage.settle()
    assert "Incident commander @Chen Wei" in channel.pinned[0].shown
    assert stage.chen.id in channel.members


async def test_who_joined_while_nobody_listened_is_known_after_the_start(stage: Stage) -> None:
    channel = await declared(stage)
    await stage.anna.invites(stage.chen, channel)
    await stage.settle()
    await stage.stop()
    await stage.anna.invites(stage.dora, channel)
    await stage.chen.leaves(channel)
    await stage.start()
    await stage.settle()

    await stage.dora.types("/incident status INC-1", in_="general")
    assert TITLE in told(stage.dora)
    await stage.chen.types("/incident status INC-1", in_="general")
    assert told(stage.chen).startswith("There is no INC-1.")


async def test_a_public_incident_is_hidden_as_far_as_slack_allows(stage: Stage) -> None:
    announcements = stage.workspace.channel("incidents")
    channel = await stage.declare(f"sev1 {TITLE}")
    assert TITLE in announcements.messages[-1].shown

    await stage.anna.types("/incident access private", in_=channel)
    await stage.settle()
    assert "Slack does not let an app make a channel private" in told(stage.anna)
    assert not any(TITLE in message.shown for message in announcements.messages)
    assert any("made INC-1 private" in message.shown for message in channel.messages)
    await stage.anna.makes_private(channel)
    await stage.settle()

    await stage.dora.types("/incident list", in_="general")
    await stage.dora.opens_home()
    await stage.settle()
    assert not any(word in everything(stage.dora, stage) for word in SECRETS)
    await stage.anna.types("/incident access public", in_=channel)
    assert told(stage.anna).startswith("INC-1 stays private: Slack does not turn a private channel public")


async def test_an_incident_that_is_hidden_while_it_is_announced_is_announced_nowhere(stage: Stage) -> None:
    announcements = stage.workspace.channel("incidents")
    faults, announced = stage.workspace.faults, lambda args: args["channel"] == announcements.id

    async def hide() -> None:
        await stage.anna.types("/incident access private", in_=stage.workspace.channels[-1])
        await stage.workspace.until(lambda: "Private" in stage.workspace.channels[-1].pinned[0].shown)

    faults.on("chat.postMessage", where=announced).calls(hide, when="after")
    faults.on("chat.postMessage", where=announced).resets(after_effect=True)
    await stage.declare(f"sev1 {TITLE}")
    await stage.pass_time(seconds=5)
    assert not any(TITLE in message.shown for message in announcements.messages)


async def test_an_incident_that_is_hidden_at_once_is_shown_to_nobody_by_rule_or_likeness(stage: Stage) -> None:
    stage.settings = replace(stage.settings, policy=replace(stage.settings.policy, invite=(stage.chen.id,)))
    await stage.restart()
    other = await stage.declare(f"sev1 {TITLE}s", by=stage.dora)

    async def hide() -> None:
        await stage.anna.types("/incident access private", in_=stage.workspace.channels[-1])

    stage.workspace.faults.on("pins.add").calls(hide)
    channel = await stage.declare(f"sev1 {TITLE}")
    assert not any("looks alike" in message.shown for message in other.messages)
    assert stage.chen.id in other.members
    assert stage.chen.id not in channel.members


# Nothing leaks, wherever somebody looks.


async def test_lists_hints_home_numbers_and_exports_leave_it_out(stage: Stage, tmp_path: Path) -> None:
    channel = await declared(stage)
    await stage.bilal.invites(stage.workspace.bot_user_id, "general")
    other = await stage.declare("sev2 Search is slow", by=stage.dora)
    same = await stage.declare(f"sev1 {TITLE}s", by=stage.dora)
    for line in ("list", "list all", "update", "status", f"merge INC-1 into {other.name}", "action", "role INC-1"):
        await stage.dora.types(f"/incident {line}", in_="general")
    await stage.dora.says(f"@sitrep status INC-1, and what is <#{channel.id}>?", in_="general")
    await stage.dora.opens_home()
    await stage.anna.joins(other)
    await stage.anna.says(f"As in <#{channel.id}>", in_=other)
    await stage.settle()

    seen = everything(stage.dora, stage).replace(f"{TITLE}s", "").replace(same.name, "")
    assert not any(secret in seen for secret in (*SECRETS, channel.name))
    assert "INC-1 " not in seen.replace("There is no INC-1", "")
    assert not any("looks alike" in message.shown for message in [*same.messages, *channel.messages])
    assert same.name == "incident-2026-11-21-payroll-was-read-by-a-strangers"

    report = await stage.app.health.examine()
    numbers = (await page(Metrics(), report, stage.app.services.database)).decode()
    assert "sitrep_incidents_open 2.0" in numbers
    assert not any(secret in numbers for secret in SECRETS)
    record = tmp_path / "record.json"
    await export(stage.settings, "INC-2", "json", str(record))
    assert channel.name not in record.read_text()
    listed = await answer(stage.settings, "list", stage.dora.id, stage.clock)
    assert "INC-2" in listed
    assert "INC-1" not in listed


async def test_evidence_outlives_what_is_deleted_in_slack(stage: Stage, tmp_path: Path) -> None:
    channel = await declared(stage)
    said = await stage.bilal.says("The key was read from 203.0.113.7", in_=channel)
    await stage.bilal.edits(said, "The key was read")
    await stage.bilal.deletes(said)
    await stage.settle()
    record = tmp_path / "record.json"
    await export(stage.settings, "INC-1", "json", str(record))

    [kept] = [one for one in json.loads(record.read_text())["messages"] if one["ts"] == said.ts]
    assert kept["text"] == "The key was read"
    assert kept["deleted_at"]
    assert [one["text"] for one in kept["revisions"]] == ["The key was read from 203.0.113.7"]
    await stage.anna.types("/incident access", in_=channel)
    assert "Exports of the record:" in told(stage.anna)
    assert "by operator " in told(stage.anna)


async def test_no_verb_button_form_or_shortcut_tells_an_outsider_of_it(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    channel = await declared(stage)
    dora = Asking(stage=stage, who=stage.dora, channel=stage.workspace.channel("general"))
    secrets = (*SECRETS, channel.id, channel.name)
    for word in commands.SUBCOMMANDS:
        if word in ("declare", "near-miss"):  # their words are a title, and another one each time
            continue
        for text in (
            "{ref}",
            "{ref} sev2 because of rain",
            "{ref} @chen",
            "into {ref}",
            "private {ref}",
            "remove {ref}",
        ):
            typed = [await dora.typing(word, text.format(ref=ref)) for ref in ("INC-1", "INC-999")]
            assert typed[0] == typed[1], f"/incident {word} {text}"
            assert not any(secret in typed[0] for secret in secrets), f"/incident {word} {text}"
    for action in commands.BUTTONS:
        for value in ("{n}", "{n}:{n}", "{n}:x", "{n}.1", "{n}.1.1"):
            pressed = [await dora.pressing(action, value.format(n=n)) for n in (1, 999)]
            assert pressed[0] in (pressed[1], UNKNOWN), f"{action} {value}"
            assert not any(secret in pressed[0] for secret in secrets), f"{action} {value}"
        assert await dora.pressing(action, "from the stone age") != "not understood", action
    for callback in commands.FORMS:
        if callback != "declare":
            said = [await dora.submitting(callback, n) for n in (1, 999)]
            assert said[0] in (said[1], UNKNOWN), callback
            assert not any(secret in said[0] for secret in secrets), callback
    for callback in commands.SHORTCUTS:
        used = await dora.using(callback)
        assert not any(secret in used for secret in secrets), callback
    assert not any(secret in record.getMessage() for record in caplog.records for secret in SECRETS)
