"""What pictures are made of. All lengths are pixels; y grows downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

INK: Final = "#1d1c1d"
MUTED: Final = "#616061"
BLUE: Final = "#1264a3"
LINE: Final = "#dddddd"
PAPER: Final = "#ffffff"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a piece of text is set; `size` is that of the font."""

    colour: str = INK
    size: float = 15
    bold: bool = False
    italic: bool = False
    struck: bool = False
    mono: bool = False


@dataclass(frozen=True, kw_only=True)
class Rect:
    x: float = 0
    y: float = 0
    width: float
    height: float
    fill: str = "none"
    stroke: str = ""
    radius: float = 0


@dataclass(frozen=True, kw_only=True)
class Label:
    """A piece of text in one row. `y` is the line it stands on, `width` what it is given."""

    x: float
    y: float
    width: float
    text: str
    look: Look


Shape = Rect | Label


@dataclass(frozen=True, kw_only=True)
class Box:
    """Shapes within `width` and `height`, placed from its own upper left corner."""

    width: float
    height: float
    shapes: tuple[Shape, ...] = ()

    def moved(self, x: float, y: float) -> tuple[Shape, ...]:
        """Its shapes as they are when its corner is at (x, y)."""
        return tuple(replace(shape, x=shape.x + x, y=shape.y + y) for shape in self.shapes)


def below(boxes: Iterable[Box], *, gap: float = 0) -> Box:
    """One box under the other; those of no height are left out."""
    shapes: list[Shape] = []
    width = height = 0.0
    for box in boxes:
        if box.height <= 0:
            continue
        top = height + gap if height else 0.0
        shapes += box.moved(0, top)
        width, height = max(width, box.width), top + box.height
    return Box(width=width, height=height, shapes=tuple(shapes))


def flowing(boxes: Sequence[Box], *, width: float, gap: float = 8) -> Box:
    """Boxes from left to right, in as many rows as are needed."""
    rows: list[list[Box]] = []
    used = 0.0
    for box in boxes:
        if not rows or used + gap + box.width > width:
            rows.append([])
            used = -gap
        rows[-1].append(box)
        used += gap + box.width
    return below((beside(row, gap=gap) for row in rows), gap=gap)


def beside(boxes: Iterable[Box], *, gap: float = 8) -> Box:
    """Boxes in one row, aligned at the middle."""
    row = list(boxes)
    height = max((box.height for box in row), default=0)
    shapes: list[Shape] = []
    left = 0.0
    for box in row:
        shapes += box.moved(left, (height - box.height) / 2)
        left += box.width + gap
    return Box(width=max(0.0, left - gap), height=height, shapes=tuple(shapes))


def inside(
    box: Box, *, x: float, y: float, fill: str = "none", stroke: str = "", radius: float = 0, width: float | None = None
) -> Box:
    """The box with room around it (`x` at both sides, `y` above and below), on a ground of its own."""
    outer = box.width + 2 * x if width is None else width
    height = box.height + 2 * y
    ground = Rect(width=outer, height=height, fill=fill, stroke=stroke, radius=radius)
    drawn = (ground,) if fill != "none" or stroke else ()
    return Box(width=outer, height=height, shapes=(*drawn, *box.moved(x, y)))
