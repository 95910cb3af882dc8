"""Blocks as boxes.

Source: docs.slack.dev "Blocks".
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from bot.practice.pictures.elements import RED, Sight, draw_element, image
from bot.practice.pictures.shapes import LINE, MUTED, Box, Look, Rect, below, beside, flowing
from bot.practice.pictures.spans import Line, Span, mrkdwn, plain, readable, rich_text
from bot.practice.pictures.wrapping import paragraph
from bot.practice.reading import read_block, read_text_object

Json = dict[str, Any]
BODY: Final = Look()
SMALL: Final = Look(size=12.5, colour=MUTED)
BESIDE: Final = 0.36
"""The most of a section's width that its accessory may take."""


def draw_blocks(blocks: Sequence[Json], sight: Sight, *, width: float) -> Box:
    """Blocks under one another."""
    return below((draw_block(block, sight, width=width) for block in blocks), gap=10)


def draw_block(block: Json, sight: Sight, *, width: float) -> Box:
    """One block; a kind that this does not know is drawn as the text a person reads of it."""
    drawer = DRAWERS.get(str(block.get("type")))
    if drawer is not None:
        return drawer(block, sight, width)
    return paragraph(plain(read_block(block, sight.names)), width=width, look=BODY)


def lines_of(thing: Json | None, sight: Sight) -> list[Line]:
    """A text object as lines."""
    if not thing:
        return []
    text = str(thing.get("text") or "")
    return mrkdwn(text, sight.names) if thing.get("type") == "mrkdwn" else plain(text)


def _section(block: Json, sight: Sight, width: float) -> Box:
    accessory = block.get("accessory")
    if not accessory:
        return _texts(block, sight, width)
    beside_it = draw_element(accessory, block, sight, width=width * BESIDE)
    left = _texts(block, sight, width - beside_it.width - 16)
    shapes = (*left.shapes, *beside_it.moved(width - beside_it.width, 0))
    return Box(width=width, height=max(left.height, beside_it.height), shapes=shapes)


def _texts(block: Json, sight: Sight, width: float) -> Box:
    above = paragraph(lines_of(block.get("text"), sight), width=width, look=BODY)
    column = (width - 16) / 2
    fields = [paragraph(lines_of(one, sight), width=column, look=BODY) for one in block.get("fields") or []]
    rows = [_columns(fields[at : at + 2], column) for at in range(0, len(fields), 2)]
    return below([above, *rows], gap=8)


def _columns(cells: Sequence[Box], column: float) -> Box:
    shapes = [shape for index, cell in enumerate(cells) for shape in cell.moved(index * (column + 16), 0)]
    return Box(width=2 * column + 16, height=max(cell.height for cell in cells), shapes=tuple(shapes))


def _context(block: Json, sight: Sight, width: float) -> Box:
    return below(
        image(element, width=min(width, 96))
        if element.get("type") == "image"
        else paragraph(lines_of(element, sight), width=width, look=SMALL)
        for element in block["elements"]
    )


def _actions(block: Json, sight: Sight, width: float) -> Box:
    return flowing([draw_element(element, block, sight, width=width) for element in block["elements"]], width=width)


def _input(block: Json, sight: Sight, width: float) -> Box:
    name = Span(text=readable(read_text_object(block["label"], sight.names)).replace("\n", " "), bold=True)
    note = (Span(text=" (optional)"),) if block.get("optional") else ()
    complaint = sight.errors.get(str(block.get("block_id")))
    boxes = [
        paragraph([Line(spans=(name, *note))], width=width, look=Look(size=14)),
        draw_element(block["element"], block, sight, width=width),
        paragraph(plain(f"⚠ {complaint}") if complaint else [], width=width, look=Look(size=12.5, colour=RED)),
        paragraph(lines_of(block.get("hint"), sight), width=width, look=SMALL),
    ]
    return below(boxes, gap=5)


def _header(block: Json, sight: Sight, width: float) -> Box:
    return paragraph(lines_of(block["text"], sight), width=width, look=Look(size=18, bold=True))


def _divider(_: Json, __: Sight, width: float) -> Box:
    return Box(width=width, height=9, shapes=(Rect(y=4, width=width, height=1, fill=LINE),))


def _image(block: Json, sight: Sight, width: float) -> Box:
    title = paragraph(lines_of(block.get("title"), sight), width=width, look=SMALL)
    return below([title, image(block, width=min(width, 360))], gap=4)


def _rich(block: Json, sight: Sight, width: float) -> Box:
    return paragraph(rich_text(block, sight.names), width=width, look=BODY)


def _table(block: Json, sight: Sight, width: float) -> Box:
    columns = max((len(row) for row in block["rows"]), default=1)
    each = (width - 12 * (columns - 1)) / columns
    return below((beside((_cell(cell, sight, each) for cell in row), gap=12) for row in block["rows"]), gap=6)


def _cell(cell: Json, sight: Sight, width: float) -> Box:
    lines = rich_text(cell, sight.names) if cell.get("type") == "rich_text" else plain(str(cell.get("text") or ""))
    return paragraph(lines, width=width, look=Look(size=13))


Drawer = Callable[[Json, Sight, float], Box]
DRAWERS: Final[Mapping[str, Drawer]] = MappingProxyType(
    {
        "section": _section,
        "context": _context,
        "actions": _actions,
        "context_actions": _actions,
        "input": _input,
        "header": _header,
        "divider": _divider,
        "image": _image,
        "rich_text": _rich,
        "table": _table,
    }
)
