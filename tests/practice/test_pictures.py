"""Whatever a payload says, its picture can be read: well-formed, within its frame, nothing on top of anything."""

import re
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.practice.pictures.blocks import draw_blocks
from bot.practice.pictures.elements import Sight
from bot.practice.pictures.frames import Posted, draw_conversation, draw_home, draw_modal, draw_question
from bot.practice.pictures.shapes import Box, Label, Look, Rect
from bot.practice.pictures.spans import mrkdwn
from bot.practice.pictures.svg import draw
from bot.practice.pictures.wrapping import paragraph

Json = dict[str, Any]


class Names:
    def user_name(self, user_id: str) -> str:
        return {"U1": "Anna Keller"}.get(user_id, user_id)

    def channel_name(self, channel_id: str) -> str:
        return {"C1": "incidents"}.get(channel_id, channel_id)

    def usergroup_handle(self, usergroup_id: str) -> str:
        return usergroup_id


NAMES = Names()
WORDS = st.sampled_from(
    [
        "*bold*",
        "_it_",
        "~gone~",
        "`code`",
        "```\nfenced & <here>\n```",
        "<@U1>",
        "<#C1>",
        "<https://x.example/a_b|the page>",
        "<!here>",
        "<!date^1763694000^{time}|03:00>",
        ":pushpin:",
        "🔴",
        "⚡️",
        "👩‍🚒",
        "&lt;b&gt; &amp;",
        "> quoted",
        "\n",
        "• point",
        *("x" * 90, "日本語の文", "  ", "\x07\x00", "*open", "<", "]]>", "é\u0301"),
    ]
)
TEXT = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=12).map(" ".join)
MRKDWN = st.builds(lambda text: {"type": "mrkdwn", "text": text}, TEXT)
PLAIN = st.builds(lambda text: {"type": "plain_text", "text": text, "emoji": True}, TEXT)
OPTIONS = st.lists(
    st.fixed_dictionaries({"text": PLAIN, "value": st.text(max_size=3)}, optional={"description": PLAIN})
)
STYLE = st.sampled_from(["primary", "danger"])
BUTTON = st.fixed_dictionaries(
    {"type": st.just("button"), "text": PLAIN, "action_id": st.just("a")}, optional={"style": STYLE}
)
IMAGE = st.builds(lambda text: {"type": "image", "image_url": "https://x.example", "alt_text": text}, TEXT)
MENU = st.builds(
    lambda kind, options, hint: {"type": kind, "action_id": "m", "options": options, "placeholder": hint},
    st.sampled_from(
        ["static_select", "multi_static_select", "checkboxes", "radio_buttons", "users_select", "datepicker"]
    ),
    OPTIONS,
    PLAIN,
)
FIELD = st.builds(
    lambda many, text: {"type": "plain_text_input", "action_id": "f", "multiline": many, "initial_value": text},
    st.booleans(),
    TEXT,
)
ELEMENTS = st.one_of(BUTTON, MENU, IMAGE)
RICH = st.builds(
    lambda kind, text, style: {
        "type": "rich_text",
        "elements": [
            {
                "type": kind,
                "elements": [{"type": "text", "text": text, "style": style}, {"type": "user", "user_id": "U1"}],
            }
        ],
    },
    st.sampled_from(["rich_text_section", "rich_text_quote", "rich_text_preformatted"]),
    TEXT,
    st.dictionaries(st.sampled_from(["bold", "italic", "strike", "code"]), st.booleans()),
)
BLOCK = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("section"), "text": MRKDWN},
        optional={"accessory": ELEMENTS, "fields": st.lists(st.one_of(MRKDWN, PLAIN), max_size=5)},
    ),
    st.builds(lambda some: {"type": "context", "elements": some}, st.lists(st.one_of(MRKDWN, IMAGE), max_size=3)),
    st.builds(lambda some: {"type": "actions", "elements": some}, st.lists(st.one_of(BUTTON, MENU), max_size=6)),
    st.builds(lambda text: {"type": "header", "text": text}, PLAIN),
    st.fixed_dictionaries(
        {"type": st.just("input"), "block_id": st.just("b"), "label": PLAIN, "element": st.one_of(FIELD, MENU)},
        optional={"hint": PLAIN, "optional": st.booleans()},
    ),
    st.just({"type": "divider"}),
    st.just({"type": "markdown", "text": "# *Not* known to pictures"}),
    st.builds(
        lambda rows: {"type": "table", "rows": rows}, st.lists(st.lists(RICH, min_size=1, max_size=3), max_size=3)
    ),
    IMAGE,
    RICH,
)
BLOCKS = st.lists(BLOCK, max_size=5)
POST = st.builds(
    Posted,
    author=TEXT,
    at=st.just("03:00"),
    by_app=st.booleans(),
    text=TEXT,
    blocks=BLOCKS,
    pinned=st.booleans(),
    private=st.booleans(),
    edited=st.booleans(),
    files=st.lists(TEXT, max_size=2),
    reactions=st.lists(st.tuples(TEXT, st.integers(1, 9)), max_size=3),
    attachments=st.lists(st.builds(lambda text: {"title": text}, TEXT), max_size=2),
)


