"""The adapters against the local workspace: what a repeat does, and what becomes of each kind of failure."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot import manifest
from bot.practice.faults.faults import Rule
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace, open_workspace
from bot.slack import connect
from bot.slack_calls import Calls, pause_asked
from bot.slack_people import is_of_others
from tests.clock import ManualClock
from workflows.ports import Busy, Post, Refused, Slack, Unclear

HELLO = Post(text="hello")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A workspace, the adapters, and a channel of the bot's own in it."""

    workspace: Workspace
    clock: ManualClock
    slack: Slack
    channel: Channel

    def calls(self, method: str) -> int:
        return sum(1 for call in self.workspace.calls if call.method == method)


@asynccontextmanager
async def open_place(given: dict[str, Any]) -> AsyncIterator[Place]:
    clock = ManualClock()
    async with open_workspace(clock=clock, manifest=given) as workspace, aiohttp.ClientSession() as session:
        slack = await connected(workspace, session, workspace.bot_token)
        made = await slack.channels.create("incident-1", private=False)
        yield Place(workspace=workspace, clock=clock, slack=slack, channel=workspace.channel(made.name))


async def connected(workspace: Workspace, session: aiohttp.ClientSession, token: str) -> Slack:
    client = AsyncWebClient(token=token, base_url=workspace.api_url, session=session, retry_handlers=[])
    identity = {"user_id": workspace.bot_user_id, "bot_id": "B1", "team_id": workspace.team_id}
    return connect(Calls(client), session, identity)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with open_place(manifest.build()) as opened:
        yield opened


# What becomes of failures.


@pytest.mark.parametrize(
    "trouble",
    [
        lambda rule: rule.http_error(503),
        lambda rule: rule.http_error(500, after_effect=True),
        lambda rule: rule.resets(),
        lambda rule: rule.fails("internal_error"),
        lambda rule: rule.fails("request_timeout", after_effect=True),
    ],
    ids=["503", "500 after the effect", "reset", "internal_error", "request_timeout"],
)
async def test_an_answer_that_may_hide_an_effect_is_unclear(place: Place, trouble: Callable[[Rule], Rule]) -> None:
    trouble(place.workspace.faults.on("chat.postMessage"))
    with pytest.raises(Unclear):
        await place.slack.posts.post(place.channel.id, HELLO)
    assert place.calls("chat.postMessage") == 1, "nothing is repeated blindly"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": "2.5"}, 2.5),
        ({}, 1),
        ({"Retry-After": "Sat, 21 Nov 2026 03:00:00 GMT"}, 1),
    ],
)
def test_how_long_to_wait_is_what_slack_says_whatever_a_proxy_makes_of_it(
    headers: dict[str, str], seconds: float
) -> None:
    assert pause_asked(headers) == seconds


async def test_a_429_is_busy_for_as_long_as_slack_says(place: Place) -> None:
    place.workspace.faults.on("chat.postMessage").answers_429(retry_after=7)
    with pytest.raises(Busy) as busy:
        await place.slack.posts.post(place.channel.id, HELLO)
    assert busy.value.retry_after == timedelta(seconds=7)


async def test_a_missing_scope_is_refused_and_named() -> None:
    given = manifest.build()
    given["oauth_config"]["scopes"]["bot"].remove("pins:write")
    async with open_place(given) as place:
        ts = await place.slack.posts.post(place.channel.id, HELLO)
        with pytest.raises(Refused, match="needs the scope pins:write") as refused:
            await place.slack.decor.pin(place.channel.id, ts)
    assert refused.value.error == "missing_scope"


async def test_wrong_blocks_are_refused_with_the_place_that_is_wrong(place: Place) -> None:
    post = Post(text="hello", blocks=({"type": "section"},))
    with pytest.raises(Refused, match="blocks") as refused:
        await place.slack.posts.post(place.channel.id, post)
    assert "/blocks/0" in refused.value.detail


