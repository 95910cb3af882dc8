"""What a person reads when Slack shows text and blocks: names, dates and labels instead of markup.

Source: docs.slack.dev "Formatting message text" and the Block Kit reference.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

Json = dict[str, Any]
SPECIALS = {"here": "@here", "channel": "@channel", "everyone": "@everyone"}
SPAN = re.compile(r"<([^<>]*)>")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
STYLES = (
    re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"),
    re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"),
)
DATE_FORMS = {
    "date_num": "%Y-%m-%d",
    "date": "%Y-%m-%d",
    "date_short": "%Y-%m-%d",
    "date_long": "%A, %Y-%m-%d",
    "date_pretty": "%Y-%m-%d",
    "date_short_pretty": "%Y-%m-%d",
    "date_long_pretty": "%A, %Y-%m-%d",
    "time": "%H:%M UTC",
    "time_secs": "%H:%M:%S UTC",
}


class Names(Protocol):
    """Turns ids into the names that people see."""

    def user_name(self, user_id: str) -> str: ...

    def channel_name(self, channel_id: str) -> str: ...

    def usergroup_handle(self, usergroup_id: str) -> str: ...


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_mrkdwn(text: str, names: Names) -> str:
    """Slack's mrkdwn as plain text; code keeps its characters, styles lose their marks."""
    parts = CODE.split(text)
    read = [_read_code(part, names) if index % 2 else _read_prose(part, names) for index, part in enumerate(parts)]
    return unescape("".join(read))


def _read_code(part: str, names: Names) -> str:
    inside = part[3:-3] if part.startswith("```") and len(part) >= 6 else part[1:-1]
    return SPAN.sub(lambda found: _read_span(found[1], names), inside)


def _read_prose(part: str, names: Names) -> str:
    for style in STYLES:
        part = style.sub(r"\1", part)
    return SPAN.sub(lambda found: _read_span(found[1], names), part)


