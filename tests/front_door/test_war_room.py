"""The video call of an incident: where people find it, who makes it, and what they read when nobody can."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.config_calls import CallLogins
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.front_door.test_bookmarks import titles
from tests.stage import Stage
from tests.vendors import HOST, Vendor, open_vendor
from workflows.policy import WarRoomPolicy

CREATE = f"POST /v2/users/{HOST}/meetings"
LOGINS = CallLogins(zoom_account="account", zoom_client="client", zoom_secret=SecretStr("hunter2secret"))


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with open_vendor() as opened:
        yield opened


async def restart_with(stage: Stage, room: WarRoomPolicy) -> None:
    await stage.stop()
    policy = replace(stage.settings.policy, war_room=room)
    stage.settings = replace(stage.settings, policy=policy, calls=LOGINS)
    await stage.start()


def zoom(vendor: Vendor, **fields: str) -> WarRoomPolicy:
    return WarRoomPolicy(via="zoom", host=HOST, api=vendor.url, login=vendor.url, severities=("SEV0", "SEV1"), **fields)


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


def said(channel: Channel, begins: str) -> list[str]:
    return [one.shown for one in channel.messages if one.shown.startswith(begins)]


async def timeline_of(stage: Stage, channel: Channel) -> str:
    return str(await stage.anna.types("/incident timeline", in_=channel))


async def test_a_link_by_hand_is_on_the_card_in_the_bookmarks_and_on_the_timeline(stage: Stage) -> None:
    channel = await stage.declare()
    answer = await stage.anna.types("/incident call", in_=channel)
    assert answer is not None
    assert answer.startswith("INC-1 has no call yet. Open one wherever you like and give its link")
    assert "Join the call" not in channel.pinned[0].shown

    await stage.bilal.joins(channel)
    answer = await stage.bilal.types("/incident zoom https://example.zoom.us/j/1?pwd=a&uname=b", in_=channel)
    await stage.settle()
    assert "https://example.zoom.us/j/1?pwd=a&uname=b (given by @Bilal Aydin)" in str(answer)
    assert "📞 Join the call" in channel.pinned[0].shown
    assert titles(channel) == ["Card", "Call"]
    assert channel.bookmarks[1]["link"] == "https://example.zoom.us/j/1?pwd=a&uname=b"
    assert said(channel, "@Bilal Aydin: the call is https://example.zoom.us/j/1?pwd=a&uname=b")
    assert "The call is https://example.zoom.us/j/1" in await timeline_of(stage, channel)

    # Another one replaces it everywhere; what is no link is said; the same again changes nothing.
    await stage.anna.types("/incident bridge is https://meet.example.com/x", in_=channel)
    await stage.settle()
    assert channel.bookmarks[1]["link"] == "https://meet.example.com/x"
    for typed, sentence in (
        ("https://meet.example.com/x", "That is the call already. Nothing was changed."),
        ("tomorrow", "“tomorrow” is not a link that people can open."),
        ("javascript:alert(1)", "“javascript:alert(1)” is not a link"),
        ("https://a.example https://b.example", "One link at a time, please"),
    ):
        await stage.anna.types(f"/incident call {typed}", in_=channel)
        assert told(stage.anna).startswith(sentence)
    for who, where in ((stage.anna, channel), (stage.dora, "general")):  # looking is no change: anybody may
        await who.types("/incident call INC-1", in_=where)
        assert told(who).startswith("The call of INC-1: https://meet.example.com/x (given by @Anna Keller)")

    await stage.anna.types("/incident call off", in_=channel)
    await stage.settle()
    assert "Join the call" not in channel.pinned[0].shown
    assert titles(channel) == ["Card"]
    assert "was taken away; it was https://meet.example.com/x" in await timeline_of(stage, channel)

    # Who is not in the incident cannot set it.
    await stage.dora.types("/incident call INC-1 https://evil.example", in_="general")
    await stage.settle()
    assert titles(channel) == ["Card"]


async def test_the_teams_own_link_is_there_from_the_first_second_at_grave_severities(stage: Stage) -> None:
    link = "https://meet.example.com/{ref}-{topic}-{random}"
    await restart_with(stage, WarRoomPolicy(via="link", link=link, severities=("SEV1",)))
    channel = await stage.declare("sev1 Checkout & search")
    url = channel.bookmarks[1]["link"]
    assert url.startswith("https://meet.example.com/inc-1-checkout-search-")
    assert len(url.rpartition("-")[2]) == 8
    assert "📞 Join the call" in channel.pinned[0].shown

    small = await stage.declare("sev3 A typo", by=stage.bilal)
    assert titles(small) == ["Card"]
    await stage.bilal.types("/incident severity sev1", in_=small)
    await stage.settle()
    assert titles(small) == ["Card", "Call"]
    # What somebody took away is not put up again by the next change.
    await stage.bilal.types("/incident call off", in_=small)
    await stage.bilal.types("/incident update rolled back", in_=small)
    await stage.settle()
    assert titles(small) == ["Card"]
    await stage.bilal.types("/incident call", in_=small)
    await stage.settle()
    assert titles(small) == ["Card", "Call"]
    assert said(small, "@Bilal Aydin opened the call: https://meet.example.com/inc-2-a-typo-")

    private = await stage.declare("--private sev1 Stolen laptop", by=stage.chen)
    assert private.bookmarks[1]["link"].startswith("https://meet.example.com/inc-3-incident-")
    assert "INC-3" not in stage.dora.sees("incidents")


async def test_zoom_makes_the_call_once_and_everybody_finds_it(stage: Stage, vendor: Vendor) -> None:
    await restart_with(stage, zoom(vendor))
    vendor.faults.append((CREATE, "lost"))
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.pass_time(seconds=5)

    [meeting] = vendor.meetings
    assert meeting["topic"] == "INC-1 Checkout is failing"
    assert said(channel, "The call of INC-1: Join on Zoom")
    assert channel.bookmarks[1]["link"] == meeting["join_url"]
    assert "📞 Join the call" in channel.pinned[0].shown
    assert "host-only" not in stage.anna.sees(channel) + await timeline_of(stage, channel)
    await stage.anna.types("/incident call", in_=channel)
    assert "Passcode for those who dial in: 424242" in told(stage.anna)
    await stage.restart()
    await stage.anna.types("/incident severity sev0", in_=channel)
    await stage.settle()
    assert len(vendor.meetings) == 1

    # A smaller one gets a call when somebody asks; one asked for while another was set by hand is not shown.
    small = await stage.declare("sev2 Search is slow", by=stage.bilal)
    vendor.faults.append((CREATE, "429 10"))
    answer = await stage.bilal.types("/incident call", in_=small)
    assert answer == ("Zoom is making a call for INC-2. Its link comes in the channel and on the card in a moment.")
    await stage.settle()
    await stage.bilal.types("/incident call https://meet.example.com/ours", in_=small)
    await stage.pass_time(seconds=11)
    assert len(vendor.meetings) == 1
    assert small.bookmarks[1]["link"] == "https://meet.example.com/ours"

    # A drill has none made, unless it may reach out; whoever takes over command reads where people talk.
    await stage.declare("--drill sev0 The database is full", by=stage.bilal)
    assert len(vendor.meetings) == 1
    drill = await stage.declare("--drill --page sev0 Everything is down", by=stage.bilal)
    assert vendor.meetings[-1]["topic"] == "🎓 DRILL INC-4 Everything is down"
    await stage.bilal.types("/incident handoff @chen", in_=drill)
    await stage.settle()
    assert f"Call: {vendor.meetings[-1]['join_url']}" in stage.chen.dm.messages[-1].shown

    private = await stage.declare("--private sev1 Stolen laptop", by=stage.chen)
    assert vendor.meetings[-1]["topic"] == "INC-5"
    assert private.bookmarks[1]["link"] == vendor.meetings[-1]["join_url"]


async def test_when_zoom_makes_no_call_people_read_how_to_go_on_and_repair_tries_again(
    stage: Stage, vendor: Vendor
) -> None:
    await restart_with(stage, zoom(vendor))
    vendor.faults += [("POST /oauth/token", "400")]
    channel = await stage.declare("sev1 Checkout is failing")
    [line] = said(channel, "There is no call yet")
    assert line == (
        "There is no call yet: Zoom does not accept Sitrep's credentials. Whoever runs Sitrep can find what to check "
        "in docs/war-room.md. Meanwhile open one anywhere and give its link: /incident call https://…. "
        "When it is put right: /incident status repair INC-1."
    )
    assert "The call could not be created: Zoom does not accept" in await timeline_of(stage, channel)
    status = await stage.anna.types("/incident status", in_=channel)
    assert "the call: call_login_refused. Whoever runs Sitrep can find" in str(status)
    await stage.anna.types("/incident update rolled back", in_=channel)
    await stage.settle()
    assert vendor.asked == ["POST /oauth/token"]  # nothing but a person tries it again

    vendor.faults += [(CREATE, "403")]
    await stage.anna.types("/incident call", in_=channel)
    await stage.settle()
    assert said(channel, "There is no call yet: Zoom does not allow Sitrep to create calls.")

    vendor.faults += [(CREATE, "503")] * 3
    await stage.anna.types("/incident status repair", in_=channel)
    for _ in range(3):
        await stage.pass_time(seconds=5)
    assert said(
        channel,
        "There is no call yet: Zoom does not answer. Usually that is over soon; somebody can ask for the call again.",
    )
    await stage.anna.types("/incident status repair", in_=channel)
    await stage.settle()
    assert len(vendor.meetings) == 1
    assert titles(channel) == ["Card", "Call"]
    assert "Not in Slack yet" not in str(await stage.anna.types("/incident status", in_=channel))


async def test_the_teams_own_link_stands_in_for_a_vendor_that_fails(stage: Stage, vendor: Vendor) -> None:
    await restart_with(stage, zoom(vendor, link="https://meet.example.com/{ref}"))
    vendor.faults.append((CREATE, "404"))
    channel = await stage.declare("sev1 Checkout is failing")
    assert said(channel, "Zoom does not know the user whose calls these should be, so the call is https://meet.example")
    assert channel.bookmarks[1]["link"] == "https://meet.example.com/inc-1"
    assert "Not in Slack yet" not in str(await stage.anna.types("/incident status", in_=channel))


async def test_a_call_that_is_under_way_when_the_bot_stops_is_made_once(stage: Stage, vendor: Vendor) -> None:
    await restart_with(stage, zoom(vendor))
    vendor.faults += [(CREATE, "lost"), (f"GET /v2/users/{HOST}/meetings", "503")]
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.stop()
    stage.clock.advance(minutes=2)
    await stage.start()
    for _ in range(3):
        await stage.pass_time(seconds=5)
    assert len(vendor.meetings) == 1
    assert titles(channel) == ["Card", "Call"]
    assert len(said(channel, "The call of INC-1")) == 1