async def test_a_token_that_is_refused_keeps_the_work_for_later_and_alarms(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = SecretStr("xoxb-revoked")
    async with aiohttp.ClientSession() as session:
        slack = await connected(place.workspace, session, wrong.get_secret_value())
        with pytest.raises(Busy):
            await slack.posts.post(place.channel.id, HELLO)
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert wrong.get_secret_value() not in caplog.text


# Channels.


async def test_a_name_that_is_taken_is_refused_even_when_its_channel_is_archived(place: Place) -> None:
    place.channel.is_archived = True
    with pytest.raises(Refused) as refused:
        await place.slack.channels.create("incident-1", private=False)
    assert refused.value.error == "name_taken"


async def test_only_a_channel_that_we_made_is_our_own(place: Place) -> None:
    place.workspace.add_channel("incident-2", members=[place.workspace.bot_user_id])
    theirs = place.workspace.channel("incident-2")
    theirs.creator = "UANNA"
    found = await place.slack.channels.find_own("incident-1")
    assert found is not None
    assert found.id == place.channel.id
    assert await place.slack.channels.find_own("incident-2") is None
    assert await place.slack.channels.find_own("incident-3") is None


async def test_a_channel_is_found_among_many_pages(place: Place) -> None:
    for number in range(450):
        place.workspace.add_channel(f"team-{number}")
    last = place.workspace.channel("team-449")
    found = await place.slack.channels.find("team-449")
    assert found is not None
    assert found.id == last.id
    assert await place.slack.channels.find("nowhere") is None


async def test_people_who_are_in_already_are_no_problem(place: Place) -> None:
    anna, bilal = place.workspace.add_person("Anna"), place.workspace.add_person("Bilal")
    assert await place.slack.channels.invite(place.channel.id, [anna.id]) == {}
    assert await place.slack.channels.invite(place.channel.id, [anna.id]) == {}
    assert await place.slack.channels.invite(place.channel.id, [anna.id, bilal.id, bilal.id, "UNOBODY"]) == {
        "UNOBODY": "user_not_found"
    }
    assert {anna.id, bilal.id} <= set(place.channel.members)


async def test_who_cannot_come_is_named_even_when_all_the_others_are_in(place: Place) -> None:
    anna = place.workspace.add_person("Anna")
    await place.slack.channels.invite(place.channel.id, [anna.id])
    refused = await place.slack.channels.invite(place.channel.id, [anna.id, "UNOBODY"])
    assert refused == {"UNOBODY": "user_not_found"}


async def test_inviting_the_bot_alone_asks_nothing(place: Place) -> None:
    assert await place.slack.channels.invite(place.channel.id, [place.workspace.bot_user_id]) == {}
    assert place.calls("conversations.invite") == 0


async def test_more_than_a_hundred_people_are_invited_in_portions(place: Place) -> None:
    people = [place.workspace.add_person(f"Person{number}").id for number in range(130)]
    assert await place.slack.channels.invite(place.channel.id, people) == {}
    assert set(people) <= set(place.channel.members)
    assert place.calls("conversations.invite") == 2


async def test_a_channel_that_is_gone_gives_a_reason_for_everybody(place: Place) -> None:
    people = [place.workspace.add_person(name).id for name in ("Anna", "Bilal")]
    place.channel.is_archived = True
    assert await place.slack.channels.invite(place.channel.id, people) == dict.fromkeys(people, "is_archived")
    assert place.calls("conversations.invite") == 1


async def test_a_topic_is_cut_to_what_slack_takes(place: Place) -> None:
    await place.slack.channels.set_topic(place.channel.id, "word " * 100)
    assert len(place.channel.topic) <= 250


async def test_joining_twice_is_success(place: Place) -> None:
    general = place.workspace.channel("general")
    for _ in range(2):
        await place.slack.channels.join(general.id)
    assert place.workspace.bot_user_id in general.members


# Posts.


async def test_a_post_is_found_by_its_key_and_by_no_other(place: Place) -> None:
    ts = await place.slack.posts.post(place.channel.id, HELLO, key="declare:1/card")
    await place.slack.posts.post(place.channel.id, HELLO, key="declare:1/other")
    await place.slack.posts.post(place.channel.id, HELLO)
    now = place.clock.now()
    assert await place.slack.posts.find(place.channel.id, "declare:1/card", now) == ts
    assert await place.slack.posts.find(place.channel.id, "declare:1/car", now) is None


async def test_looking_for_a_post_does_not_read_older_history_than_it_must(place: Place) -> None:
    await place.slack.posts.post(place.channel.id, HELLO, key="old")
    place.clock.advance(hours=3)
    assert await place.slack.posts.find(place.channel.id, "old", place.clock.now()) is None


async def test_a_post_is_found_although_our_clock_is_an_hour_from_slacks(place: Place) -> None:
    ts = await place.slack.posts.post(place.channel.id, HELLO, key="card")
    for hours in (1, -1):
        ours = place.clock.now() + timedelta(hours=hours)
        assert await place.slack.posts.find(place.channel.id, "card", ours) == ts


async def test_a_post_is_found_in_its_thread_and_in_a_direct_message(place: Place) -> None:
    anna, now = place.workspace.add_person("Anna"), place.clock.now()
    parent = await place.slack.posts.post(place.channel.id, HELLO)
    reply = await place.slack.posts.post(place.channel.id, HELLO, key="reply", thread_ts=parent)
    direct = await place.slack.posts.post(anna.id, HELLO, key="direct")
    assert await place.slack.posts.find(place.channel.id, "reply", now, thread_ts=parent) == reply
    assert await place.slack.posts.find(place.channel.id, "reply", now) is None
    assert await place.slack.posts.find(anna.id, "direct", now) == direct


async def test_taking_a_post_away_twice_is_success_but_editing_it_then_is_refused(place: Place) -> None:
    ts = await place.slack.posts.post(place.channel.id, HELLO)
    for _ in range(2):
        await place.slack.posts.delete(place.channel.id, ts)
    with pytest.raises(Refused) as refused:
        await place.slack.posts.update(place.channel.id, ts, HELLO)
    assert refused.value.error == "message_not_found"


async def test_a_text_that_is_too_long_is_cut_and_can_be_edited(place: Place) -> None:
    ts = await place.slack.posts.post(place.channel.id, Post(text="x" * 50_000))
    await place.slack.posts.update(place.channel.id, ts, Post(text="y" * 50_000))
    assert {len(message.text) for message in place.channel.messages if message.ts == ts} == {3900}


# Pins, reactions, bookmarks, files, forms, people.


async def test_what_hangs_on_the_wall_hangs_there_once(place: Place) -> None:
    ts = await place.slack.posts.post(place.channel.id, HELLO)
    for _ in range(2):
        await place.slack.decor.pin(place.channel.id, ts)
        await place.slack.decor.react(place.channel.id, ts, "white_check_mark")
        await place.slack.decor.bookmark(place.channel.id, "Runbook", "https://example.com/runbook")
    assert [message.ts for message in place.channel.pinned] == [ts]
    assert [message.reactions for message in place.channel.pinned] == [{"white_check_mark": [place.slack.user_id]}]
    assert [bookmark["title"] for bookmark in place.channel.bookmarks] == ["Runbook"]
    for _ in range(2):
        await place.slack.decor.unpin(place.channel.id, ts)
    assert place.channel.pinned == []


async def test_a_pin_on_nothing_is_refused(place: Place) -> None:
    with pytest.raises(Refused):
        await place.slack.decor.pin(place.channel.id, "1.000001")


async def test_a_shared_file_is_found_again_by_its_name_but_not_somebody_elses(place: Place) -> None:
    anna = place.workspace.add_person("Anna")
    await place.slack.channels.invite(place.channel.id, [anna.id])
    await anna.says("mine", in_=place.channel, files=[("postmortem-INC-1.md", b"not it")])
    assert await place.slack.files.find(place.channel.id, "postmortem-INC-1.md") is None

    file_id = await place.slack.files.upload(
        place.channel.id, "postmortem-INC-1.md", "# Später".encode(), title="Postmortem", comment="The draft"
    )
    await place.workspace.until(lambda: place.channel.messages[-1].user == place.slack.user_id)  # shared a moment later
    assert await place.slack.files.find(place.channel.id, "postmortem-INC-1.md") == file_id
    assert await place.slack.files.find(place.channel.id, "other.md") is None


@pytest.mark.parametrize("trouble", [lambda rule: rule.resets(), lambda rule: rule.http_error(503)])
async def test_an_upload_that_was_cut_is_unclear_and_leaves_no_file(
    place: Place, trouble: Callable[[Rule], Rule]
) -> None:
    trouble(place.workspace.faults.on("upload"))
    with pytest.raises(Unclear):
        await place.slack.files.upload(place.channel.id, "draft.md", b"# Draft", title="Draft", comment="")
    assert place.workspace.files == []


async def test_the_channels_canvas_is_made_once_and_then_replaced(place: Place) -> None:
    first = await place.slack.files.canvas(place.channel.id, "# One")
    second = await place.slack.files.canvas(place.channel.id, "# Two")
    assert first == second
    assert place.channel.canvas is not None
    assert place.channel.canvas.markdown == "# Two"


async def test_a_plan_without_canvases_refuses_them(place: Place) -> None:
    place.workspace.plan = "free"
    with pytest.raises(Refused):
        await place.slack.files.canvas(place.channel.id, "# One")


async def test_a_form_that_was_closed_need_not_be_updated(place: Place) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Declare"}, "blocks": []}
    await place.slack.views.update("VGONE", view)


async def test_a_person_has_a_name_and_a_time_zone(place: Place) -> None:
    anna = place.workspace.add_person("Anna Keller", tz="Europe/Berlin")
    profile = await place.slack.people.profile(anna.id)
    assert (profile.name, profile.time_zone, profile.is_bot) == ("Anna Keller", "Europe/Berlin", False)
    assert (await place.slack.people.profile(place.slack.user_id)).is_bot
    assert not profile.is_guest
    place.workspace.state.users[anna.id].team_id = "TOFANOTHERCOMPANY"
    assert (await place.slack.people.profile(anna.id)).is_guest
    with pytest.raises(Refused) as refused:
        await place.slack.people.profile("UNOBODY")
    assert refused.value.error == "user_not_found"


@pytest.mark.parametrize(
    ("user", "ours"),
    [
        ({"team_id": "T1"}, True),
        ({}, True),
        ({"team_id": "T2"}, False),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}, True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2", "teams": ["T2"]}}, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, True),
    ],
)
def test_people_of_another_company_are_guests_and_those_of_the_organisation_are_not(
    user: dict[str, Any], ours: bool
) -> None:
    assert is_of_others(user, {"team_id": "T1", "enterprise_id": "E1"}) is not ours


