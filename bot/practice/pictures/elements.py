"""What can be pressed, chosen and filled in, with what stands in it.

Source: docs.slack.dev "Block elements".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from bot.practice.pictures.shapes import BLUE, INK, LINE, MUTED, PAPER, Box, Label, Look, Rect, below, inside
from bot.practice.pictures.spans import Line, Span, plain, rich_text
from bot.practice.pictures.wrapping import paragraph
from bot.practice.reading import Names, options_of, read_text_object

Json = Mapping[str, Any]
EDGE: Final = "#868686"
GREEN, RED = "#007a5a", "#c01343"
BUTTONS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {"primary": (GREEN, GREEN, PAPER), "danger": (PAPER, RED, RED)}
)
MENU_WIDTH: Final = 240.0


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a picture needs beside the payload: names, and in a view what is filled in and complained about.

    `values` is Slack's `view.state.values`; `errors` maps block ids to complaints.
    """

    names: Names
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def draw_element(element: Json, block: Json, sight: Sight, *, width: float) -> Box:
    """An element of any kind, at most `width` wide."""
    kind = str(element.get("type"))
    if kind in ("button", "workflow_button"):
        return button(read_text_object(element["text"], sight.names), str(element.get("style") or ""), width=width)
    if kind in ("checkboxes", "radio_buttons"):
        return _ticks(element, block, sight, width=width)
    if kind == "overflow":
        return button("⋯", width=width)
    if kind == "image":
        return image(element, width=min(width, 96))
    if kind.endswith("_input"):
        return _field(element, block, sight, width=width)
    wide = width if block.get("type") == "input" else min(width, MENU_WIDTH)
    return _framed(_chosen(element, block, sight), width=wide, mark="▾")


def button(label: str, style: str = "", *, width: float = 640) -> Box:
    """A button with Slack's styles: `primary`, `danger` or none."""
    fill, stroke, ink = BUTTONS.get(style, (PAPER, "#bbbabb", INK))
    look = Look(size=13, bold=True, colour=ink)
    text = _fitting(paragraph(plain(label), width=width - 24, look=look))
    return inside(text, x=12, y=6, fill=fill, stroke=stroke, radius=6)


def image(thing: Json, *, width: float) -> Box:
    """A picture is its alternative text in a frame."""
    shown = paragraph(plain(str(thing.get("alt_text") or "image")), width=width - 16, look=Look(size=12, colour=MUTED))
    return inside(shown, x=8, y=8, fill="#f6f6f6", stroke=LINE, radius=4, width=width)


def _fitting(box: Box) -> Box:
    """As wide as what is in it."""
    right = max((shape.x + shape.width for shape in box.shapes), default=8.0)
    return Box(width=right, height=box.height, shapes=box.shapes)


def _framed(text: tuple[list[Line], str], *, width: float, mark: str = "", rows: int = 1) -> Box:
    lines, colour = text
    room = width - 24 - (16 if mark else 0)
    shown = paragraph(lines, width=room, look=Look(size=14, colour=colour))
    tall = Box(width=width - 24, height=max(shown.height, rows * 20.4), shapes=shown.shapes)
    framed = inside(tall, x=12, y=7, fill=PAPER, stroke=EDGE, radius=6, width=width)
    if not mark:
        return framed
    arrow = Label(x=width - 24, y=22, width=10, text=mark, look=Look(size=13, colour=MUTED))
    return Box(width=width, height=framed.height, shapes=(*framed.shapes, arrow))


def _field(element: Json, block: Json, sight: Sight, *, width: float) -> Box:
    value = _entered(element, block, sight, "initial_value")
    rows = 3 if element.get("multiline") else 1
    if isinstance(value, dict):
        return _framed((rich_text(dict(value), sight.names), INK), width=width, rows=3)
    if isinstance(value, str) and value:
        # What people typed is shown as they typed it: nothing in it is markup.
        lines = [Line(spans=(Span(text=row),)) for row in value.split("\n")]
        return _framed((lines, INK), width=width, rows=rows)
    return _framed(_placeholder(element, sight, ""), width=width, rows=rows)


def _placeholder(element: Json, sight: Sight, otherwise: str) -> tuple[list[Line], str]:
    return plain(read_text_object(element.get("placeholder"), sight.names) or otherwise), MUTED


def _entered(element: Json, block: Json, sight: Sight, *initial: str) -> Any:
    """What stands in an element: in a view what its reader entered, elsewhere what it came with."""
    state = sight.values.get(str(block.get("block_id")), {}).get(str(element.get("action_id")))
    if state is not None:
        return next((value for key, value in state.items() if key != "type"), None)
    return next((element[name] for name in initial if element.get(name)), None)


INITIALS: Final = (
    *("initial_option", "initial_options", "initial_user", "initial_users", "initial_conversation"),
    *("initial_conversations", "initial_channel", "initial_channels", "initial_date", "initial_time"),
    "initial_date_time",
)


def _chosen(element: Json, block: Json, sight: Sight) -> tuple[list[Line], str]:
    value = _entered(element, block, sight, *INITIALS)
    if value in (None, "", []):
        kind = str(element.get("type"))
        return _placeholder(element, sight, "Select a date" if "date" in kind else "Select an item")
    several = value if isinstance(value, list) else [value]
    return plain(", ".join(_name(one, str(element.get("type")), sight) for one in several)), INK


def _name(value: Any, kind: str, sight: Sight) -> str:
    if isinstance(value, dict):
        return read_text_object(value.get("text"), sight.names)
    if isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M UTC")
    if "users" in kind:
        return sight.names.user_name(str(value))
    if "channels" in kind or "conversations" in kind:
        return f"# {sight.names.channel_name(str(value))}"
    return str(value)


def _ticks(element: Json, block: Json, sight: Sight, *, width: float) -> Box:
    value = _entered(element, block, sight, "initial_options", "initial_option")
    chosen = [one.get("value") for one in (value if isinstance(value, list) else [value]) if one]
    round_ = element.get("type") == "radio_buttons"
    rows = (
        _tick(option, option.get("value") in chosen, sight, width, round_=round_) for option in options_of({**element})
    )
    return below(rows, gap=6)


def _tick(option: Json, on: bool, sight: Sight, width: float, *, round_: bool) -> Box:
    texts = below(_tick_texts(option, sight, width - 26), gap=1)
    edge = BLUE if on else EDGE
    frame = Rect(y=2, width=16, height=16, fill=BLUE if on else PAPER, stroke=edge, radius=8 if round_ else 3)
    tick = Label(x=2, y=14.5, width=12, text="✓", look=Look(size=12, bold=True, colour=PAPER))
    shapes = (frame, *((tick,) if on else ()), *texts.moved(26, 0))
    return Box(width=width, height=max(texts.height, 20), shapes=shapes)


def _tick_texts(option: Json, sight: Sight, width: float) -> Iterator[Box]:
    yield paragraph(plain(read_text_object(option["text"], sight.names)), width=width, look=Look(size=14))
    if option.get("description"):
        small = plain(read_text_object(option["description"], sight.names))
        yield paragraph(small, width=width, look=Look(size=12.5, colour=MUTED))