def _read_span(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return f"@{names.user_name(target[1:])}"
    if target.startswith("#"):
        return f"#{names.channel_name(target[1:])}"
    if target.startswith("!subteam^"):
        return f"@{names.usergroup_handle(target.removeprefix('!subteam^'))}"
    if target.startswith("!date^"):
        return _read_date(target, label)
    if target.startswith("!"):
        return SPECIALS.get(target[1:], label or f"<{inside}>")
    return label or target.removeprefix("mailto:")


def _read_date(target: str, fallback: str) -> str:
    _, _, rest = target.partition("^")
    seconds, _, form = rest.partition("^")
    if not seconds.isdigit():
        return fallback
    moment = datetime.fromtimestamp(int(seconds), UTC)

    def token(found: re.Match[str]) -> str:
        form_of = DATE_FORMS.get(found[1])
        return moment.strftime(form_of) if form_of else fallback

    return re.sub(r"\{(\w+)\}", token, form.partition("^")[0])


def read_text_object(thing: Json | None, names: Names) -> str:
    """A `plain_text`, `mrkdwn` or `raw_text` object as plain text."""
    if not thing:
        return ""
    text = str(thing.get("text") or "")
    return read_mrkdwn(text, names) if thing.get("type") == "mrkdwn" else unescape(text)


def read_message(
    *, text: str, blocks: list[Json], names: Names, attachments: Sequence[Json] = (), files: Sequence[Json] = ()
) -> str:
    """All a person sees of a message: its blocks if it has any, else its text, then what is attached."""
    body = read_blocks(blocks, names) if blocks else read_mrkdwn(text, names)
    attached = [_read_attachment(attachment, names) for attachment in attachments]
    attached += [f"[file: {file.get('title') or file['name']}]" for file in files]
    return "\n".join(part for part in (body, *attached) if part)


def _read_attachment(attachment: Json, names: Names) -> str:
    if attachment.get("blocks"):
        return read_blocks(attachment["blocks"], names)
    parts = [str(attachment.get(key) or "") for key in ("pretext", "title", "text")]
    shown = [part for part in parts if part] or [str(attachment.get("fallback") or "")]
    return "\n".join(read_mrkdwn(part, names) for part in shown)


def read_blocks(blocks: list[Json], names: Names) -> str:
    """Blocks as lines of plain text."""
    return "\n".join(line for line in (read_block(block, names) for block in blocks) if line)


def read_block(block: Json, names: Names) -> str:
    """One block; a kind without text of its own reads as nothing."""
    reader = BLOCKS.get(str(block.get("type")))
    return reader(block, names) if reader else ""


def _read_section(block: Json, names: Names) -> str:
    parts = [read_text_object(block.get("text"), names)]
    parts += [read_text_object(field, names) for field in block.get("fields") or []]
    if block.get("accessory"):
        parts.append(read_element(block["accessory"], names))
    return "\n".join(part for part in parts if part)


def _read_context(block: Json, names: Names) -> str:
    elements = [
        f"[image: {element.get('alt_text', '')}]"
        if element.get("type") == "image"
        else read_text_object(element, names)
        for element in block["elements"]
    ]
    return "  ".join(part for part in elements if part)


def _read_actions(block: Json, names: Names) -> str:
    return " ".join(read_element(element, names) for element in block["elements"])


def _read_input(block: Json, names: Names) -> str:
    label = read_text_object(block["label"], names)
    hint = read_text_object(block.get("hint"), names)
    return "\n".join(part for part in (f"{label}: {read_element(block['element'], names)}", hint) if part)


def _read_table(block: Json, names: Names) -> str:
    return "\n".join(" | ".join(_read_cell(cell, names) for cell in row) for row in block["rows"])


def _read_cell(cell: Json, names: Names) -> str:
    return _read_rich(cell, names) if cell.get("type") == "rich_text" else str(cell.get("text", ""))


def read_element(element: Json, names: Names) -> str:
    """A button as `[Label]`, a chooser as `[Placeholder: choices]`."""
    kind = element.get("type")
    if kind in ("button", "workflow_button"):
        return f"[{read_text_object(element['text'], names)}]"
    if kind == "image":
        return f"[image: {element.get('alt_text', '')}]"
    options = [read_text_object(option["text"], names) for option in options_of(element)]
    placeholder = read_text_object(element.get("placeholder"), names)
    return f"[{': '.join(part for part in (placeholder, ' / '.join(options)) if part)}]"


def options_of(element: Json) -> list[Json]:
    """The options of a chooser, those in groups included."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def _read_rich(block: Json, names: Names) -> str:
    return "\n".join(_read_rich_part(part, names) for part in block.get("elements") or [])


def _read_rich_part(part: Json, names: Names) -> str:
    if part["type"] == "rich_text_list":
        return "\n".join(f"• {_read_rich_part(item, names)}" for item in part["elements"])
    return "".join(_read_rich_element(element, names) for element in part["elements"])


def _read_rich_element(element: Json, names: Names) -> str:
    reader = RICH.get(str(element["type"]))
    return reader(element, names) if reader else str(element.get("text", ""))


def _read_rich_date(element: Json, _: Names) -> str:
    return _read_date(f"!date^{element['timestamp']}^{element['format']}", element.get("fallback", ""))


Reader = Callable[[Json, Names], str]
RICH: Mapping[str, Reader] = {
    "user": lambda element, names: f"@{names.user_name(element['user_id'])}",
    "channel": lambda element, names: f"#{names.channel_name(element['channel_id'])}",
    "usergroup": lambda element, names: f"@{names.usergroup_handle(element['usergroup_id'])}",
    "broadcast": lambda element, _: f"@{element['range']}",
    "emoji": lambda element, _: f":{element['name']}:",
    "date": _read_rich_date,
    "link": lambda element, _: str(element.get("text") or element["url"]),
}
BLOCKS: Mapping[str, Reader] = {
    "section": _read_section,
    "context": _read_context,
    "actions": _read_actions,
    "input": _read_input,
    "table": _read_table,
    "rich_text": _read_rich,
    "header": lambda block, names: read_text_object(block["text"], names),
    "markdown": lambda block, _: str(block["text"]),
    "image": lambda block, _: f"[image: {block.get('alt_text', '')}]",
    "divider": lambda _, __: "",
}


BARE = re.compile(r"(?<![\w@<!])@(here|channel|everyone)\b")


def pings_in(text: str, blocks: list[Json], names: Names) -> list[str]:
    """Everybody and everything that text and blocks notify, as people see it: `@channel`, `@Anna Keller`.

    Text objects of type mrkdwn convert even a bare @channel, unless they are verbatim.
    """
    found = _mentions(text, names)
    for thing in _text_objects(blocks):
        if thing["type"] == "mrkdwn":
            found += _mentions(str(thing["text"]), names)
            found += [] if thing.get("verbatim") else [f"@{word}" for word in BARE.findall(str(thing["text"]))]
    found += [_read_rich_element(element, names) for element in _rich_mentions(blocks)]
    return list(dict.fromkeys(found))


def _mentions(text: str, names: Names) -> list[str]:
    spans = [
        inside for inside in SPAN.findall(text) if inside.startswith(("@", "!")) and not inside.startswith("!date")
    ]
    return [_read_span(inside, names) for inside in spans]


def _text_objects(thing: Any) -> Iterator[Json]:
    if isinstance(thing, list):
        for item in thing:
            yield from _text_objects(item)
    if isinstance(thing, dict):
        if thing.get("type") in ("mrkdwn", "plain_text") and isinstance(thing.get("text"), str):
            yield thing
        yield from _text_objects([value for value in thing.values() if isinstance(value, dict | list)])


def _rich_mentions(thing: Any) -> Iterator[Json]:
    if isinstance(thing, list):
        for item in thing:
            yield from _rich_mentions(item)
    if isinstance(thing, dict):
        if thing.get("type") in ("user", "usergroup", "broadcast"):
            yield thing
        yield from _rich_mentions([value for value in thing.values() if isinstance(value, dict | list)])


def elements_in(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it is in, in reading order."""
    for block in blocks:
        if block.get("accessory"):
            yield block, block["accessory"]
        if block.get("type") in ("actions", "context_actions"):
            for element in block["elements"]:
                yield block, element
        if block.get("type") == "input":
            yield block, block["element"]


def buttons_in(blocks: list[Json]) -> list[str]:
    """The labels of the buttons, in reading order, with those behind a ⋯."""
    return [
        unescape(str(one["text"]["text"]))
        for _, element in elements_in(blocks)
        if element.get("type") in ("button", "overflow")
        for one in ([element] if element["type"] == "button" else options_of(element))
    ]
