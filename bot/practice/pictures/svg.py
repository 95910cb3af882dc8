"""A box as an SVG file: one tag per line, the same bytes for the same box."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from bot.practice.pictures.measuring import is_emoji
from bot.practice.pictures.shapes import PAPER, Box, Label, Rect, Shape
from bot.practice.pictures.spans import readable

SANS: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
EMOJI: Final = "'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', sans-serif"
MONO: Final = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def draw(box: Box, *, title: str) -> str:
    """The picture. `title` is read out to those who cannot see it."""
    width, height = number(box.width), number(box.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" xml:space="preserve" font-family={quoteattr(SANS)}>',
        f"<title>{escape(readable(title))}</title>",
        _rect(Rect(width=box.width, height=box.height, fill=PAPER)),
        *(_shape(shape) for shape in box.shapes),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _shape(shape: Shape) -> str:
    return _rect(shape) if isinstance(shape, Rect) else _label(shape)


def _rect(rect: Rect) -> str:
    edge = f' stroke="{rect.stroke}"' if rect.stroke else ""
    round_ = f' rx="{number(rect.radius)}"' if rect.radius else ""
    place = f'x="{number(rect.x)}" y="{number(rect.y)}" width="{number(rect.width)}" height="{number(rect.height)}"'
    return f'<rect {place} fill="{rect.fill}"{edge}{round_}/>'


def _label(label: Label) -> str:
    look, emoji = label.look, is_emoji(label.text)
    style = "".join(
        text
        for wanted, text in (
            (look.bold and not emoji, ' font-weight="bold"'),
            (look.italic, ' font-style="italic"'),
            (look.struck, ' text-decoration="line-through"'),
            (emoji, f" font-family={quoteattr(EMOJI)}"),
            (look.mono and not emoji, f" font-family={quoteattr(MONO)}"),
        )
        if wanted
    )
    # Whatever font the reader has, the text takes the room that was reckoned with, and meets no neighbour.
    fitted = len(label.text) > 1 and not emoji
    length = f' textLength="{number(label.width)}" lengthAdjust="spacingAndGlyphs"' if fitted else ""
    place = f'x="{number(label.x)}" y="{number(label.y)}" font-size="{number(look.size)}" fill="{look.colour}"'
    return f"<text {place}{style}{length}>{escape(label.text)}</text>"
