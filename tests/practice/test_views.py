"""Modals and home tabs: triggers, stacks, hashes, answers to a submission."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.practice.example import Example, Json, a_client, a_manifest, refusal


def view(title: str, *, callback_id: str = "form", label: str = "Title", **fields: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value"}
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [
            {
                "type": "input",
                "block_id": "title",
                "label": {"type": "plain_text", "text": label},
                "optional": True,
                "element": element,
            }
        ],
        **fields,
    }


async def opened(workspace: Workspace, client: AsyncWebClient, person: Person, **fields: Any) -> Json:
    """A modal in front of somebody, as `views.open` answers it."""
    trigger = workspace.state.new_trigger(person.id)
    answer = await client.views_open(trigger_id=trigger, view=view("One", **fields))
    found: Json = answer["view"]
    return found


async def test_a_trigger_works_once_and_for_three_seconds(clock: ManualClock) -> None:
    seconds = [0.0]
    async with (
        open_workspace(clock=clock, manifest=a_manifest(), monotonic=lambda: seconds[0]) as workspace,
        a_client(workspace) as client,
    ):
        anna = workspace.add_person("Anna Keller")
        trigger, late = workspace.state.new_trigger(anna.id), workspace.state.new_trigger(anna.id)
        seconds[0] = 2.9
        clock.advance(hours=1)
        await client.views_open(trigger_id=trigger, view=view("One"))
        assert await refusal(client.views_open(trigger_id=trigger, view=view("One"))) == "exchanged_trigger_id"
        seconds[0] = 3.1
        assert await refusal(client.views_open(trigger_id=late, view=view("One"))) == "expired_trigger_id"
        assert await refusal(client.views_open(trigger_id="x", view=view("One"))) == "invalid_trigger_id"


async def test_a_stack_holds_three_views(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    await opened(workspace, client, anna)
    for title in ("Two", "Three"):
        pushed = await client.views_push(trigger_id=workspace.state.new_trigger(anna.id), view=view(title))
    assert pushed["view"]["previous_view_id"] != pushed["view"]["root_view_id"]
    trigger = workspace.state.new_trigger(anna.id)
    assert await refusal(client.views_push(trigger_id=trigger, view=view("Four"))) == "push_limit_reached"
    await anna.closes()
    assert anna.modal is not None
    assert anna.modal.title == "Two"
    await anna.closes(everything=True)
    assert anna.modal is None


async def test_an_old_hash_conflicts_and_what_was_typed_stays(
    workspace: Workspace, client: AsyncWebClient, anna: Person
) -> None:
    first = await opened(workspace, client, anna)
    await anna.chooses("Title", "Checkout")
    again = await client.views_update(view_id=first["id"], hash=first["hash"], view=view("New"))
    assert again["view"]["hash"] != first["hash"]
    stale = client.views_update(view_id=first["id"], hash=first["hash"], view=view("Newer"))
    assert await refusal(stale) == "hash_conflict"
    assert anna.modal is not None
    assert anna.modal.values == {"Title": "Checkout"}
    await anna.closes()
    gone = client.views_update(view_id=first["id"], view=view("Newer"))
    assert await refusal(gone) == "not_found"


async def test_an_external_id_names_one_view(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    await opened(workspace, client, anna, external_id="mine")
    trigger = workspace.state.new_trigger(anna.id)
    twin = client.views_push(trigger_id=trigger, view=view("Two", external_id="mine"))
    assert await refusal(twin) == "duplicate_external_id"
    await client.views_update(external_id="mine", view=view("Renamed", external_id="mine"))
    assert anna.modal is not None
    assert anna.modal.title == "Renamed"


Answer = Callable[[Any], Awaitable[None]]


async def submit_to(workspace: Workspace, example: Example, anna: Person, answer: Answer) -> dict[str, str]:
    """Open a modal, submit it, and let the app answer like this."""

    @example.app.view("form")
    async def submitted(ack: Any) -> None:
        await answer(ack)

    await opened(workspace, example.client, anna)
    return await anna.submits({"Title": "x"})


async def test_a_submission_may_be_answered_with_another_view(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    assert (
        await submit_to(workspace, example, anna, lambda ack: ack(response_action="update", view=view("Working"))) == {}
    )
    assert anna.modal is not None
    assert anna.modal.title == "Working"


async def test_a_submission_may_push_and_clear(workspace: Workspace, example: Example, anna: Person) -> None:
    second = view("Second", callback_id="second")
    assert await submit_to(workspace, example, anna, lambda ack: ack(response_action="push", view=second)) == {}

    @example.app.view("second")
    async def clear(ack: Any) -> None:
        await ack(response_action="clear")

    assert await anna.submits() == {}
    assert anna.modal is None


async def test_complaints_about_unknown_fields_are_trouble(
    workspace: Workspace, example: Example, anna: Person
) -> None:
    errors = await submit_to(
        workspace, example, anna, lambda ack: ack(response_action="errors", errors={"nowhere": "x"})
    )
    assert errors == {"": "We had some trouble connecting. Try again?"}
    assert anna.modal is not None


async def test_an_unacknowledged_submission_leaves_the_modal_open(
    workspace: Workspace, client: AsyncWebClient, anna: Person
) -> None:
    await opened(workspace, client, anna)
    assert await anna.submits({"Title": "x"}) == {"": "We had some trouble connecting. Try again?"}
    assert anna.modal is not None
    assert anna.modal.values == {"Title": "x"}


async def test_closing_is_told_only_when_asked_for(workspace: Workspace, example: Example, anna: Person) -> None:
    closed: list[Json] = []

    @example.app.view_closed("form")
    async def note(ack: Any, body: Json) -> None:
        closed.append(body)
        await ack()

    await opened(workspace, example.client, anna)
    await anna.closes()
    assert closed == []
    await opened(workspace, example.client, anna, notify_on_close=True)
    await anna.closes(everything=True)
    assert closed[0]["is_cleared"] is True


async def test_a_home_tab_is_published_and_pressed(workspace: Workspace, example: Example, anna: Person) -> None:
    pressed: list[Json] = []
    button = {"type": "button", "text": {"type": "plain_text", "text": "Declare"}, "action_id": "declare"}
    home: Json = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}

    @example.app.action("declare")
    async def declare(ack: Any, body: Json) -> None:
        await ack()
        pressed.append(body)

    await anna.opens_home()
    await workspace.until(lambda: example.heard("app_home_opened"))
    assert "view" not in example.heard("app_home_opened")[0]
    published = await example.client.views_publish(user_id=anna.id, view=home)
    assert anna.home == "[Declare]"
    await anna.presses("Declare")
    assert pressed[0]["view"]["type"] == "home"
    assert pressed[0]["container"]["type"] == "view"
    assert await refusal(example.client.views_publish(user_id=anna.id, view=home, hash="old")) == "hash_conflict"
    again = await example.client.views_publish(user_id=anna.id, view=home, hash=published["view"]["hash"])
    assert again["view"]["id"] == published["view"]["id"]


async def test_without_a_home_tab_nothing_can_be_published(clock: ManualClock) -> None:
    manifest = a_manifest()
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    async with open_workspace(clock=clock, manifest=manifest) as workspace, a_client(workspace) as client:
        anna = workspace.add_person("Anna Keller")
        home: Json = {"type": "home", "blocks": []}
        assert await refusal(client.views_publish(user_id=anna.id, view=home)) == "not_enabled"


@pytest.mark.parametrize("value", ["SEV1", "sev1"])
async def test_choosing_tells_the_app_where_the_field_asks_for_it(
    workspace: Workspace, example: Example, anna: Person, value: str
) -> None:
    chosen: list[Json] = []

    @example.app.action("level")
    async def note(ack: Any, body: Json) -> None:
        await ack()
        chosen.append(body)

    options = [{"text": {"type": "plain_text", "text": text}, "value": text.lower()} for text in ("SEV1", "SEV2")]
    select: Json = {
        "type": "input",
        "block_id": "level",
        "dispatch_action": True,
        "label": {"type": "plain_text", "text": "Severity"},
        "element": {"type": "static_select", "action_id": "level", "options": options},
    }
    form = view("One")
    form["blocks"].append(select)
    await example.client.views_open(trigger_id=workspace.state.new_trigger(anna.id), view=form)
    await anna.chooses("Severity", value)
    assert chosen[0]["actions"][0]["selected_option"]["value"] == "sev1"
    assert chosen[0]["view"]["state"]["values"]["level"]["level"]["selected_option"]["value"] == "sev1"
