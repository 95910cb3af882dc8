"""The parts of a message that `chat.*` methods share: text, blocks, metadata, each checked as Slack checks it."""

import json
from typing import Any

from bot.practice.limits.blocks import block_problems
from bot.practice.methods.call import Call, Json, Refused, invalid
from bot.practice.reading import BARE

TEXT_TRUNCATED_ABOVE = 40_000
MARKDOWN_LONGEST = 12_000
LARGEST_BLOCKS = 100_000
LARGEST_METADATA = 16_000


def blocks_of(call: Call) -> list[Json] | None:
    """The `blocks` argument, refused as Slack refuses it; None when it was not given."""
    blocks = call.json("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    return checked(blocks)


def checked(blocks: list[Any]) -> list[Json]:
    problems = block_problems(blocks, surface="message")
    if problems:
        raise invalid("invalid_blocks", *problems, errors=problems)
    if len(json.dumps(blocks)) > LARGEST_BLOCKS:
        raise Refused("msg_blocks_too_long")
    return blocks


def attachments_of(call: Call) -> list[Json] | None:
    attachments = call.json("attachments", "invalid_attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list):
        raise Refused("invalid_attachments")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    return attachments


def metadata_of(call: Call) -> Json | None:
    """The `metadata` argument; `{}` clears, None is not given."""
    metadata = call.json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    whole = isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if metadata and not whole:
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return metadata


def text_of(call: Call) -> tuple[str, Json]:
    """The text and, if it was too long, the warning that it was cut."""
    text = call.text("text")
    if call.flag("link_names") or call.text("parse") == "full":
        text = BARE.sub(r"<!\1>", text)
    if len(text) <= TEXT_TRUNCATED_ABOVE:
        return text, {}
    warned = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return text[:TEXT_TRUNCATED_ABOVE], warned


def markdown_of(call: Call, blocks: list[Json] | None) -> list[Json] | None:
    """`markdown_text` as the block Slack makes of it; it excludes text and blocks."""
    markdown = call.text("markdown_text")
    if not markdown:
        return blocks
    if call.text("text") or blocks:
        raise Refused("markdown_text_conflict")
    if len(markdown) > MARKDOWN_LONGEST:
        raise Refused("msg_too_long")
    return [{"type": "markdown", "text": markdown}]
