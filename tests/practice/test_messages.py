"""Messages: posting, editing, threads, metadata, history, reactions, pins, bookmarks, files."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace
from tests.clock import ManualClock
from tests.practice.example import Example, Json, refusal

SECTION: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}]


@pytest.fixture
async def place(client: AsyncWebClient) -> str:
    """A channel of the app's own."""
    return str((await client.conversations_create(name="place"))["channel"]["id"])


async def test_text_without_blocks_takes_the_blocks_away(
    workspace: Workspace, client: AsyncWebClient, place: str
) -> None:
    posted = await client.chat_postMessage(channel=place, text="fallback", blocks=SECTION)
    message = workspace.channel("place").messages[-1]
    assert message.shown == "Hello"
    await client.api_call("chat.update", json={"channel": place, "ts": posted["ts"], "blocks": SECTION})
    assert (message.text, message.shown, message.edited) == ("fallback", "Hello", None)
    await client.chat_update(channel=place, ts=posted["ts"], text="plain")
    assert (message.shown, message.blocks) == ("plain", [])
    assert message.edited is not None
    too_long = client.chat_update(channel=place, ts=posted["ts"], text="x" * 4001)
    assert await refusal(too_long) == "msg_too_long"
    empty = client.api_call("chat.update", json={"channel": place, "ts": posted["ts"]})
    assert await refusal(empty) == "no_text"


async def test_only_own_messages_can_be_changed(
    workspace: Workspace, client: AsyncWebClient, place: str, anna: Person
) -> None:
    await anna.joins("place")
    hers = await anna.says("mine", in_="place")
    assert await refusal(client.chat_update(channel=place, ts=hers.ts, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(channel=place, ts=hers.ts)) == "cant_delete_message"
    assert await refusal(client.chat_delete(channel=place, ts="1.000001")) == "message_not_found"
    posted = await client.chat_postMessage(channel=place, text="bye")
    await client.chat_delete(channel=place, ts=posted["ts"])
    assert workspace.channel("place").messages[-1] is hers


async def test_too_long_a_text_is_cut_with_a_warning(workspace: Workspace, client: AsyncWebClient, place: str) -> None:
    posted = await client.chat_postMessage(channel=place, text="x" * 40_001)
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]
    assert len(workspace.channel("place").messages[-1].text) == 40_000
    assert await refusal(client.api_call("chat.postMessage", json={"channel": place})) == "no_text"


async def test_replies_are_in_their_thread_and_not_in_history(
    workspace: Workspace, client: AsyncWebClient, place: str, anna: Person
) -> None:
    await anna.joins("place")
    parent = await anna.says("what is wrong?", in_="place")
    reply = await anna.says("the pool is full", thread=parent)
    await client.chat_postMessage(channel=place, text="noted", thread_ts=reply.ts)
    await client.chat_postMessage(channel=place, text="for all", thread_ts=parent.ts, reply_broadcast=True)
    history = (await client.conversations_history(channel=place))["messages"]
    assert [message["text"] for message in history[:2]] == ["for all", "what is wrong?"]
    assert history[0]["subtype"] == "thread_broadcast"
    assert history[1]["reply_count"] == 3
    thread = (await client.conversations_replies(channel=place, ts=reply.ts))["messages"]
    assert [message["text"] for message in thread] == ["what is wrong?", "the pool is full", "noted", "for all"]
    assert {message["thread_ts"] for message in thread} == {parent.ts}
    assert await refusal(client.conversations_replies(channel=place, ts="1.000001")) == "thread_not_found"
    orphan = client.chat_postMessage(channel=place, text="x", thread_ts="1.000001")
    assert await refusal(orphan) == "cannot_reply_to_message"