async def test_all_of_a_long_history_is_read(place: Place) -> None:
    anna = place.workspace.add_person("Anna")
    await place.slack.channels.invite(place.channel.id, [anna.id])
    said = [await anna.says(f"message {number}", in_=place.channel) for number in range(230)]
    for number in range(3):
        await anna.says(f"reply {number}", thread=said[0])
    page = await place.slack.history.page(place.channel.id, after="0", before="9999999999.999999")
    assert (len(page.messages), page.more) == (200, True)
    rest = await place.slack.history.page(place.channel.id, after="0", before=page.messages[-1].ts)
    assert not rest.more
    heard = [*page.messages, *rest.messages]
    by_anna = [one.text for one in heard if one.text.startswith("message")]
    assert by_anna == [f"message {number}" for number in reversed(range(230))]
    thread = [one.text async for one in place.slack.history.replies(place.channel.id, said[0].ts)]
    assert thread == ["message 0", "reply 0", "reply 1", "reply 2"]


async def test_a_response_url_that_is_used_up_is_refused_and_one_that_is_lost_unclear(place: Place) -> None:
    with pytest.raises(Refused):
        await place.slack.posts.answer(f"{place.workspace.state.host}/respond/never-given-out", HELLO)
    place.workspace.faults.on("response_url").resets()
    with pytest.raises(Unclear):
        await place.slack.posts.answer(f"{place.workspace.state.host}/respond/never-given-out", HELLO)
