"""A Bolt app lives in the workspace: commands, modals, buttons, messages, by socket."""

from typing import Any

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace
from tests.practice.example import Example

Json = dict[str, Any]
MODAL: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        },
        {
            "type": "input",
            "block_id": "level",
            "optional": True,
            "label": {"type": "plain_text", "text": "Severity"},
            "element": {
                "type": "static_select",
                "action_id": "value",
                "options": [
                    {"text": {"type": "plain_text", "text": level}, "value": level.lower()}
                    for level in ("SEV1", "SEV2")
                ],
            },
        },
    ],
}


async def test_a_command_is_answered_to_the_person_alone(workspace: Workspace, example: Example, anna: Person) -> None:
    @example.app.command("/example")
    async def answer(ack: Any, command: Json) -> None:
        await ack(f"You said {command['text']}")

    reply = await anna.types("/example tell @anna about #general & <b>")

    assert reply == "You said tell @Anna Keller about #general & <b>"
    assert [seen.shown for seen in anna.ephemerals()] == [reply]


async def test_an_app_sets_up_a_channel(workspace: Workspace, example: Example, anna: Person) -> None:
    client = example.client
    created = await client.conversations_create(name="incident-1")
    place = created["channel"]["id"]
    await client.conversations_setTopic(channel=place, topic="SEV1")
    await client.conversations_setPurpose(channel=place, purpose="Checkout is failing")
    await client.conversations_invite(channel=place, users=[anna.id])
    button = {"type": "button", "text": {"type": "plain_text", "text": "Take it"}, "action_id": "take", "value": "1"}
    posted = await client.chat_postMessage(
        channel=place,
        text="Card",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*IC*: <@{anna.id}>"}},
            {"type": "actions", "elements": [button]},
        ],
    )
    await client.pins_add(channel=place, timestamp=posted["ts"])

    channel = workspace.channel("incident-1")
    assert channel.topic == "SEV1"
    assert anna in channel.members
    assert [message.shown for message in channel.pinned] == ["IC: @Anna Keller\n[Take it]"]
    assert "incident-1" in anna.channels()
    await workspace.until(lambda: example.heard("pin_added"))
    await workspace.settled()


async def test_a_button_opens_a_modal_and_its_submission_is_checked(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    submitted: list[Json] = []

    @example.app.command("/example")
    async def answer(ack: Any) -> None:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open it"}, "action_id": "open"}
        await ack(text="Press", blocks=[{"type": "actions", "elements": [button]}])

    @example.app.action("open")
    async def open_it(ack: Any, body: Json, client: Any, respond: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await respond(text="Opened", replace_original=True)

    @example.app.view("form")
    async def check(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if values["title"]["value"]["value"] == "bad":
            await ack(response_action="errors", errors={"title": "Say more."})
            return
        submitted.append(values)
        await ack()

    assert await anna.types("/example") == "[Open it]"
    await anna.presses("Open it")
    assert await anna.submits({}) == {"Title": "Please complete this required field."}
    assert await anna.submits({"Title": "bad", "Severity": "SEV2"}) == {"Title": "Say more."}
    assert anna.modal is not None
    assert anna.modal.values == {"Title": "bad", "Severity": "SEV2"}
    assert await anna.submits({"Title": "Checkout is failing"}) == {}
    assert anna.modal is None
    assert submitted[0]["level"]["value"]["selected_option"]["value"] == "sev2"
    await workspace.until(lambda: [seen.shown for seen in anna.ephemerals()] == ["Opened"])


async def test_messages_of_people_arrive_where_the_app_is(workspace: Workspace, example: Example, anna: Person) -> None:
    await anna.says("nobody hears this")
    await example.client.conversations_join(channel=workspace.channel("general").id)
    message = await anna.says("<hello> @example see https://example.com")
    await workspace.until(lambda: example.heard("app_mention"))

    heard = example.heard("message")[-1]
    assert heard["text"] == f"&lt;hello&gt; <@{workspace.bot_user_id}> see <https://example.com>"
    assert heard["channel_type"] == "channel"
    assert message.shown == "<hello> @Example see https://example.com"


async def test_an_unanswered_command_shows_slacks_error(workspace: Workspace, anna: Person) -> None:
    assert await anna.types("/example") == '/example failed with the error "dispatch_failed"'
