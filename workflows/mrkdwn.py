"""Markdown files as Slack's mrkdwn. Text is escaped, so that nothing in a file can ping.

Source: the CommonMark specification 0.31; Slack page: Formatting message text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from workflows.words import clipped, escape

SAFE_LINK: Final = re.compile(r"(?i)(?:https?://|mailto:)[^\s<>|]+")
FENCE: Final = "```"
MARKS: Final[Mapping[str, str]] = MappingProxyType({"strong": "*", "em": "_", "s": "~"})


def parse(markdown: str) -> SyntaxTreeNode:
    """The document as a tree; CommonMark with tables and ~~struck~~ text."""
    return SyntaxTreeNode(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown))


def rendered(nodes: Iterable[SyntaxTreeNode]) -> str:
    """Blocks one below the other."""
    texts = (block(node) for node in nodes)
    return "\n".join(text for text in texts if text)


def block(node: SyntaxTreeNode) -> str:
    render = BLOCKS.get(node.type)
    return render(node) if render is not None else ""


def heading(node: SyntaxTreeNode) -> str:
    return f"*{inline_of(node)}*"


def code(node: SyntaxTreeNode) -> str:
    inside = escape(node.content.rstrip("\n")).replace(FENCE, "'''")
    return f"{FENCE}\n{inside}\n{FENCE}"


def quote(node: SyntaxTreeNode) -> str:
    return "\n".join(f"&gt; {line}" for line in rendered(node.children).split("\n"))


def items(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    signs = (f"{first + place}." if first else "•" for place in range(len(node.children)))
    texts = (indented(rendered(item.children)) for item in node.children)
    return "\n".join(f"{sign} {text}" for sign, text in zip(signs, texts, strict=True))


def indented(text: str) -> str:
    """The lines after the first stand below it; code keeps its own left edge, as it is copied from there."""
    inside, lines = False, []
    for number, line in enumerate(text.split("\n")):
        fence = line.lstrip().startswith(FENCE)
        lines.append(line if number == 0 or inside or fence else f"    {line}")
        inside = inside != fence
    return "\n".join(lines)


def table(node: SyntaxTreeNode) -> str:
    rows = [row for part in node.children for row in part.children]
    return "\n".join(" | ".join(inline_of(cell) for cell in row.children) for row in rows)


def inline_of(node: SyntaxTreeNode) -> str:
    """The words of a paragraph, heading or cell."""
    return "".join(inline(child) for child in node.children)


def inline(node: SyntaxTreeNode) -> str:
    mark = MARKS.get(node.type)
    if mark is not None:
        inner = inline_of(node)
        return f"{mark}{inner}{mark}" if inner.strip() else inner
    render = INLINE.get(node.type)
    return render(node) if render is not None else inline_of(node)


def link(target: str, label: str) -> str:
    """A link that can be opened from Slack; of one that leads to another file only the words are left."""
    if SAFE_LINK.fullmatch(target) is None:
        return label
    return f"<{escape(target)}|{label}>" if label else f"<{escape(target)}>"


def fitted(text: str, limit: int) -> str:
    """Text of at most `limit` characters; a block of code that is cut is closed."""
    if len(text) <= limit:
        return text
    cut = clipped(text, limit - len(FENCE) - 1)
    return f"{cut}\n{FENCE}" if cut.count(FENCE) % 2 else cut


BLOCKS: Final[Mapping[str, Callable[[SyntaxTreeNode], str]]] = MappingProxyType(
    {
        "heading": heading,
        "paragraph": inline_of,
        "fence": code,
        "code_block": code,
        "blockquote": quote,
        "bullet_list": items,
        "ordered_list": items,
        "table": table,
        "html_block": lambda node: escape(node.content.strip()),
    }
)
INLINE: Final[Mapping[str, Callable[[SyntaxTreeNode], str]]] = MappingProxyType(
    {
        "text": lambda node: escape(node.content),
        "html_inline": lambda node: escape(node.content),
        "code_inline": lambda node: f"`{escape(node.content)}`",
        "softbreak": lambda node: " ",
        "hardbreak": lambda node: "\n",
        "link": lambda node: link(str(node.attrs.get("href", "")), inline_of(node)),
        "image": lambda node: link(str(node.attrs.get("src", "")), escape(node.content) or "picture"),
    }
)
