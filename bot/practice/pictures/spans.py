"""Text as people read it, with its styles: mrkdwn, plain text and rich text as lines of spans.

Source: docs.slack.dev "Formatting message text", "Rich text block".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from rich.emoji import Emoji

from bot.practice.reading import SPAN, STYLES, Names, read_block, read_mrkdwn, unescape

Json = dict[str, Any]
Kind = Literal["prose", "quote", "code"]
FENCE: Final = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
TICKS: Final = re.compile(r"`([^`\n]+)`")
QUOTE: Final = re.compile(r"(?:&gt;|>) ?")
SHORT: Final = re.compile(r"(?<![\w:]):([a-z0-9_+-]+):(?![\w:])")
UNSEEN: Final = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BLANKS: Final = re.compile(r"[^\S\n ]")


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: bool = False
    mention: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as it was written; it may take several rows. `hang` indents all rows but the first."""

    spans: tuple[Span, ...]
    kind: Kind = "prose"
    hang: str = ""


def readable(text: str) -> str:
    """The text without what no document may contain; any blank but the line's end as a space."""
    return BLANKS.sub(" ", UNSEEN.sub("", text.replace("\t", "    ").replace("\r\n", "\n").replace("\r", "\n")))


def with_emoji(text: str) -> str:
    """`:pushpin:` as 📌; what is no known name stays."""
    return SHORT.sub(lambda found: Emoji.replace(found[0]), text)


def plain(text: str) -> list[Line]:
    """`plain_text` as lines."""
    shown = readable(with_emoji(unescape(text)))
    return [Line(spans=(Span(text=line),)) for line in shown.split("\n")]


def mrkdwn(text: str, names: Names) -> list[Line]:
    """Slack's mrkdwn as lines; fenced code and quotes are marked as such."""
    lines: list[Line] = []
    parts = FENCE.split(readable(text))
    for index, part in enumerate(parts):
        if index % 2:
            lines += [Line(spans=(Span(text=row),), kind="code") for row in _literal(part, names).split("\n")]
            continue
        # The line breaks around fenced code are its own.
        prose = part.removeprefix("\n") if index else part
        prose = prose.removesuffix("\n") if index < len(parts) - 1 else prose
        if prose:
            lines += [_line(row, names) for row in prose.split("\n")]
    return lines


def _literal(text: str, names: Names) -> str:
    """Code keeps its marks; only what stands in angle brackets is read."""
    return readable(unescape(SPAN.sub(lambda found: read_mrkdwn(found[0], names), text)))


def _line(row: str, names: Names) -> Line:
    quote = QUOTE.match(row)
    spans = tuple(_styled(row[quote.end() :] if quote else row, names, Span(text="")))
    hang = next((mark for mark in ("• ", "– ") if row.startswith(mark)), "")
    return Line(spans=spans, kind="quote" if quote else "prose", hang=hang)


def _styled(text: str, names: Names, style: Span) -> Iterator[Span]:
    """The earliest mark in the text decides; what is inside a style is read again."""
    at = 0
    while at < len(text):
        found, mark = _next_mark(text, at)
        if found is None:
            yield from _said(text[at:], style)
            return
        yield from _said(text[at : found.start()], style)
        if mark == "span":
            yield _reference(found, names, style)
        elif mark == "code":
            yield replace(style, text=_literal(found[1], names), code=True)
        else:
            more: dict[str, Any] = {mark: True}
            yield from _styled(found[1], names, replace(style, **more))
        at = found.end()


def _next_mark(text: str, at: int) -> tuple[re.Match[str] | None, str]:
    marks = zip((SPAN, TICKS, *STYLES), ("span", "code", "bold", "italic", "struck"), strict=True)
    found = [(match, name) for pattern, name in marks if (match := pattern.search(text, at))]
    return min(found, key=lambda one: one[0].start(), default=(None, ""))


def _said(text: str, style: Span) -> Iterator[Span]:
    if text:
        yield replace(style, text=with_emoji(unescape(text)))


def _reference(found: re.Match[str], names: Names, style: Span) -> Span:
    shown = readable(read_mrkdwn(found[0], names)).replace("\n", " ")
    if found[1].startswith("!date^"):
        return replace(style, text=shown)
    mention = found[1].startswith(("@", "#", "!"))
    return replace(style, text=shown if mention else with_emoji(shown), mention=mention, link=not mention)


# Rich text, which people's own messages are

STYLE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"bold": "bold", "italic": "italic", "strike": "struck", "code": "code"}
)


def rich_text(block: Json, names: Names) -> list[Line]:
    """A `rich_text` block as lines."""
    return [line for part in block.get("elements") or [] for line in _rich_part(part, names)]


def _rich_part(part: Json, names: Names) -> Iterator[Line]:
    elements: Sequence[Json] = part.get("elements") or []
    if part["type"] == "rich_text_list":
        for number, item in enumerate(elements, 1):
            mark = f"{number}. " if part.get("style") == "ordered" else "• "
            mark = "    " * int(part.get("indent") or 0) + mark
            first, *rest = _rich_part(item, names)
            yield replace(first, spans=(Span(text=mark), *first.spans), hang=mark)
            yield from rest
        return
    kinds: Mapping[str, Kind] = {"rich_text_preformatted": "code", "rich_text_quote": "quote"}
    spans = [_rich_span(element, names) for element in elements]
    for row in _broken(spans):
        yield Line(spans=tuple(row), kind=kinds.get(part["type"], "prose"))


def _rich_span(element: Json, names: Names) -> Span:
    styles = {
        STYLE_NAMES[name]: True for name, on in (element.get("style") or {}).items() if on and name in STYLE_NAMES
    }
    kind = element["type"]
    around = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}
    shown = readable(read_block(around, names))
    if kind == "emoji":
        shown = with_emoji(shown)
    mention = kind in ("user", "channel", "usergroup", "broadcast")
    return Span(text=shown, mention=mention, link=kind == "link", **styles)


def _broken(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans in lines, broken where their text is."""
    rows: list[list[Span]] = [[]]
    for span in spans:
        first, *rest = span.text.split("\n")
        rows[-1].append(replace(span, text=first))
        rows += [[replace(span, text=text)] for text in rest]
    return rows