async def test_history_is_newest_first_and_bounded(clock: ManualClock, client: AsyncWebClient, place: str) -> None:
    stamps = []
    for number in range(5):
        clock.advance(minutes=1)
        stamps.append((await client.chat_postMessage(channel=place, text=str(number)))["ts"])
    page = await client.conversations_history(channel=place, limit=2, oldest=stamps[1])
    assert [message["text"] for message in page["messages"]] == ["4", "3"]
    assert page["has_more"] is True
    cursor = page["response_metadata"]["next_cursor"]
    rest = await client.conversations_history(channel=place, limit=2, oldest=stamps[1], cursor=cursor)
    assert [message["text"] for message in rest["messages"]] == ["2"]
    assert rest["response_metadata"]["next_cursor"] == ""
    one = await client.conversations_history(channel=place, latest=stamps[2], inclusive=True, limit=1)
    assert [message["text"] for message in one["messages"]] == ["2"]
    assert await refusal(client.conversations_history(channel=place, oldest="soon")) == "invalid_ts_oldest"


async def test_timestamps_follow_the_clock_and_never_repeat(
    clock: ManualClock, client: AsyncWebClient, place: str
) -> None:
    stamps = [(await client.chat_postMessage(channel=place, text="x"))["ts"] for _ in range(3)]
    assert len(set(stamps)) == 3
    assert stamps == sorted(stamps)
    assert {stamp.partition(".")[0] for stamp in stamps} == {str(int(clock.now().timestamp()))}


async def test_metadata_comes_back_only_when_asked_for(client: AsyncWebClient, place: str) -> None:
    metadata = {"event_type": "step", "event_payload": {"key": "INC-1/card"}}
    await client.chat_postMessage(channel=place, text="card", metadata=metadata)
    plain = (await client.conversations_history(channel=place))["messages"][0]
    assert "metadata" not in plain
    full = (await client.conversations_history(channel=place, include_all_metadata=True))["messages"][0]
    assert full["metadata"] == metadata
    bad = client.chat_postMessage(channel=place, text="x", metadata={"event_type": "x"})
    assert await refusal(bad) == "invalid_metadata_schema"


async def test_the_app_hears_its_own_posts_edits_and_deletions(
    workspace: Workspace, example: Example, place: str
) -> None:
    client = example.client
    ts = (await client.chat_postMessage(channel=place, text="one"))["ts"]
    await client.chat_update(channel=place, ts=ts, text="two")
    await client.chat_delete(channel=place, ts=ts)
    await workspace.until(lambda: example.heard("message", "message_deleted"))
    posted = next(event for event in example.heard("message") if event["ts"] == ts)
    assert posted["user"] == workspace.bot_user_id
    assert posted["bot_id"] == posted["bot_profile"]["id"]
    changed = example.heard("message", "message_changed")[0]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
    assert changed["message"]["ts"] == ts != changed["ts"]
    assert changed["hidden"] is True
    assert example.heard("message", "message_deleted")[0]["deleted_ts"] == ts


async def test_people_edit_delete_and_react(workspace: Workspace, example: Example, anna: Person) -> None:
    await anna.invites(workspace.bot_user_id, "general")
    message = await anna.says("pool is full")
    await anna.edits(message, "pool is *full*")
    await anna.reacts(":pushpin:", to=message)
    await anna.unreacts("pushpin", to=message)
    await anna.pins(message)
    await anna.unpins(message)
    await anna.deletes(message)
    await workspace.until(lambda: example.heard("message", "message_deleted"))
    assert example.heard("message", "message_changed")[0]["message"]["edited"]["user"] == anna.id
    added = example.heard("reaction_added")[0]
    assert (added["reaction"], added["item"]["ts"], added["item_user"]) == ("pushpin", message.ts, anna.id)
    assert example.heard("reaction_removed")
    assert example.heard("pin_added")[0]["item"]["message"]["ts"] == message.ts
    assert example.heard("pin_removed")


async def test_a_deleted_parent_leaves_a_tombstone(client: AsyncWebClient, place: str, anna: Person) -> None:
    await anna.joins("place")
    parent = await anna.says("first", in_="place")
    await anna.says("second", thread=parent)
    await anna.deletes(parent)
    thread = (await client.conversations_replies(channel=place, ts=parent.ts))["messages"]
    assert [message.get("subtype") for message in thread] == ["tombstone", None]


