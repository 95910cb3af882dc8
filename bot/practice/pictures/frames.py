"""What is around the blocks: a message in its channel, a modal, the question before a press, the home tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.practice.pictures.blocks import SMALL, draw_blocks, lines_of
from bot.practice.pictures.elements import Sight, button
from bot.practice.pictures.measuring import width_of
from bot.practice.pictures.shapes import (
    LINE,
    MUTED,
    PAPER,
    Box,
    Label,
    Look,
    Rect,
    below,
    beside,
    flowing,
    inside,
)
from bot.practice.pictures.spans import Line, Span, mrkdwn, plain, readable
from bot.practice.pictures.wrapping import paragraph
from bot.practice.reading import Names, read_text_object

Json = dict[str, Any]
WIDE: Final = 720.0
MODAL: Final = 520.0
QUESTION: Final = 440.0
AVATARS: Final = ("#4a154b", "#1264a3", "#b8860b", "#2f7d5b", "#a0432c", "#5b5ea6")
APP: Final = "#3f0e40"
NAME: Final = Look(bold=True)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A message as it is shown. `at` is `HH:MM`; `private` is what only one person sees; `reactions` are emoji
    with how many people chose them."""

    author: str
    at: str
    by_app: bool
    text: str = ""
    blocks: Sequence[Json] = ()
    attachments: Sequence[Json] = ()
    files: Sequence[str] = ()
    reactions: Sequence[tuple[str, int]] = ()
    pinned: bool = False
    private: bool = False
    edited: bool = False
    replies: Sequence["Posted"] = ()


def draw_conversation(title: str, topic: str, posts: Sequence[Posted], names: Names) -> Box:
    """Messages of one conversation, below its name and topic."""
    room = WIDE - 40
    above = [
        paragraph([Line(spans=(Span(text=title, bold=True),))], width=room, look=Look(size=16)),
        paragraph(mrkdwn(topic, names) if topic else [], width=room, look=SMALL),
    ]
    top = inside(below(above, gap=3), x=20, y=11, width=WIDE)
    messages = below((_message(post, names, WIDE) for post in posts), gap=2)
    return _window(below([top, _rule(WIDE), messages, Box(width=WIDE, height=8)], gap=2), WIDE)


def _message(post: Posted, names: Names, width: float, avatar: float = 36) -> Box:
    left = 20 + avatar + 10
    room = width - left - 20
    body = below(_body(post, names, room), gap=6)
    face = inside(_initial(post, avatar), x=0, y=0)
    notes = [text for on, text in ((post.pinned, "📌 Pinned"), (post.private, "👁 Only visible to you")) if on]
    note = paragraph(plain(" · ".join(notes)) if notes else [], width=room, look=SMALL)
    right = below([note, _byline(post, room), body], gap=3)
    down = note.height + 3 if note.height else 0.0
    height = max(right.height, down + avatar)
    ground = (Rect(width=width, height=height + 14, fill="#fef9ec"),) if post.pinned else ()
    shapes = (*ground, *face.moved(20, down + 8), *right.moved(left, 7))
    return Box(width=width, height=height + 14, shapes=shapes)


def _initial(post: Posted, size: float) -> Box:
    colour = APP if post.by_app else AVATARS[sum(map(ord, post.author)) % len(AVATARS)]
    look = Look(size=round(size * 0.5, 1), bold=True, colour=PAPER)
    letter = readable(post.author).strip()[:1].upper() or "?"
    wide = width_of(letter, look)
    square = Rect(width=size, height=size, fill=colour, radius=6)
    mark = Label(x=(size - wide) / 2, y=round(size * 0.68, 1), width=wide, text=letter, look=look)
    return Box(width=size, height=size, shapes=(square, mark))


def _byline(post: Posted, width: float) -> Box:
    name = _piece(post.author, NAME, width - 120)
    badge = inside(_piece("APP", Look(size=9.5, bold=True, colour=MUTED), 40), x=3, y=0.5, fill="#e8e8e8", radius=2)
    time = _piece(post.at, SMALL, 80)
    return beside([name, *([badge] if post.by_app else []), time], gap=7)


def _piece(text: str, look: Look, width: float) -> Box:
    """Text that is as wide as it is."""
    box = paragraph(plain(text), width=width, look=look)
    wide = max((shape.x + shape.width for shape in box.shapes), default=0.0)
    return Box(width=wide, height=box.height, shapes=box.shapes)


def _body(post: Posted, names: Names, width: float) -> list[Box]:
    sight = Sight(names=names)
    said = (
        draw_blocks(post.blocks, sight, width=width)
        if post.blocks
        else paragraph(mrkdwn(post.text, names) if post.text else [], width=width, look=Look())
    )
    edited = paragraph(plain("(edited)") if post.edited else [], width=width, look=Look(size=11.5, colour=MUTED))
    attached = [_attachment(one, sight, width) for one in post.attachments]
    files = [_file(name, width) for name in post.files]
    pills = [_pill(emoji, count, width) for emoji, count in post.reactions]
    replies = [_message(reply, names, width, 28) for reply in post.replies]
    return [said, edited, *attached, *files, flowing(pills, width=width, gap=6), *_thread(replies, width)]


