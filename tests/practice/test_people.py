"""People: what they may do, what they see, what they are told when they cannot."""

import re
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.practice.driver.modal import Unfillable
from bot.practice.driver.person import Person
from bot.practice.driver.seat import Impossible
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace
from tests.clock import ManualClock
from tests.practice.example import Example, Json


def button(label: str, action_id: str, **fields: Any) -> Json:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        **fields,
    }


@pytest.fixture
async def place(workspace: Workspace, client: AsyncWebClient, anna: Person, bilal: Person) -> Channel:
    created = await client.conversations_create(name="place")
    await client.conversations_invite(channel=created["channel"]["id"], users=[anna.id, bilal.id])
    return workspace.channel("place")


async def test_everybody_sees_messages_replies_and_marks(place: Channel, anna: Person, bilal: Person) -> None:
    first = await anna.says("pool is full", in_=place)
    await bilal.says("since when?", thread=first)
    await bilal.reacts("eyes", to=first)
    await anna.pins(first)
    assert "📌 03:00 Anna Keller: pool is full  :eyes: 1\n  ↳ 03:00 Bilal Aziz: since when?" in bilal.sees(place)
    assert anna.channels() == ["general", "place"]


async def test_the_newest_button_with_the_label_is_pressed(
    workspace: Workspace, example: Example, place: Channel, anna: Person
) -> None:
    pressed: list[Json] = []

    @example.app.action("take")
    async def take(ack: Any, body: Json) -> None:
        await ack()
        pressed.append(body)

    for value in ("1", "2"):
        blocks = [{"type": "actions", "block_id": "b", "elements": [button("Take it over", "take", value=value)]}]
        posted = await example.client.chat_postMessage(channel=place.id, text="Card", blocks=blocks)
    await anna.presses("Take it", in_=place)
    body = pressed[0]
    assert body["actions"][0]["value"] == "2"
    assert body["actions"][0]["action_ts"]
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": place.id,
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == posted["ts"]
    assert (body["user"]["id"], body["channel"]["id"]) == (anna.id, place.id)
    first = place.messages[-2]
    assert first.buttons == ["Take it over"]
    await anna.presses("Take it over", on=first)
    assert pressed[1]["actions"][0]["value"] == "1"


async def test_a_press_carries_what_was_chosen_beside_it(
    workspace: Workspace, example: Example, place: Channel, anna: Person
) -> None:
    bodies: list[Json] = []

    @example.app.action(re.compile(".*"))
    async def note(ack: Any, body: Json) -> None:
        await ack()
        bodies.append(body)

    options = [{"text": {"type": "plain_text", "text": text}, "value": text.lower()} for text in ("One", "Two")]
    select: Json = {"type": "static_select", "action_id": "s", "options": options}
    select["placeholder"] = {"type": "plain_text", "text": "Which"}
    blocks = [{"type": "actions", "block_id": "b", "elements": [select, button("Go", "go")]}]
    await example.client.chat_postMessage(channel=place.id, text="Card", blocks=blocks)
    await anna.presses("Go", in_=place)
    await anna.chooses("Which", "Two", in_=place)
    await anna.presses("Go", in_=place)
    chosen = [body["state"]["values"]["b"]["s"]["selected_option"] for body in bodies]
    assert chosen == [None, options[1], options[1]]
    assert bodies[1]["actions"][0]["selected_option"] == options[1]


async def test_a_missing_button_is_an_error_that_says_what_is_there(
    client: AsyncWebClient, place: Channel, anna: Person
) -> None:
    anna.patience = 0.05
    blocks = [{"type": "actions", "elements": [button("Update", "u")]}]
    await client.chat_postMessage(channel=place.id, text="Card", blocks=blocks)
    with pytest.raises(Impossible, match="Anna Keller sees no button 'Close', but Update"):
        await anna.presses("Close", in_=place)


async def test_people_cannot_do_what_slack_does_not_let_them(
    workspace: Workspace, place: Channel, anna: Person
) -> None:
    stranger = workspace.add_person("Sam Stranger")
    with pytest.raises(Impossible, match="is not in #place"):
        await stranger.says("hi", in_=place)
    message = await anna.says("mine", in_=place)
    with pytest.raises(Impossible, match="is not Bilal Other's"):
        await workspace.add_person("Bilal Other", handle="other").edits(message, "x")
    await anna.archives(place)
    with pytest.raises(Impossible, match="archived"):
        await anna.says("hi", in_=place)
    secret = workspace.add_channel("secret", members=[anna], private=True)
    with pytest.raises(Impossible, match="sees no channel"):
        stranger.sees(secret)
    assert await anna.types("/nonsense", in_="general") == "/nonsense is not a valid command."