async def test_pins_answer_what_is_already_so(workspace: Workspace, client: AsyncWebClient, place: str) -> None:
    ts = (await client.chat_postMessage(channel=place, text="card"))["ts"]
    await client.pins_add(channel=place, timestamp=ts)
    assert await refusal(client.pins_add(channel=place, timestamp=ts)) == "already_pinned"
    items = (await client.pins_list(channel=place))["items"]
    assert [item["message"]["ts"] for item in items] == [ts]
    assert items[0]["created_by"] == workspace.bot_user_id
    await client.pins_remove(channel=place, timestamp=ts)
    assert await refusal(client.pins_remove(channel=place, timestamp=ts)) == "no_pin"
    assert await refusal(client.pins_add(channel=place, timestamp="1.000001")) == "message_not_found"


async def test_reactions_answer_what_is_already_so(client: AsyncWebClient, place: str) -> None:
    ts = (await client.chat_postMessage(channel=place, text="card"))["ts"]
    await client.reactions_add(channel=place, timestamp=ts, name="eyes")
    again = client.reactions_add(channel=place, timestamp=ts, name="eyes")
    assert await refusal(again) == "already_reacted"
    found = (await client.reactions_get(channel=place, timestamp=ts))["message"]["reactions"]
    assert [(reaction["name"], reaction["count"]) for reaction in found] == [("eyes", 1)]
    await client.reactions_remove(channel=place, timestamp=ts, name="eyes")
    gone = client.reactions_remove(channel=place, timestamp=ts, name="eyes")
    assert await refusal(gone) == "no_reaction"
    assert await refusal(client.reactions_add(channel=place, timestamp=ts, name="Not!")) == "invalid_name"


async def test_bookmarks_are_kept_and_changed(workspace: Workspace, client: AsyncWebClient, place: str) -> None:
    link = "https://example.com/runbook"
    added = await client.bookmarks_add(channel_id=place, title="Runbook", type="link", link=link)
    bookmark = added["bookmark"]["id"]
    await client.bookmarks_edit(channel_id=place, bookmark_id=bookmark, title="The runbook")
    listed = (await client.bookmarks_list(channel_id=place))["bookmarks"]
    assert [(entry["title"], entry["link"]) for entry in listed] == [("The runbook", link)]
    bad = client.bookmarks_add(channel_id=place, title="x", type="link", link="javascript:alert()")
    assert await refusal(bad) == "invalid_link"
    await client.bookmarks_remove(channel_id=place, bookmark_id=bookmark)
    assert workspace.channel("place").bookmarks == []


async def test_an_ephemeral_message_is_for_a_member_alone(
    workspace: Workspace, client: AsyncWebClient, place: str, anna: Person, bilal: Person
) -> None:
    await anna.joins("place")
    await client.chat_postEphemeral(channel=place, user=anna.id, text="only you")
    assert [seen.shown for seen in anna.ephemerals("place")] == ["only you"]
    assert bilal.ephemerals() == []
    outsider = client.chat_postEphemeral(channel=place, user=bilal.id, text="x")
    assert await refusal(outsider) == "user_not_in_channel"
    history = (await client.conversations_history(channel=place))["messages"]
    assert all(message["text"] != "only you" for message in history)


async def test_a_file_is_uploaded_in_three_steps_and_shared_later(
    workspace: Workspace, example: Example, place: str
) -> None:
    client = example.client
    uploaded = await client.files_upload_v2(
        channel=place, filename="postmortem-INC-7.md", content="# Draft ✓", title="Draft", initial_comment="Here it is"
    )
    assert uploaded["files"][0]["shares"] == {}
    await workspace.until(lambda: example.heard("message", "file_share"))
    message = workspace.channel("place").messages[-1]
    assert message.shown == "Here it is\n[file: Draft]"
    assert [(file.name, file.text) for file in workspace.files] == [("postmortem-INC-7.md", "# Draft ✓")]
    assert workspace.files[0].channel is workspace.channel("place")
    about = (await client.files_info(file=uploaded["files"][0]["id"]))["file"]
    assert about["shares"]["public"][place][0]["ts"] == message.ts
    assert client.session is not None
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    async with client.session.get(about["url_private"], headers=headers) as response:
        assert await response.read() == "# Draft ✓".encode()
    async with client.session.get(about["url_private"]) as response:
        assert "Sign in" in await response.text()


