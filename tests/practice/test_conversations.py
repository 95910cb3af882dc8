"""Channels: names, topics, invitations, archives, lists."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.practice.example import SCOPES, Example, a_client, a_manifest, refusal


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Checkout", "invalid_name_specials"),
        ("checkout is down", "invalid_name_specials"),
        ("v1.2", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("general", "name_taken"),
        ("secret", "name_taken"),
        ("old", "name_taken"),
        ("payments-oncall", "name_taken"),
    ],
)
async def test_bad_and_taken_names_are_refused(
    workspace: Workspace, client: AsyncWebClient, anna: Person, name: str, error: str
) -> None:
    workspace.add_channel("secret", members=[anna], private=True)
    workspace.add_channel("old", members=[anna])
    await anna.archives("old")
    workspace.add_usergroup("payments-oncall", [anna])
    assert await refusal(client.conversations_create(name=name)) == error


async def test_the_creator_is_in_the_new_channel(workspace: Workspace, example: Example) -> None:
    created = (await example.client.conversations_create(name="a" * 80))["channel"]
    assert created["is_member"] is True
    assert created["creator"] == workspace.bot_user_id
    await workspace.until(lambda: example.heard("member_joined_channel"))
    assert [message.subtype for message in workspace.channel("a" * 80).messages] == ["channel_join"]


async def test_a_topic_has_250_characters_at_most(workspace: Workspace, client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="c"))["channel"]["id"]
    await client.conversations_setTopic(channel=channel, topic="t" * 250)
    assert await refusal(client.conversations_setTopic(channel=channel, topic="t" * 251)) == "too_long"
    assert await refusal(client.conversations_setPurpose(channel=channel, purpose="p" * 251)) == "too_long"
    await client.conversations_setTopic(channel=channel, topic="t" * 250)
    shown = [message.subtype for message in workspace.channel("c").messages]
    assert shown == ["channel_join", "channel_topic"], "the same topic again is not announced"


async def test_one_bad_invitation_refuses_all_unless_forced(
    workspace: Workspace, client: AsyncWebClient, anna: Person
) -> None:
    channel = (await client.conversations_create(name="c"))["channel"]["id"]
    users = [anna.id, "U000", workspace.bot_user_id]
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_invite(channel=channel, users=users)
    assert [entry["error"] for entry in refused.value.response["errors"]] == ["user_not_found", "cant_invite_self"]
    assert anna not in workspace.channel("c").members
    invited = await client.conversations_invite(channel=channel, users=users, force=True)
    assert [entry["user"] for entry in invited["errors"]] == ["U000", workspace.bot_user_id]
    assert anna in workspace.channel("c").members
    again = client.conversations_invite(channel=channel, users=[anna.id])
    assert await refusal(again) == "already_in_channel"


async def test_what_needs_membership_is_refused_outside(
    workspace: Workspace, client: AsyncWebClient, anna: Person
) -> None:
    general = workspace.channel("general").id
    message = await anna.says("hello")
    secret = workspace.add_channel("secret", members=[anna], private=True).id
    outside: list[Any] = [
        client.conversations_history(channel=general),
        client.conversations_replies(channel=general, ts=message.ts),
        client.conversations_setTopic(channel=general, topic="x"),
        client.conversations_invite(channel=general, users=[anna.id]),
        client.conversations_archive(channel=general),
        client.pins_add(channel=general, timestamp=message.ts),
        client.chat_postEphemeral(channel=general, user=anna.id, text="x"),
    ]
    assert {await refusal(call) for call in outside} == {"not_in_channel"}
    unseen: list[Any] = [
        client.conversations_info(channel=secret),
        client.conversations_join(channel=secret),
        client.chat_postMessage(channel=secret, text="x"),
        client.conversations_history(channel="C000"),
    ]
    assert {await refusal(call) for call in unseen} == {"channel_not_found"}
    assert (await client.conversations_info(channel=general))["channel"]["is_member"] is False
    assert (await client.chat_postMessage(channel=general, text="public is open"))["ok"]


async def test_without_the_public_scope_posting_needs_membership(clock: ManualClock) -> None:
    scopes = [scope for scope in SCOPES if scope not in ("chat:write.public", "pins:write", "groups:write")]
    async with (
        open_workspace(clock=clock, manifest=a_manifest(scopes=scopes)) as workspace,
        a_client(workspace) as client,
    ):
        general = workspace.channel("general").id
        assert await refusal(client.chat_postMessage(channel=general, text="x")) == "not_in_channel"
        with pytest.raises(SlackApiError) as refused:
            await client.pins_add(channel=general, timestamp="1.1")
        assert refused.value.response["error"] == "missing_scope"
        assert refused.value.response["needed"] == "pins:write"
        assert "chat:write" in refused.value.response["provided"]
        granted = (await client.auth_test()).headers["x-oauth-scopes"]
        assert set(granted.split(",")) == set(scopes)
        private = client.conversations_create(name="secret", is_private=True)
        assert await refusal(private) == "missing_scope"


async def test_an_archived_channel_is_closed_for_good(workspace: Workspace, example: Example, anna: Person) -> None:
    client = example.client
    channel = (await client.conversations_create(name="c"))["channel"]["id"]
    posted = await client.chat_postMessage(channel=channel, text="card")
    await client.conversations_invite(channel=channel, users=[anna.id])
    await client.conversations_archive(channel=channel)
    await workspace.until(lambda: example.heard("channel_archive"))
    assert example.heard("message", "channel_archive")
    assert workspace.channel("c").is_archived
    assert workspace.bot_user_id not in workspace.channel("c").members
    closed = {
        "post": client.chat_postMessage(channel=channel, text="x"),
        "update": client.chat_update(channel=channel, ts=posted["ts"], text="x"),
        "history": client.conversations_history(channel=channel),
        "join": client.conversations_join(channel=channel),
        "archive": client.conversations_archive(channel=channel),
        "unarchive": client.conversations_unarchive(channel=channel),
        "topic": client.conversations_setTopic(channel=channel, topic="x"),
        "pin": client.pins_add(channel=channel, timestamp=posted["ts"]),
    }
    errors = {name: await refusal(call) for name, call in closed.items()}
    assert errors == {
        "post": "is_archived",
        "update": "is_inactive",
        "history": "not_in_channel",
        "join": "is_archived",
        "archive": "already_archived",
        "unarchive": "not_in_channel",
        "topic": "is_archived",
        "pin": "is_archived",
    }


async def test_only_the_creator_may_rename(workspace: Workspace, example: Example, anna: Person) -> None:
    client = example.client
    theirs = workspace.add_channel("theirs", members=[anna, workspace.bot_user_id]).id
    assert await refusal(client.conversations_rename(channel=theirs, name="mine")) == "not_authorized"
    mine = (await client.conversations_create(name="mine"))["channel"]["id"]
    assert await refusal(client.conversations_rename(channel=mine, name="theirs")) == "name_taken"
    renamed = (await client.conversations_rename(channel=mine, name="Really Mine"))["channel"]
    assert renamed["name"] == "really-mine"
    assert renamed["previous_names"] == ["mine"]
    await anna.renames("theirs", "ours")
    await workspace.until(lambda: len(example.heard("channel_rename")) == 2)
    assert example.heard("message", "channel_name")[-1]["name"] == "ours"


async def test_lists_come_in_pages_with_a_cursor(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    for number in range(5):
        workspace.add_channel(f"c-{number}", members=[anna])
    workspace.add_channel("secret", members=[anna], private=True)
    names: list[str] = []
    cursor = ""
    for _ in range(4):
        answer = await client.conversations_list(limit=2, cursor=cursor, types="public_channel,private_channel")
        names += [channel["name"] for channel in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]
    assert cursor == ""
    assert names == ["general", "incidents", "c-0", "c-1", "c-2", "c-3", "c-4"]
    assert await refusal(client.conversations_list(cursor="nonsense")) == "invalid_cursor"
    assert await refusal(client.conversations_list(types="secret")) == "invalid_types"
    mine = await client.users_conversations()
    assert [channel["name"] for channel in mine["channels"]] == []
    hers = await client.users_conversations(user=anna.id, exclude_archived=True, types="public_channel")
    assert len(hers["channels"]) == 6


async def test_members_are_listed_and_counted(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    await client.conversations_join(channel=workspace.channel("general").id)
    members = await client.conversations_members(channel=workspace.channel("general").id)
    assert members["members"] == [anna.id, workspace.bot_user_id]
    about = await client.conversations_info(channel=workspace.channel("general").id, include_num_members=True)
    assert about["channel"]["num_members"] == 2
    again = await client.conversations_join(channel=workspace.channel("general").id)
    assert again["warning"] == "already_in_channel"


async def test_direct_messages_open_by_person(workspace: Workspace, example: Example, anna: Person) -> None:
    client = example.client
    opened = (await client.conversations_open(users=[anna.id]))["channel"]["id"]
    posted = await client.chat_postMessage(channel=anna.id, text="psst")
    assert posted["channel"] == opened == anna.dm.id
    assert opened.startswith("D")
    assert "psst" in anna.sees(anna.dm)
    await anna.says("what?", in_=anna.dm)
    await workspace.until(lambda: len(example.heard("message")) == 2)
    assert example.heard("message")[-1]["channel_type"] == "im"
    assert await refusal(client.conversations_open(users="U000")) == "user_not_found"


async def test_joining_and_leaving_is_heard_of(workspace: Workspace, example: Example, anna: Person) -> None:
    bilal = workspace.add_person("Bilal Aziz")
    channel = (await example.client.conversations_create(name="c"))["channel"]["id"]
    await anna.joins("c")
    await anna.invites(bilal, "c")
    await bilal.leaves("c")
    await anna.removes(workspace.bot_user_id, "c")
    await workspace.until(lambda: len(example.heard("member_left_channel")) == 2)
    joined = example.heard("member_joined_channel")
    assert [(event["user"], event.get("inviter")) for event in joined] == [
        (workspace.bot_user_id, None),
        (anna.id, None),
        (bilal.id, anna.id),
    ]
    assert joined[0]["channel"] == channel
    await anna.says("the app is gone", in_="c")
    await workspace.settled()
    assert all("gone" not in event["text"] for event in example.heard("message"))
