"""Markdown out of what people wrote. Nothing in their text can become markup, a link that runs code, or a ping.

Text comes in as Slack encodes it and goes out as CommonMark, with tables as GitHub has them: names for ids, channels
by name, links as links, code as code. Slack page: Formatting message text. Source: the CommonMark specification 0.31.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from workflows.words import ENTITY, plain_entity

CODE_BLOCK: Final = re.compile(r"```(.+?)```", re.DOTALL)
CODE: Final = re.compile(r"`([^`\n]+)`")
# Everything that could begin or end markup in the middle of a line; a lone `_` within a word cannot.
MARKUP: Final = re.compile(r"[\\`*\[\]<~|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#|[A-Za-z])")
# What makes a heading, list, quote, rule or table row of a line that it begins.
LINE_START: Final = re.compile(r"^(\d{1,9})([.)])|^[#+=>:-]")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff]")
SAFE_URL: Final = re.compile(r"(?i)(?:https?://|mailto:)[^\s\x00-\x20<>\"`\\^{}|]+")
UNTOUCHED_IN_URL: Final = "!#$%&'*+,/:;=?@-._~"


def escaped(plain: str) -> str:
    """Plain text in the middle of a line, so that it reads as it is."""
    return MARKUP.sub(lambda match: "&amp;" if match[0] == "&" else "\\" + match[0], plain)


def inline(encoded: str, names: Mapping[str, str]) -> str:
    """Everything on one line. Nothing for nothing."""
    return " ".join(words_and_code(clean(encoded), names).split())


def cell(encoded: str, names: Mapping[str, str]) -> str:
    """One line for a table; a table row ends at a bar even within code."""
    return re.sub(r"(?<!\\)\|", r"\\|", inline(encoded, names))


def titled(plain: str) -> str:
    """A line of plain text: a title, or a cell. Hashes at the end of a heading would be dropped."""
    return re.sub(r"(#+)$", r"\\\1", " ".join(escaped(clean(plain)).split()))


def entry(head: str, encoded: str, names: Mapping[str, str]) -> str:
    """An entry of a list: `head`, which is Markdown, and then the text with its lines and blocks of code."""
    text = paragraphs(encoded, names, indent="  ")
    begins_with_code = text.startswith("```")
    return f"- {head}\n\n  {text}" if begins_with_code else f"- {head} {text}".rstrip()


def paragraphs(encoded: str, names: Mapping[str, str], *, indent: str = "") -> str:
    """Text as people broke it into lines, blocks of code included.

    Every line but the first begins with `indent`, so that the text stays within the list entry it follows.
    """
    written: list[str] = []
    pieces = CODE_BLOCK.split(clean(encoded).strip())
    for place, piece in enumerate(pieces):
        if place % 2:
            written += ["", *fenced(readable(piece, names)), ""]
        else:
            written += broken_lines(piece, names)
    return "\n".join(indented(trimmed(written), indent))


def broken_lines(encoded: str, names: Mapping[str, str]) -> list[str]:
    """Lines of text; each ends in a hard break unless the next one is empty or absent."""
    lines = [guarded(words_and_code(line.strip(), names)) for line in encoded.split("\n")]
    following = [*lines[1:], ""]
    return [f"{line}\\" if line and after else line for line, after in zip(lines, following, strict=True)]


def guarded(line: str) -> str:
    """A line whose beginning makes nothing of it."""
    return LINE_START.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else "\\" + match[0], line)


def trimmed(lines: Sequence[str]) -> list[str]:
    """Without empty lines at both ends, and never two in a row."""
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    while kept and not kept[-1]:
        kept.pop()
    return kept[1:] if kept and not kept[0] else kept


def indented(lines: Iterable[str], indent: str) -> Iterable[str]:
    return (line if place == 0 or not line else indent + line for place, line in enumerate(lines))


def words_and_code(encoded: str, names: Mapping[str, str]) -> str:
    """Text with its code. A block of code becomes code within the line."""
    pieces = CODE.split(CODE_BLOCK.sub(lambda match: f"`{match[1].replace('`', '’').strip()}`", encoded))
    return "".join(
        code_span(readable(piece, names)) if place % 2 else words(piece, names) for place, piece in enumerate(pieces)
    )


def words(encoded: str, names: Mapping[str, str]) -> str:
    """Text without code: entities of Slack become names and links."""
    written = [
        entity(piece, names) if place % 2 else escaped(html.unescape(piece))
        for place, piece in enumerate(ENTITY.split(encoded))
    ]
    # An exclamation mark before a link would make a picture of it.
    return re.sub(r"!(?=\0\[)", r"\\!", "\0".join(written)).replace("\0", "")


def entity(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#", "!")):
        return escaped(html.unescape(named(inside, names)))
    return link(html.unescape(label), html.unescape(target))


def named(inside: str, names: Mapping[str, str]) -> str:
    """An entity as people read it; `names` has channels too."""
    target = inside.partition("|")[0]
    known = names.get(target[1:]) if target.startswith("#") else None
    return f"#{known}" if known else plain_entity(inside, names)


def link(label: str, url: str) -> str:
    """A link to the web or to an address; any other target is shown as text."""
    text = escaped(" ".join(label.split()) or url.removeprefix("mailto:"))
    if not SAFE_URL.fullmatch(url):
        return text if not label else f"{text} ({escaped(url)})"
    address = quote(url, safe=UNTOUCHED_IN_URL)
    return f"<{url}>" if address == url and label in ("", url) else f"[{text}]({address})"


def readable(encoded: str, names: Mapping[str, str]) -> str:
    """Code as it was typed: Slack makes links of addresses there too."""
    return html.unescape(ENTITY.sub(lambda match: named(match[1], names), encoded))


def code_span(code: str) -> str:
    """Code within a line, between more backticks than it contains."""
    flat = " ".join(code.split())
    if not flat:
        return ""
    fence = "`" * (longest_run(flat) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def fenced(code: str) -> list[str]:
    fence = "`" * max(3, longest_run(code) + 1)
    return [fence, *code.strip("\n").split("\n"), fence]


def longest_run(code: str) -> int:
    return max((len(run) for run in re.findall("`+", code)), default=0)


def clean(text: str) -> str:
    """One kind of line end, no control characters."""
    return CONTROLS.sub("", "\n".join(text.splitlines()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; cells are Markdown already."""
    return [row(head), row(["---"] * len(head)), *(row(one) for one in rows)]


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