async def test_people_share_files(workspace: Workspace, example: Example, place: str, anna: Person) -> None:
    await anna.joins("place")
    message = await anna.says("look", in_="place", files=[("graph.png", b"\x89PNG")])
    await workspace.until(lambda: example.heard("file_shared"))
    heard = example.heard("message", "file_share")[0]
    assert heard["files"][0]["name"] == "graph.png"
    assert message.shown == "look\n[file: graph.png]"


async def test_an_upload_without_bytes_is_refused(client: AsyncWebClient, place: str) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    done = client.files_completeUploadExternal(files=[{"id": announced["file_id"]}], channel_id=place)
    assert await refusal(done) == "file_not_found"
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a.txt", length=0)


async def test_canvases_belong_to_paid_plans(workspace: Workspace, client: AsyncWebClient, place: str) -> None:
    content: Json = {"type": "markdown", "markdown": "# Draft\n\nFirst"}
    canvas = (await client.conversations_canvases_create(channel_id=place, document_content=content))["canvas_id"]
    again = client.conversations_canvases_create(channel_id=place, document_content=content)
    assert await refusal(again) == "channel_canvas_already_exists"
    change: Json = {"operation": "replace", "document_content": {"type": "markdown", "markdown": "# Final"}}
    await client.canvases_edit(canvas_id=canvas, changes=[change])
    kept = workspace.channel("place").canvas
    assert kept is not None
    assert kept.markdown == "# Final"
    about = (await client.conversations_info(channel=place))["channel"]
    assert about["properties"]["canvas"]["file_id"] == canvas
    sections = await client.canvases_sections_lookup(canvas_id=canvas, criteria={"section_types": ["h1"]})
    end: Json = {
        "operation": "insert_after",
        "section_id": sections["sections"][0]["id"],
        "document_content": {"type": "markdown", "markdown": "The end"},
    }
    await client.canvases_edit(canvas_id=canvas, changes=[end])
    assert kept.markdown == "# Final\n\nThe end"
    workspace.plan = "free"
    alone = client.canvases_create(title="x", document_content=content)
    assert await refusal(alone) == "free_teams_cannot_create_standalone_canvases"
    assert await refusal(client.usergroups_list()) == "plan_upgrade_required"


async def test_permalinks_point_at_the_message(client: AsyncWebClient, place: str) -> None:
    ts = (await client.chat_postMessage(channel=place, text="x"))["ts"]
    link = (await client.chat_getPermalink(channel=place, message_ts=ts))["permalink"]
    assert link == f"https://practice.slack.com/archives/{place}/p{ts.replace('.', '')}"


async def test_other_apps_previews_and_deleted_channels_are_heard_of(
    workspace: Workspace, example: Example, place: str, anna: Person
) -> None:
    await anna.joins("place")
    channel = workspace.channel("place")
    workspace.another_app_says("Monitor", "CPU at <https://x.test|98 %>", in_=channel)
    message = await anna.says("see https://x.test", in_=channel)
    workspace.unfurl(message, "The dashboard")
    await workspace.until(lambda: example.heard("message", "message_changed"))
    alert = example.heard("message", "bot_message")[0]
    assert (alert["username"], "user" in alert) == ("Monitor", False)
    changed = example.heard("message", "message_changed")[0]
    assert changed["message"]["text"] == changed["previous_message"]["text"]
    assert "edited" not in changed["message"]
    assert "03:00 Monitor: CPU at 98 %" in anna.sees(channel)
    assert "The dashboard" in message.shown
    workspace.delete_channel(channel)
    await workspace.until(lambda: example.heard("channel_deleted"))
    gone = example.client.chat_postMessage(channel=place, text="x")
    assert await refusal(gone) == "channel_not_found"
