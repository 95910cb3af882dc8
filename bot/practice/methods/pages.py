"""Pagination: `limit` and `cursor` in, `response_metadata.next_cursor` out ("" at the end).

Source: docs.slack.dev "Pagination".
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from typing import TypeVar

from bot.practice.methods.call import Call, Json, Refused

Item = TypeVar("Item")


def page(call: Call, items: Sequence[Item], *, default: int, most: int) -> tuple[list[Item], Json]:
    """The part of `items` that the cursor points at, and the metadata that leads to the next part."""
    limit = call.number("limit", default)
    if limit < 0 or limit > most:
        raise Refused("invalid_limit")
    size = limit or default
    start = _start(call.text("cursor"))
    part = list(items[start : start + size])
    following = start + size
    cursor = b64encode(f"next:{following}".encode()).decode() if following < len(items) else ""
    return part, {"response_metadata": {"next_cursor": cursor}}


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = b64decode(cursor, validate=True).decode().partition(":")
    except (Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    if word != "next" or not number.isdigit():
        raise Refused("invalid_cursor")
    return int(number)