def problems(box: Box) -> list[str]:
    """What sticks out of the frame, and pieces of text that lie on one another."""
    found = [
        f"outside: {shape}"
        for shape in box.shapes
        if shape.x < -1.5 or shape.x + shape.width > box.width + 1.5 or shape.y < 0 or shape.y > box.height + 0.5
    ]
    labels = [shape for shape in box.shapes if isinstance(shape, Label)]
    return found + [f"{one.text!r} on {other.text!r}" for one, other in combinations(labels, 2) if touching(one, other)]


def touching(one: Label, other: Label) -> bool:
    def sides(label: Label) -> tuple[float, float, float, float]:
        return label.x, label.x + label.width, label.y - 0.75 * label.look.size, label.y + 0.2 * label.look.size

    left, right, top, bottom = sides(one)
    others = sides(other)
    return left + 0.1 < others[1] and others[0] + 0.1 < right and top < others[3] and others[2] < bottom


def check(box: Box) -> None:
    picture = draw(box, title="<picture> & \x00")
    ElementTree.fromstring(picture)
    assert picture == draw(box, title="<picture> & \x00")
    assert problems(box) == []


@settings(max_examples=25)
@given(post=POST, reply=POST, topic=TEXT)
def test_any_message_gives_a_picture_that_can_be_read(post: Posted, reply: Posted, topic: str) -> None:
    check(
        draw_conversation(
            "# incidents", topic, [post, Posted(author="", at="", by_app=False, text="x", replies=[reply])], NAMES
        )
    )


@settings(max_examples=25)
@given(blocks=BLOCKS, title=PLAIN, entered=TEXT, error=TEXT)
def test_any_view_gives_a_picture_that_can_be_read(blocks: list[Json], title: Json, entered: str, error: str) -> None:
    view = {"title": title, "blocks": blocks, "submit": title, "close": None}
    values = {"b": {"f": {"type": "plain_text_input", "value": entered}}}
    check(draw_modal(view, Sight(names=NAMES, values=values, errors={"b": error})))
    check(draw_home("Sitrep", view, NAMES))
    check(draw_question({"title": title, "text": title, "confirm": title}, NAMES))


def texts(box: Box) -> str:
    """Everything written, row by row."""
    labels = [shape for shape in box.shapes if isinstance(shape, Label)]
    rows: dict[float, list[Label]] = {}
    for label in labels:
        rows.setdefault(label.y, []).append(label)
    return "\n".join(re.sub(" +", " ", " ".join(one.text for one in rows[y])).strip() for y in sorted(rows))


def of(text: str, width: float = 600) -> Box:
    return paragraph(mrkdwn(text, NAMES), width=width, look=Look())


def test_marks_become_styles_and_ids_become_names() -> None:
    box = of("*Who:* <@U1> in <#C1>, see <https://x.example/a_b|the page> :pushpin: `x & y` ~no~ _ab_ &lt;b&gt;")
    looks = {shape.text: shape.look for shape in box.shapes if isinstance(shape, Label)}

    assert texts(box) == "Who: @Anna Keller in #incidents , see the page 📌 x & y no ab <b>"
    assert looks["Who:"].bold
    assert looks["the page"].colour == looks["@Anna Keller"].colour != looks["no"].colour
    assert looks["x & y"].mono
    assert looks["no"].struck
    assert looks["ab"].italic


def test_text_is_wrapped_at_words_and_hangs_below_its_point() -> None:
    box = of("• " + "many words that go on " * 4, width=200)
    labels = [shape for shape in box.shapes if isinstance(shape, Label)]

    assert labels[0].x == 0
    assert {label.x > 0 for label in labels[1:]} == {True}
    assert " ".join(label.text for label in labels) == ("• " + "many words that go on " * 4).strip()
    assert all(label.x + label.width <= 200 for label in labels)


def test_code_and_quotes_have_grounds_of_their_own() -> None:
    box = of("Run\n```\nls *.py\n\nwc\n```\nthen\n&gt; said <@U1>\n> by hand")

    assert texts(box) == "Run\nls *.py\nwc\nthen\nsaid @Anna Keller\nby hand"
    assert len([shape for shape in box.shapes if isinstance(shape, Rect)]) == 3


def test_a_form_shows_what_was_typed_and_what_was_complained_about() -> None:
    element = {"type": "plain_text_input", "action_id": "f", "placeholder": {"type": "plain_text", "text": "Which?"}}
    block = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "What?"}, "element": element}
    values = {"b": {"f": {"type": "plain_text_input", "value": "*mine* <@U1>"}}}

    empty = draw_blocks([block], Sight(names=NAMES), width=400)
    typed = draw_blocks([block], Sight(names=NAMES, values=values, errors={"b": "Too short."}), width=400)

    assert texts(empty) == "What?\nWhich?"
    assert texts(typed) == "What?\n*mine* <@U1>\n⚠ Too short."
