"""Whatever people write reads the same after Markdown and does nothing else."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workflows import markdown
from workflows.words import escape, plain

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

NASTY = st.sampled_from(
    [
        *(
            "*",
            "_",
            "`",
            "```",
            "#",
            "- ",
            "1. ",
            "> ",
            "|",
            "\\",
            "[a](javascript:x)",
            "![x](y)",
            "<script>",
            "&lt;",
            "&#60;",
        ),
        *(
            "~~",
            "***",
            "---",
            "===",
            "<!channel>",
            "]",
            "(",
            "http://a.b/c_d_e",
            "snake_case_word",
            "\n",
            "\n\n",
            "    x",
            "\t",
        ),
        *("[x]: y", "<b>", "-->", "<a@b.c>", "| --- |", ":--", "+", "é", "检查", "🔥", "\u2028", "!", " "),
    ]
)
TEXT = st.one_of(st.text(), st.lists(st.one_of(NASTY, st.text(max_size=5)), max_size=12).map("".join))


class Page(HTMLParser):
    """What a browser would show, and which elements it would make."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.targets: list[str] = []
        self.shown = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.shown += data


def page(source: str) -> Page:
    return Page(RENDERER.render(source))


def flat(text: str) -> str:
    """Text without what Markdown may lay out as it likes."""
    return "".join(re.sub(r"[\x00-\x1f\x7f\ufeff]", "", text).split())


def without_code(text: str) -> str:
    return text.replace("`", "'")


@given(TEXT)
def test_a_plain_line_reads_as_it_was_written(text: str) -> None:
    found = page(f"# {markdown.titled(text)}")
    assert flat(found.shown) == flat(text)
    assert found.tags == {"h1"}


@given(TEXT)
def test_text_on_one_line_reads_as_it_was_written(text: str) -> None:
    found = page(f"- Anna: {markdown.inline(escape(without_code(text)), {})}.")
    assert flat(found.shown) == flat(f"Anna: {without_code(text)}.")


@given(TEXT)
def test_a_cell_stays_one_cell(text: str) -> None:
    table = "\n".join(markdown.table(("a", "b"), [(markdown.cell(escape(text), {}), "end")]))
    found = page(table)
    assert found.tags - {"code"} == {"table", "thead", "tbody", "tr", "th", "td"}
    assert RENDERER.render(table).count("<td>") == 2
    assert found.shown.rstrip().endswith("end")


@given(TEXT)
def test_lines_stay_within_their_entry(text: str) -> None:
    source = markdown.entry("**14:05** · Anna:", escape(without_code(text)), {}) + "\n- the next one\n"
    found = page(source)
    assert flat(found.shown) == flat(f"14:05 · Anna: {without_code(text)}the next one")
    assert found.tags <= {"ul", "li", "p", "strong", "br"}
    assert RENDERER.render(source).count("<li>") == 2


@given(TEXT)
def test_code_and_all_stays_within_its_entry(text: str) -> None:
    source = markdown.entry("**14:05** · Anna:", escape(text), {}) + "\n- the next one\n"
    found = page(source)
    assert found.tags <= {"ul", "li", "p", "strong", "br", "code", "pre"}
    assert RENDERER.render(source).count("<li>") == 2


@given(TEXT, TEXT)
def test_no_link_leads_anywhere_but_to_the_web(target: str, label: str) -> None:
    found = page(markdown.inline(f"a <{target}|{label}> b!<https://x.com/{target}|{label}>", {}))
    assert all(re.match(r"https?://|mailto:", one, re.IGNORECASE) for one in found.targets)
    assert found.tags <= {"p", "a", "code"}


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("<@U1> asked <@U2|old>", "Anna asked @old"),
        ("in <#C1> and <#C9|other>", "in #incident-1 and #other"),
        ("<!channel> <!subteam^S1|@oncall>", "@channel @oncall"),
        ("<https://x.com/a?b=1&amp;c=2|the graph>", "[the graph](https://x.com/a?b=1&c=2)"),
        ("<https://x.com/a?b=1&amp;c=2>", "<https://x.com/a?b=1&c=2>"),
        ("wow!<https://x.com|pic>", "wow\\![pic](https://x.com)"),
        ("<javascript:alert(1)|click>", "click (javascript:alert(1))"),
        ("run `kubectl get pods | grep a_b`", "run `kubectl get pods | grep a_b`"),
        ("a &lt; b &amp;&amp; c", "a \\< b && c"),
        ("snake_case and _this_", "snake_case and \\_this\\_"),
    ],
)
def test_what_slack_encodes_becomes_markdown(encoded: str, expected: str) -> None:
    names = {"U1": "Anna", "C1": "incident-1"}
    assert markdown.inline(encoded, names).replace("@Anna", "Anna") == expected


def test_a_block_of_code_is_kept_as_it_is() -> None:
    written = markdown.paragraphs("look:\n```\nif a &lt; b:\n    stop()\n```\nthen go on", {}, indent="  ")
    assert written == "look:\n\n  ```\n  if a < b:\n      stop()\n  ```\n\n  then go on"
    assert "<pre><code>if a &lt; b:\n    stop()\n</code></pre>" in RENDERER.render(f"- {written}")


@given(TEXT)
def test_names_are_written_for_ids(name: str) -> None:
    found = page(markdown.inline("by <@U123>", {"U123": name}))
    assert flat(found.shown) == flat(plain("by <@U123>", {"U123": html.unescape(name)}))