def _attachment(attachment: Json, sight: Sight, width: float) -> Box:
    if attachment.get("blocks"):
        inner = draw_blocks(attachment["blocks"], sight, width=width - 16)
    else:
        parts = [str(attachment.get(key) or "") for key in ("pretext", "title", "text")]
        text = "\n".join(part for part in parts if part) or str(attachment.get("fallback") or "")
        inner = paragraph(mrkdwn(text, sight.names), width=width - 16, look=Look())
    bar = Rect(width=4, height=inner.height, fill=LINE, radius=2)
    return Box(width=width, height=inner.height, shapes=(bar, *inner.moved(16, 0)))


def _file(name: str, width: float) -> Box:
    return inside(_piece(f"📄 {name}", Look(size=14, bold=True), width - 28), x=14, y=10, stroke=LINE, radius=8)


def _pill(emoji: str, count: int, width: float) -> Box:
    text = _piece(f"{emoji} {count}", Look(size=12), width - 16)
    return inside(text, x=8, y=2, fill="#f0f5f9", stroke="#c8d6e2", radius=11)


def _thread(replies: Sequence[Box], width: float) -> list[Box]:
    if not replies:
        return []
    count = f"{len(replies)} replies" if len(replies) > 1 else "1 reply"
    thread = below(replies)
    bar = Rect(width=3, height=thread.height, fill=LINE, radius=1.5)
    drawn = Box(width=width, height=thread.height, shapes=(bar, *thread.shapes))
    return [paragraph(plain(count), width=width, look=Look(size=12.5, bold=True, colour="#1264a3")), drawn]


def draw_modal(view: Json, sight: Sight) -> Box:
    """A modal: title, blocks with what is filled in, and the buttons below."""
    room = MODAL - 48
    title = paragraph(
        plain(read_text_object(view.get("title"), sight.names)), width=room - 24, look=Look(size=18, bold=True)
    )
    cross = Label(x=room - 14, y=18, width=12, text="×", look=Look(size=20, colour=MUTED))
    top = inside(Box(width=room, height=title.height, shapes=(*title.shapes, cross)), x=24, y=14, width=MODAL)
    body = inside(draw_blocks(view["blocks"], sight, width=room), x=24, y=12, width=MODAL)
    return _window(below([top, _rule(MODAL), body, _rule(MODAL), _foot(view, sight)], gap=0), MODAL)


def _foot(view: Json, sight: Sight) -> Box:
    most = (MODAL - 58) / 2
    buttons = [button(read_text_object(view.get("close"), sight.names) or "Close", width=most)]
    if view.get("submit"):
        buttons.append(button(read_text_object(view["submit"], sight.names), "primary", width=most))
    row = beside(buttons, gap=10)
    return Box(width=MODAL, height=row.height + 28, shapes=row.moved(MODAL - 24 - row.width, 14))


def draw_question(confirm: Json, names: Names) -> Box:
    """What Slack asks before a button acts: the button's `confirm` object, as a dialog."""
    sight, room = Sight(names=names), QUESTION - 48
    title = paragraph(lines_of(confirm.get("title"), sight), width=room, look=Look(size=17, bold=True))
    text = paragraph(lines_of(confirm.get("text"), sight), width=room, look=Look(size=14.5))
    most = (room - 10) / 2
    row = beside(
        [
            button(read_text_object(confirm.get("deny"), names) or "Cancel", width=most),
            button(
                read_text_object(confirm.get("confirm"), names) or "Yes", confirm.get("style") or "primary", width=most
            ),
        ],
        gap=10,
    )
    foot = Box(width=room, height=row.height, shapes=row.moved(room - row.width, 0))
    return _window(inside(below([title, text, foot], gap=14), x=24, y=18, width=QUESTION), QUESTION)


def draw_home(name: str, view: Json, names: Names) -> Box:
    """The app's home tab."""
    tabs = beside(
        [_piece("Home", Look(size=13, bold=True), 90), _piece("Messages", SMALL, 90), _piece("About", SMALL, 90)],
        gap=18,
    )
    top = inside(below([_piece(name, Look(size=16, bold=True), WIDE - 40), tabs], gap=6), x=20, y=11, width=WIDE)
    body = inside(draw_blocks(view["blocks"], Sight(names=names), width=WIDE - 48), x=24, y=14, width=WIDE)
    return _window(below([top, _rule(WIDE), body]), WIDE)


def _rule(width: float) -> Box:
    return Box(width=width, height=1, shapes=(Rect(width=width, height=1, fill=LINE),))


def _window(box: Box, width: float) -> Box:
    """The frame, with a pixel of room for its line."""
    edge = Rect(x=0.5, y=0.5, width=width + 1, height=box.height + 1, stroke="#c9c9c9", radius=8)
    return Box(width=width + 2, height=box.height + 2, shapes=(*box.moved(1, 1), edge))
