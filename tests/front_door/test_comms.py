"""What is said to people outside: drafted from the record, edited by a person, sent, and kept word for word."""

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.stage import Stage, open_stage
from workflows.export import as_json, as_markdown
from workflows.policy import default_policy
from workflows.record import read_with_names


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def exported(stage: Stage) -> dict[str, Any]:
    found = json.loads(as_json(await read_with_names(stage.app.services, 1)))
    assert isinstance(found, dict)
    return found


def asked(channel: Channel) -> list[str]:
    return [one.shown for one in channel.messages if one.shown.startswith("✉️")]


async def test_a_notice_is_drafted_filled_in_posted_and_on_record(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident comms", in_=channel)
    menu = stage.anna.ephemerals()[-1]
    assert "What shall be said about INC-1?" in menu.shown
    assert menu.buttons[:3] == ["First notice", "Update", "Resolution"]

    await stage.anna.presses("First notice", on=menu)
    form = stage.anna.modal
    assert form is not None
    assert "The record does not know: [the service, as customers call it], [what customers notice]" in form.shown
    draft = str(form.values["First notice"])
    assert "we treat it as SEV1 (Major degradation)" in draft
    assert "Next update: 03:30 UTC." in draft

    [problem] = (await stage.anna.submits()).values()
    assert problem.startswith("Still to fill in: [the service, as customers call it], [what customers notice], [who")
    text = f"Checkout is slow <!channel> @here. password: hunter2x {draft.splitlines()[-1]}"
    given = {"First notice": text, "Where": "#incidents", "For whom": "everybody & all"}
    assert await stage.anna.submits(given) == {}
    await stage.settle()
    assert stage.anna.modal is not None
    assert "1 secret was masked" in stage.anna.modal.shown
    await stage.anna.closes()
    [posted] = [one for one in stage.workspace.channel("incidents").messages if "Checkout is slow" in one.shown]
    assert "password: «masked: password» Next update: 03:30 UTC." in posted.shown
    assert "<!channel> @here" in posted.shown
    assert "First notice · INC-1 · by @Anna Keller" in posted.shown

    await stage.anna.types("/incident comms sent", in_=channel)
    assert "First notice for everybody & all, in #incidents, by @Anna Keller: Checkout is slow" in told(stage.anna)
    found = await exported(stage)
    assert [(one["template"], one["to_whom"], one["channel_id"]) for one in found["sent"]] == [
        ("first-notice", "everybody & all", posted.channel.id)
    ]
    assert found["sent"][0]["ts"] == posted.ts
    assert "hunter2x" not in json.dumps(found["sent"])
    [line] = [one for one in found["timeline"] if one["kind"] == "comms"]
    assert line["text"].startswith(f"First notice for everybody &amp; all, posted in <#{posted.channel.id}>: Checkout")


async def test_the_customer_email_is_asked_for_within_the_hour_until_it_is_written(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident role comms @bilal", in_=channel)
    await stage.pass_time(minutes=39)
    assert asked(channel) == []
    await stage.pass_time(minutes=1)
    [line] = asked(channel)
    assert line.startswith("✉️ @Bilal Aydin: A first email to customers is due by 04:00 UTC, in 20 min.")
    await stage.pass_time(minutes=21)
    [line] = asked(channel)
    assert "A first email to customers was due by 04:00 UTC." in line

    await stage.bilal.presses("Write it", in_=channel)
    form = stage.bilal.modal
    assert form is not None
    assert form.values["Where"] == "Copy it"
    assert "We are sorry." in str(form.values["Customer email"])
    left = await stage.bilal.submits({"Customer email": "Sorry! [your name and team]"})
    assert left == {
        "Customer email": "Still to fill in: [your name and team]. Write it, take it out, or choose “Send it as it is” "
        "below."
    }
    await stage.bilal.submits({"If something is still in [brackets]": "Send it as it is"})
    await stage.settle()
    assert stage.bilal.modal is not None
    assert "Sorry! [your name and team]" in stage.bilal.modal.shown
    assert asked(channel) == []
    await stage.pass_time(hours=3)
    assert asked(channel) == []
    found = await exported(stage)
    assert [(one["template"], one["channel_id"], one["to_whom"]) for one in found["sent"]] == [
        ("customer-email", None, "customers")
    ]

    # What happened is told once it is known, and asked for once.
    await stage.anna.types("/incident resolved rolled back", in_=channel)
    await stage.pass_time(seconds=1)
    [line] = asked(channel)
    assert "customers are owed the full story by 2026-11-22 at 07:01 UTC" in line
    ts = next(one.ts for one in channel.messages if one.shown == line)
    await stage.pass_time(hours=30)
    assert [one.ts for one in channel.messages if one.shown in asked(channel)] == [ts]
    await stage.bilal.types("/incident comms customer-email-details", in_=channel)
    await stage.bilal.submits({"If something is still in [brackets]": "Send it as it is"})
    await stage.settle()
    assert asked(channel) == []
    assert stage.bilal.modal is not None
    assert "it comes as a file in a direct message from me" in stage.bilal.modal.shown
    [copy] = [one for one in stage.bilal.dm.messages if "copy it and send it to customers" in one.shown]
    assert "[file: Customer email, in full, INC-1]" in copy.shown
    draft = as_markdown(await read_with_names(stage.app.services, 1), default_policy())
    assert "Customer email for customers by Bilal Aydin, copied, to be sent by hand." in draft


async def test_no_email_is_asked_for_where_no_customer_is_affected(stage: Stage) -> None:
    channel = await stage.declare("sev2 A glitch")
    await stage.pass_time(hours=2)
    assert asked(channel) == []
    await stage.anna.types("/incident severity sev0 worse than it looked", in_=channel)
    await stage.pass_time(minutes=40)
    assert len(asked(channel)) == 1

    await stage.anna.presses("No customer is affected", in_=channel)
    await stage.settle()
    assert told(stage.anna).startswith("Noted for INC-1: no email to customers")
    assert asked(channel) == []
    await stage.anna.types("/incident severity sev1 better", in_=channel)
    await stage.pass_time(hours=3)
    await stage.anna.types("/incident resolved", in_=channel)
    await stage.pass_time(seconds=1)
    assert asked(channel) == []


async def test_an_update_said_to_everybody_restarts_the_clock_and_keeps_a_promise(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident promise next word by 4:20 to customers", in_=channel)
    await stage.pass_time(minutes=20)
    await stage.anna.types("/incident comms status update", in_=channel)
    assert stage.anna.modal is not None
    given = {"Update": "Still on it & calm", "This keeps a promise": "1. next word"}
    assert await stage.anna.submits(given) == {}
    await stage.settle()
    assert any("Still on it & calm" in one.shown for one in channel.messages)
    assert "Next update due: 03:50 UTC" in channel.pinned[0].shown
    assert "Promised outside" not in channel.pinned[0].shown
    [promise] = (await exported(stage))["promises"]
    assert promise["state"] == "kept"


async def test_it_goes_to_another_channel_or_says_why_not(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident comms nonsense", in_=channel)
    assert told(stage.anna).startswith("There is no template “nonsense”. There are first-notice, update,")
    await stage.anna.types("/incident comms stakeholders", in_=channel)
    problems = await stage.anna.submits({"Stakeholder summary": "All is well", "Where": "Another channel"})
    assert list(problems) == ["Another channel"]
    hidden = stage.workspace.add_channel("board", private=True, members=[stage.dora])
    await stage.anna.submits({"Another channel": hidden})
    await stage.settle()
    await stage.pass_time(seconds=10)
    assert any("channel_not_found" in one.shown for one in stage.anna.dm.messages)

    await stage.dora.types("/incident comms summary INC-1", in_="general")
    assert "This is not an incident channel" in told(stage.dora)
    await stage.dora.types("/incident comms INC-1", in_="general")
    assert told(stage.dora).startswith("For INC-1 that is for people in its channel.")
    assert stage.dora.ephemerals()[-1].buttons == []
    general = stage.workspace.channel("general")
    await stage.dora.types("/incident comms INC-1 summary", in_="general")
    assert told(stage.dora).startswith("For INC-1 that is for people in its channel.")
    general = stage.workspace.channel("general")
    await stage.anna.types("/incident comms summary", in_=channel)
    await stage.anna.submits({"Stakeholder summary": "All is well", "Where": "Another", "Another channel": general})
    await stage.settle()
    assert any(one.shown.startswith("All is well") for one in general.messages)

    # What became private before it could be posted stays here.
    stage.workspace.faults.on("chat.postMessage", where=lambda args: args["channel"] == general.id).fails("fatal_error")
    await stage.anna.types("/incident comms summary", in_=channel)
    await stage.anna.submits({"Stakeholder summary": "It was a breach", "Where": "Another", "Another channel": general})
    await stage.settle()
    await stage.anna.types("/incident access private", in_=channel)
    await stage.pass_time(seconds=5)
    assert not any("breach" in one.shown for one in general.messages)
    assert "was not posted" in str((await exported(stage))["timeline"])


async def test_a_teams_own_wording_replaces_ours(tmp_path: Path) -> None:
    own = MappingProxyType({"first-notice": "{{ service }} broke at {{ began }}", "partner-notice": "Dear partner"})
    async with open_stage(tmp_path, policy=replace(default_policy(), templates=own)) as stage:
        channel = await stage.declare("sev1 Checkout is failing")
        await stage.anna.types("/incident comms partner-notice", in_=channel)
        assert stage.anna.modal is not None
        assert stage.anna.modal.values["Partner notice"] == "Dear partner"
        await stage.anna.closes()
        await stage.anna.types("/incident comms first", in_=channel)
        assert stage.anna.modal.values["First notice"] == "[the service, as customers call it] broke at 03:00 UTC"
