"""What Slack refuses for shape or size, with the pointer to the place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.limits.blocks import block_problems
from bot.practice.limits.names import name_problem
from bot.practice.limits.views import view_problems
from tests.practice.example import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**fields: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **fields}


def select(count: int, **fields: Any) -> Json:
    options = [{"text": plain(str(number)), "value": str(number)} for number in range(count)]
    return {"type": "static_select", "action_id": "s", "placeholder": plain("Which"), "options": options, **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(text: str = "x", **fields: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **fields}


def field(element: Json, **fields: Any) -> Json:
    return {"type": "input", "label": plain("Title"), "element": element, **fields}


GOOD: list[list[Json]] = [
    [],
    [section("x" * 3000)],
    [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    [actions(*(button(action_id=str(number)) for number in range(25)))],
    [section(accessory=select(100))],
    [section(accessory={"type": "overflow", "action_id": "o", "options": select(5)["options"]})],
    [{"type": "divider"}] * 50,
    [field({"type": "plain_text_input", "action_id": "v", "multiline": True, "max_length": 3000})],
    [field({"type": "users_select", "action_id": "v", "initial_user": "U1"})],
    [{"type": "markdown", "text": "# Hello"}],
    [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}],
]

BAD: list[tuple[list[Json], str, str]] = [
    ([section("")], "must be more than 0 characters", "/blocks/0/text/text"),
    ([section("x" * 3001)], "must be less than 3001 characters", "/blocks/0/text/text"),
    (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters",
        "/blocks/0/fields/0/text",
    ),
    (
        [{"type": "section", "fields": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed",
        "/blocks/0/fields",
    ),
    ([{"type": "section"}], "must define either text or fields", "/blocks/0"),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters",
        "/blocks/0/text/text",
    ),
    ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn", "/blocks/0/text/type"),
    ([actions()], "no fewer than 1 items required", "/blocks/0/elements"),
    (
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters",
        "/blocks/0/elements/0/text/text",
    ),
    (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters",
        "/blocks/0/elements/0/value",
    ),
    ([actions(button(style="green"))], "must be one of: primary, danger", "/blocks/0/elements/0/style"),
    ([actions(button(), button())], "`action_id` already exists: go", "/blocks/0/elements/1/action_id"),
    ([section(block_id="a"), section(block_id="a")], "`block_id` already exists: a", "/blocks/1/block_id"),
    ([section(accessory=select(0))], "no fewer than 1 items required", "/blocks/0/accessory/options"),
    ([section(accessory=select(101))], "no more than 100 items allowed", "/blocks/0/accessory/options"),
    (
        [section(accessory=select(1, initial_option={"text": plain("9"), "value": "9"}))],
        "initial_option must be one of the options",
        "/blocks/0/accessory/initial_option",
    ),
    (
        [section(accessory={"type": "datepicker", "action_id": "d", "initial_date": "soon"})],
        "must be like 2026-11-21",
        "/blocks/0/accessory/initial_date",
    ),
    (
        [{"type": "section", "text": mrkdwn("x") | {"emoji": True}}],
        "invalid additional property: emoji",
        "/blocks/0/text",
    ),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "only one table is allowed", "/blocks"),
    ([{"type": "banner"}], "unsupported type: banner", "/blocks/0/type"),
    ([section(colour="red")], "invalid additional property: colour", "/blocks/0"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed", "/blocks"),
]


@pytest.mark.parametrize("blocks", GOOD)
def test_blocks_within_the_limits_pass(blocks: list[Json]) -> None:
    assert block_problems(blocks, surface="message") == []


@pytest.mark.parametrize(("blocks", "complaint", "pointer"), BAD)
def test_blocks_beyond_the_limits_are_pointed_at(blocks: list[Json], complaint: str, pointer: str) -> None:
    assert f"{complaint} [json-pointer:{pointer}]" in block_problems(blocks, surface="message")


async def test_a_refused_message_carries_the_pointer(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#general", text="x", blocks=[section("x" * 3001)])
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    pointed = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer["errors"] == [pointed]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {pointed}"]


def modal(**fields: Any) -> Json:
    text = {"type": "plain_text_input", "action_id": "v"}
    return {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": [field(text)], **fields}


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(title=plain("x" * 25)), "/view/title/text"),
        (modal(submit=None), "missing required field: submit"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(callback_id="x" * 256), "/view/callback_id"),
        (modal(type="home"), "/view/type"),
        (modal(blocks=[{"type": "divider"}] * 101), "/view/blocks"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type"),
        (modal(footer="x"), "invalid additional property: footer"),
    ],
)
def test_views_beyond_the_limits_are_pointed_at(view: Json, pointer: str) -> None:
    assert view_problems(modal(), surface="modal") == []
    assert any(pointer in problem for problem in view_problems(view, surface="modal"))


@given(st.text(max_size=100))
def test_a_name_passes_exactly_when_it_has_only_what_slack_allows(name: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    fits = 1 <= len(name) <= 80 and set(name) <= allowed and any(letter.isalnum() for letter in name)
    assert (name_problem(name) is None) == fits