async def test_a_response_url_works_five_times_in_half_an_hour(
    workspace: Workspace, example: Example, clock: ManualClock, place: Channel, anna: Person
) -> None:
    urls: list[str] = []

    @example.app.command("/example")
    async def keep(ack: Any, body: Json) -> None:
        await ack()
        urls.append(body["response_url"])

    assert await anna.types("/example", in_=place) is None
    hook = AsyncWebhookClient(urls[0])
    statuses = [(await hook.send(text=f"answer {number}")).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert len(anna.ephemerals(place)) == 5

    await anna.types("/example", in_=place)
    hook = AsyncWebhookClient(urls[1])
    assert (await hook.send(text="for all", response_type="in_channel")).status_code == 200
    assert (place.messages[-1].shown, place.messages[-1].subtype) == ("for all", "bot_message")
    assert (await hook.send_dict({"text": ""})).body == '{"ok": false, "error": "no_text"}'
    clock.advance(minutes=31)
    late = await hook.send(text="too late")
    assert late.status_code == 404
    assert "expired_url" in late.body
    assert [call.error for call in workspace.calls if call.method == "response_url"][-1] == "http_404"


async def test_an_answer_can_be_replaced_and_taken_away(
    workspace: Workspace, example: Example, place: Channel, anna: Person
) -> None:
    @example.app.command("/example")
    async def ask(ack: Any) -> None:
        elements = [button("Replace", "replace"), button("Remove", "remove")]
        await ack(text="Well?", blocks=[{"type": "actions", "elements": elements}])

    @example.app.action("replace")
    async def replace(ack: Any, respond: Any) -> None:
        await ack()
        elements = [button("Remove", "remove")]
        blocks = [{"type": "actions", "elements": elements}]
        await respond(text="Done", blocks=blocks, replace_original=True)

    @example.app.action("remove")
    async def remove(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    await anna.types("/example", in_=place)
    await anna.presses("Replace")
    await workspace.until(lambda: [seen.shown for seen in anna.ephemerals()] == ["[Remove]"])
    await anna.presses("Remove")
    await workspace.until(lambda: anna.ephemerals() == [])


async def test_shortcuts_reach_the_app(workspace: Workspace, example: Example, place: Channel, anna: Person) -> None:
    used: list[Json] = []

    @example.app.shortcut("keep")
    @example.app.shortcut("start")
    async def note(ack: Any, body: Json) -> None:
        await ack()
        used.append(body)

    message = await anna.says("the pool is full", in_=place)
    await anna.uses("Keep", on=message)
    await anna.uses("Start")
    assert [body["type"] for body in used] == ["message_action", "shortcut"]
    assert used[0]["message"]["ts"] == used[0]["message_ts"] == message.ts
    assert "channel" not in used[1]
    with pytest.raises(Impossible):
        await anna.uses("Start", on=message)


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [],
}


def asking(label: str, kind: str, **fields: Any) -> Json:
    element = {"type": kind, "action_id": "v", **fields}
    return {
        "type": "input",
        "block_id": label.lower(),
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    }


async def test_every_kind_of_field_can_be_filled_in(
    workspace: Workspace, example: Example, place: Channel, anna: Person, bilal: Person
) -> None:
    got: list[Json] = []

    @example.app.view("form")
    async def keep(ack: Any, view: Json) -> None:
        await ack()
        got.append(view["state"]["values"])

    @example.app.options("v")
    async def suggest(ack: Any, payload: Json) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": payload["value"] + "-api"}, "value": "api"}])

    options = [{"text": {"type": "plain_text", "text": text}, "value": text.lower()} for text in ("One", "Two")]
    blocks = [
        asking("Who", "users_select"),
        asking("Many", "multi_users_select"),
        asking("Where", "conversations_select"),
        asking("Day", "datepicker"),
        asking("Time", "timepicker", initial_time="09:00"),
        asking("Boxes", "checkboxes", options=options),
        asking("Radio", "radio_buttons", options=options, initial_option=options[1]),
        asking("Service", "external_select", min_query_length=1),
        asking("Text", "plain_text_input", initial_value="as it was", max_length=20),
    ]
    trigger = workspace.state.new_trigger(anna.id)
    await example.client.views_open(trigger_id=trigger, view=FORM | {"blocks": blocks})
    too_long = await anna.submits({"Text": "x" * 21})
    assert too_long == {"Text": "Must be less than 21 characters."}
    with pytest.raises(Unfillable, match="no option 'Three'"):
        await anna.chooses("Boxes", "Three")
    assert anna.modal is not None
    assert (anna.modal.values["Time"], anna.modal.values["Radio"]) == ("09:00", "Two")
    filled = {"Who": bilal, "Many": [anna, bilal], "Where": place, "Day": "2026-12-01", "Boxes": ["One", "Two"]}
    assert await anna.submits(filled | {"Service": "checkout", "Text": "new"}) == {}
    values = {block: state["v"] for block, state in got[0].items()}
    assert values["who"]["selected_user"] == bilal.id
    assert values["many"]["selected_users"] == [anna.id, bilal.id]
    assert values["where"]["selected_conversation"] == place.id
    assert values["day"]["selected_date"] == "2026-12-01"
    assert values["time"]["selected_time"] == "09:00"
    assert [option["value"] for option in values["boxes"]["selected_options"]] == ["one", "two"]
    assert values["radio"]["selected_option"]["value"] == "two"
    assert values["service"]["selected_option"]["text"]["text"] == "checkout-api"
    assert values["text"]["value"] == "new"


async def test_waiting_in_vain_tells_what_is_there(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    await client.auth_test()
    await anna.types("/example")
    with pytest.raises(AssertionError) as failed:
        await workspace.until(lambda: False, timeout=0.05)
    told = str(failed.value)
    assert "auth.test → ok" in told
    assert "/example got no answer (no_connection)" in told
    assert "@Anna Keller has joined the channel" in told


async def test_somebody_who_leaves_the_company_is_marked(
    workspace: Workspace, client: AsyncWebClient, anna: Person
) -> None:
    workspace.deactivate(anna)
    assert (await client.users_info(user=anna.id))["user"]["deleted"] is True
    assert anna not in workspace.channel("general").members


async def test_a_lost_delivery_comes_again_and_a_slow_one_comes_late(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    workspace.delivery.redeliver_after = 0.4
    workspace.delivery.lose_next("app_home_opened")
    workspace.delivery.delay("app_home_opened", 0.05)
    await anna.opens_home()
    await workspace.settled()
    assert len(example.heard("app_home_opened")) == 1
    assert [envelope.attempt for envelope in workspace.delivery.sent] == [0, 1]


async def test_links_at_the_top_of_a_channel_are_everybodys(
    workspace: Workspace, client: AsyncWebClient, place: Channel, anna: Person
) -> None:
    await client.bookmarks_add(channel_id=place.id, title="Card", type="link", link="https://a.example.com")
    await anna.bookmarks(place, "Notes", "https://b.example.com")
    assert [one["title"] for one in (await client.bookmarks_list(channel_id=place.id))["bookmarks"]] == [
        "Card",
        "Notes",
    ]
    await anna.removes_bookmark(place, "Card")
    assert [one["title"] for one in place.bookmarks] == ["Notes"]
    with pytest.raises(Impossible, match="has no bookmark 'Card'"):
        await anna.removes_bookmark(place, "Card")


async def test_a_button_of_the_home_tab_is_pressed_there(
    workspace: Workspace, example: Example, place: Channel, anna: Person
) -> None:
    pressed: list[Json] = []

    @example.app.action("done")
    async def done(ack: Any, body: Json) -> None:
        await ack()
        pressed.append(body)

    blocks = [{"type": "actions", "elements": [button("Done", "done", value="home")]}]
    await example.client.views_publish(user_id=anna.id, view={"type": "home", "blocks": blocks})
    blocks = [{"type": "actions", "elements": [button("Done", "done", value="channel")]}]
    await example.client.chat_postMessage(channel=place.id, text="Card", blocks=blocks)
    await anna.presses_at_home("Done")
    assert [body["actions"][0]["value"] for body in pressed] == ["home"]
    assert pressed[0]["container"]["type"] == "view"
    with pytest.raises(Impossible, match="no button 'Undo' on the home tab"):
        await anna.presses_at_home("Undo")


async def test_the_app_is_told_that_another_organisation_reads_along(
    workspace: Workspace, example: Example, place: Channel, anna: Person
) -> None:
    place.is_ext_shared = True
    await anna.says("hello", in_=place)
    await workspace.until(lambda: [one for one in example.heard("message") if one["text"] == "hello"])
    [body] = [body for body in example.bodies if body["event"].get("text") == "hello"]
    assert body["is_ext_shared_channel"] is True
    info = await example.client.conversations_info(channel=place.id)
    assert info["channel"]["is_ext_shared"] is True
