"""Block Kit in a few words. Every text is `verbatim`, so that Slack makes no pings or links out of bare words.

Slack page: Block Kit reference.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from workflows.words import clipped, one_line

Block = Mapping[str, Any]

SECTION_LIMIT: Final = 3000
BUTTON_LIMIT: Final = 75
HEADER_LIMIT: Final = 150
MOST_OPTIONS: Final = 100  # of a menu


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": clipped(text, SECTION_LIMIT), "verbatim": True}


def plain_text(text: str, limit: int = SECTION_LIMIT) -> Block:
    return {"type": "plain_text", "text": one_line(text, limit) or "–", "emoji": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, HEADER_LIMIT)}


def section(text: str, *, block_id: str = "", accessory: Block | None = None) -> Block:
    block: dict[str, Any] = {"type": "section", "text": mrkdwn(text)}
    if block_id:
        block["block_id"] = block_id
    if accessory is not None:
        block["accessory"] = accessory
    return block


def context(*texts: str) -> Block:
    """Small print; at most ten pieces."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    return {"type": "divider"}


def button(label: str, action_id: str, value: str = "", *, style: str = "", confirm: Block | None = None) -> Block:
    """`style` is `primary`, `danger` or nothing."""
    block: dict[str, Any] = {"type": "button", "text": plain_text(label, BUTTON_LIMIT), "action_id": action_id}
    if value:
        block["value"] = value
    if style:
        block["style"] = style
    if confirm is not None:
        block["confirm"] = confirm
    return block


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    """Asked before a button acts."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text(no, 30),
    }


def actions(buttons: Sequence[Block], *, block_id: str = "") -> Block:
    """A row of buttons; at most 25."""
    block: dict[str, Any] = {"type": "actions", "elements": list(buttons[:25])}
    if block_id:
        block["block_id"] = block_id
    return block


def overflow(action_id: str, buttons: Sequence[Block]) -> Block:
    """Buttons behind ⋯, at most five. An entry carries the button's action id and value, and `bot.door` reads it as
    that button, so none of them can be `danger` or ask before it acts.
    """
    listed = [
        {"text": button["text"], "value": f"{button['action_id']} {button.get('value', '')}"} for button in buttons[:5]
    ]
    return {"type": "overflow", "action_id": action_id, "options": listed}


# Forms


def form(title: str, blocks: Sequence[Block], *, callback_id: str, submit: str, about: str = "{}") -> Block:
    """A modal. `about` comes back with the submission: ids only, as JSON."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, 24),
        "submit": plain_text(submit, 24),
        "close": plain_text("Cancel", 24),
        "private_metadata": about,
        "blocks": list(blocks),
    }


def notice(title: str, blocks: Sequence[Block]) -> Block:
    """A modal that only tells something."""
    return {
        "type": "modal",
        "title": plain_text(title, 24),
        "close": plain_text("Close", 24),
        "blocks": list(blocks),
    }


def text_input(
    block_id: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    placeholder: str = "",
    multiline: bool = False,
    optional: bool = True,
    most: int = 3000,
) -> Block:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": block_id,
        "multiline": multiline,
        "max_length": most,
    }
    if initial:
        element["initial_value"] = initial[:most]
    if placeholder:
        element["placeholder"] = plain_text(placeholder, 150)
    return input_block(block_id, label, element, hint=hint, optional=optional)


def select(
    block_id: str,
    label: str,
    options: Sequence[tuple[str, str, str]],
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
) -> Block:
    """A menu of (value, text, description); at most 100 options."""
    listed = [option(*one) for one in options[:MOST_OPTIONS]]
    element: dict[str, Any] = {"type": "static_select", "action_id": block_id, "options": listed}
    chosen = next((one for one in listed if one["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return input_block(block_id, label, element, hint=hint, optional=optional)


def radio(
    block_id: str, label: str, options: Sequence[tuple[str, str, str]], *, initial: str = "", hint: str = ""
) -> Block:
    """One of a few (value, text, description), all in sight; at most 10."""
    listed = [option(*one) for one in options[:10]]
    element: dict[str, Any] = {"type": "radio_buttons", "action_id": block_id, "options": listed}
    chosen = next((one for one in listed if one["value"] == initial), None)
    if chosen is not None:
        element["initial_option"] = chosen
    return input_block(block_id, label, element, hint=hint, optional=False)


def checkboxes(
    block_id: str, label: str, options: Sequence[tuple[str, str, str]], *, initial: Sequence[str] = (), hint: str = ""
) -> Block:
    """Any of a few (value, text, description); at most 10. What is ticked arrives as values between commas."""
    listed = [option(*one) for one in options[:10]]
    element: dict[str, Any] = {"type": "checkboxes", "action_id": block_id, "options": listed}
    ticked = [one for one in listed if one["value"] in initial]
    if ticked:
        element["initial_options"] = ticked
    return input_block(block_id, label, element, hint=hint)


def option(value: str, text: str, description: str = "") -> Block:
    made: dict[str, Any] = {"text": plain_text(text, 75), "value": value[:75]}
    if description:
        made["description"] = plain_text(description, 75)
    return made


def person_input(block_id: str, label: str, *, initial: str = "", hint: str = "", optional: bool = True) -> Block:
    element: dict[str, Any] = {"type": "users_select", "action_id": block_id}
    if initial:
        element["initial_user"] = initial
    return input_block(block_id, label, element, hint=hint, optional=optional)


def input_block(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = True) -> Block:
    block: dict[str, Any] = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, 2000)
    return block
