"""Lines of spans as boxes: broken into rows of a width, with the grounds of code, mentions and quotes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from bot.practice.pictures.measuring import is_emoji, split_emoji, width_of
from bot.practice.pictures.shapes import BLUE, LINE, Box, Label, Look, Rect, Shape, below, inside
from bot.practice.pictures.spans import Line, Span, readable

WORDS: Final = re.compile(r" +|[^ ]+")
LEADING: Final = 1.46
CODE_INK, CODE_GROUND, MENTION_GROUND = "#b3123f", "#f6f6f6", "#e4f1f8"


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word, a blank or an emoji in its look."""

    text: str
    look: Look
    ground: str = ""

    @property
    def width(self) -> float:
        return width_of(self.text, self.look)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip(" ")


def paragraph(lines: Sequence[Line], *, width: float, look: Look) -> Box:
    """Lines under one another, as wide as `width`."""
    groups = [(kind, list(some)) for kind, some in groupby(lines, key=lambda line: line.kind)]
    return below((_group(kind, some, width, look) for kind, some in groups), gap=4)


def _group(kind: str, lines: Sequence[Line], width: float, look: Look) -> Box:
    if kind == "code":
        mono = replace(look, mono=True, size=round(look.size * 0.82, 1), bold=False)
        rows = below(_line(line, width - 16, mono) for line in lines)
        return inside(rows, x=8, y=6, fill=CODE_GROUND, stroke=LINE, radius=4, width=width)
    if kind == "quote":
        rows = below(_line(line, width - 14, look) for line in lines)
        bar = Rect(width=4, height=rows.height, fill=LINE, radius=2)
        return Box(width=width, height=rows.height, shapes=(bar, *rows.moved(14, 0)))
    return below(_line(line, width, look) for line in lines)


def _line(line: Line, width: float, look: Look) -> Box:
    hang = width_of(line.hang, look) if line.hang else 0.0
    hang = hang if hang < width / 2 else 0.0
    rows = _rows(_tokens(line.spans, look), width, hang)
    return below(_row(row, hang if index else 0.0, width, look) for index, row in enumerate(rows))


def _tokens(spans: Sequence[Span], look: Look) -> Iterator[Token]:
    for span in spans:
        worn = _worn(span, look)
        ground = CODE_GROUND if span.code else MENTION_GROUND if span.mention else ""
        for piece in split_emoji(readable(span.text).replace("\n", " ")):
            words = [piece] if is_emoji(piece) else WORDS.findall(piece)
            yield from (Token(text=word, look=worn, ground=ground) for word in words)


def _worn(span: Span, look: Look) -> Look:
    worn = replace(look, bold=look.bold or span.bold, italic=span.italic, struck=span.struck)
    if span.code:
        return replace(worn, mono=True, size=round(look.size * 0.85, 1), colour=CODE_INK)
    return replace(worn, colour=BLUE) if span.link or span.mention else worn


def _rows(tokens: Iterator[Token], width: float, hang: float) -> list[list[Token]]:
    """Words in rows. A word that fits no row is broken; blanks at a break are dropped."""
    rows: list[list[Token]] = [[]]
    used = 0.0
    for word in _words(tokens):
        wide = sum(token.width for token in word)
        if rows[-1] and used + wide > width:
            rows.append([])
            used = hang
            if word[0].is_blank:
                continue
        parts = [[token] for token in _letters(word)] if used + wide > width else [word]
        for part in parts:
            part_wide = sum(token.width for token in part)
            if rows[-1] and used + part_wide > width:
                rows.append([])
                used = hang
            rows[-1] += part
            used += part_wide
    return [_trimmed(row) for row in rows]


def _trimmed(row: list[Token]) -> list[Token]:
    """Without the blanks at its end, unless there is nothing else."""
    while len(row) > 1 and row[-1].is_blank:
        row = row[:-1]
    return row


def _words(tokens: Iterator[Token]) -> Iterator[list[Token]]:
    """What may not be torn apart: neighbours without a blank or an emoji between them."""
    for apart, some in groupby(tokens, key=lambda token: token.is_blank or is_emoji(token.text)):
        if apart:
            yield from ([token] for token in some)
        else:
            yield list(some)


def _letters(word: Sequence[Token]) -> Iterator[Token]:
    for token in word:
        letters = [token.text] if is_emoji(token.text) else token.text
        yield from (replace(token, text=letter) for letter in letters)


def _row(row: Sequence[Token], left: float, width: float, look: Look) -> Box:
    height = round(look.size * LEADING, 1)
    shapes: list[Shape] = []
    for token in _joined(row):
        wide = token.width
        if token.ground:
            shapes.append(Rect(x=left - 1, y=2, width=wide + 2, height=height - 4, fill=token.ground, radius=3))
        if not token.is_blank:
            baseline = round(height / 2 + look.size * 0.35, 1)
            shapes.append(Label(x=left, y=baseline, width=wide, text=token.text, look=token.look))
        left += wide
    return Box(width=width, height=height, shapes=tuple(shapes))


def _joined(row: Sequence[Token]) -> Iterator[Token]:
    """Neighbours that look alike as one piece; an emoji stays apart, because its width is the machine's own."""
    for (look, ground, apart), some in groupby(row, key=lambda token: (token.look, token.ground, is_emoji(token.text))):
        texts = [token.text for token in some]
        yield from (Token(text=text, look=look, ground=ground) for text in (texts if apart else ["".join(texts)]))
