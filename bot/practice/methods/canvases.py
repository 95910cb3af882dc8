"""canvases.create, edit, delete, sections.lookup, conversations.canvases.create.

A section here is a paragraph of the Markdown; its id changes with what it says, as Slack's do.
"""

import zlib
from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused, invalid
from bot.practice.state.channels import Canvas

LARGEST = 1_048_576


def create(call: Call) -> Json:
    if call.text("channel_id"):
        return create_in_channel(call)
    if call.state.plan == "free":
        raise Refused("free_teams_cannot_create_standalone_canvases")
    return {"canvas_id": _new(call, None).id}


def create_in_channel(call: Call) -> Json:
    channel = call.channel("channel_id")
    if channel.is_archived or call.bot not in channel.members:
        raise Refused("restricted_action")
    if call.state.plan == "free":
        raise Refused("team_tier_cannot_create_channel_canvases")
    if channel.canvas is not None:
        raise Refused("channel_canvas_already_exists")
    channel.canvas = _new(call, channel.id)
    call.state.changes.notify()
    return {"canvas_id": channel.canvas.id}


def _new(call: Call, channel_id: str | None) -> Canvas:
    canvas = Canvas(
        id=call.state.numbers.new_id("F"),
        title=call.text("title"),
        markdown=_markdown(call.json("document_content", "invalid_arguments"), optional=True),
        channel_id=channel_id,
    )
    call.state.canvases[canvas.id] = canvas
    call.state.changes.notify()
    return canvas


def _markdown(content: Json | None, *, optional: bool = False) -> str:
    if content is None and optional:
        return ""
    if not isinstance(content, dict) or content.get("type") != "markdown":
        raise invalid("invalid_arguments", "must be markdown [json-pointer:/document_content/type]")
    text = str(content.get("markdown") or "")
    if len(text) > LARGEST:
        raise Refused("canvas_too_large")
    return text


def edit(call: Call) -> Json:
    """Exactly one change; `replace` without a section replaces everything."""
    if call.state.plan == "free":
        raise Refused("free_teams_cannot_edit_standalone_canvases")
    canvas = _find(call)
    changes = call.json("changes", "invalid_arguments")
    if not isinstance(changes, list) or len(changes) != 1:
        raise invalid("invalid_arguments", "exactly one change is allowed [json-pointer:/changes]")
    _apply(canvas, changes[0])
    call.state.changes.notify()
    return {}


def _apply(canvas: Canvas, change: Json) -> None:
    operation = change.get("operation")
    if operation == "rename":
        canvas.title = _markdown(change.get("title_content"))
        return
    parts = _sections(canvas)
    ids = [section_id(index, part) for index, part in enumerate(parts)]
    wanted = change.get("section_id")
    if wanted is not None and wanted not in ids:
        raise Refused("canvas_editing_failed", detail=f"section {wanted} not found")
    spot = ids.index(wanted) if wanted is not None else None
    if operation == "delete" and spot is not None:
        del parts[spot]
    elif operation == "replace":
        parts[slice(spot, None if spot is None else spot + 1)] = [_markdown(change.get("document_content"))]
    else:
        parts.insert(_insertion(operation, spot, len(parts)), _markdown(change.get("document_content")))
    canvas.markdown = "\n\n".join(parts)


def _insertion(operation: object, spot: int | None, end: int) -> int:
    places = {"insert_at_start": 0, "insert_at_end": end}
    if spot is not None:
        places |= {"insert_before": spot, "insert_after": spot + 1}
    if operation not in places:
        raise Refused("canvas_editing_failed", detail=f"cannot {operation} here")
    return places[str(operation)]


def _sections(canvas: Canvas) -> list[str]:
    return [part for part in canvas.markdown.split("\n\n") if part.strip()]


def section_id(index: int, part: str) -> str:
    return f"temp:C:{zlib.crc32(f'{index} {part}'.encode()):08x}"


def lookup(call: Call) -> Json:
    criteria = call.json("criteria", "invalid_arguments") or {}
    text, kinds = str(criteria.get("contains_text") or ""), criteria.get("section_types") or []
    found = [
        {"id": section_id(index, part)}
        for index, part in enumerate(_sections(_find(call)))
        if text in part and (not kinds or _heading(part) in kinds or ("any_header" in kinds and _heading(part)))
    ]
    return {"sections": found}


def _heading(part: str) -> str:
    hashes = len(part) - len(part.lstrip("#"))
    return f"h{hashes}" if 1 <= hashes <= 3 else ""


def delete(call: Call) -> Json:
    canvas = _find(call)
    del call.state.canvases[canvas.id]
    channel = call.state.channels.get(canvas.channel_id or "")
    if channel is not None:
        channel.canvas = None
    return {}


def _find(call: Call) -> Canvas:
    canvas = call.state.canvases.get(call.required("canvas_id"))
    if canvas is None:
        raise Refused("canvas_not_found")
    return canvas


METHODS: Mapping[str, Method] = {
    "canvases.create": Method(run=create, scopes=("canvases:write",), tier=2),
    "canvases.edit": Method(run=edit, scopes=("canvases:write",), tier=3),
    "canvases.delete": Method(run=delete, scopes=("canvases:write",), tier=3),
    "canvases.sections.lookup": Method(run=lookup, scopes=("canvases:read",), tier=3),
    "conversations.canvases.create": Method(run=create_in_channel, scopes=("canvases:write",), tier=2),
}
