"""Small pure pieces of language: escaping, people, times, lengths.

The record keeps titles as plain text, and everything else that people wrote as Slack encodes it
(`&amp; &lt; &gt;`, `<@U…>`, `<https://…|label>`). Slack page: Formatting message text.
"""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from anyascii import anyascii

ENTITY: Final = re.compile(r"<([^<>]*)>")
PERSON: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
HARMLESS: Final = re.compile(r"@[UW][A-Z0-9]+(\|.*)?|#[CDG][A-Z0-9]+(\|.*)?|(https?://|mailto:).*", re.DOTALL)
WHOLE: Final = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);")
TOPIC_LIMIT: Final = 60
QUOTED: Final = 80
STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # control characters but tabs and line ends


def escape(plain: str) -> str:
    """Plain text as Slack wants it: nothing in it can ping, link or format an id."""
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(typed: str) -> str:
    """What somebody typed, plain, named back to them: so short that what they can do instead is still read."""
    return f"“{escape(one_line(typed, QUOTED))}”"


def person(user_id: str) -> str:
    return f"<@{user_id}>"


def safe(encoded: str) -> str:
    """Text that came from Slack, fit to be posted again: mentions of people, channels and links stay, pings do not."""
    pieces = ENTITY.split(encoded)  # what stands between entities, and in every second place the inside of one
    return "".join(safe_entity(piece) if number % 2 else brackets(piece) for number, piece in enumerate(pieces))


def brackets(between: str) -> str:
    """A bracket that belongs to no entity must not become half of one."""
    return between.replace("<", "&lt;").replace(">", "&gt;")


def safe_entity(inside: str) -> str:
    if HARMLESS.fullmatch(inside):
        return f"<{inside}>"
    if inside.startswith("!date^"):
        return inside.rpartition("|")[2]
    if inside.startswith("!"):
        return plain_entity(inside, {})
    return f"&lt;{inside}&gt;"


def plain(encoded: str, names: Mapping[str, str] | None = None) -> str:
    """Slack's text as people read it: names for ids, labels for links, no entities."""
    known = names or {}
    return html.unescape(ENTITY.sub(lambda match: plain_entity(match[1], known), encoded))


def plain_entity(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "@" + names.get(target[1:], label.lstrip("@") or target[1:])
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!subteam^"):
        return label if label.startswith("@") else f"@{label or target.removeprefix('!subteam^')}"
    if target.startswith("!"):
        return label or "@" + target[1:]
    return label or target.removeprefix("mailto:")


def printable(text: str) -> str:
    """What people wrote, as it may be printed: nothing in it steers the terminal of whoever reads it."""
    return STEERING.sub("", text)


def mentioned(encoded: str) -> tuple[str, ...]:
    """The user ids that a text names, each once, in order."""
    return tuple(dict.fromkeys(match[1] for match in PERSON.finditer(encoded)))


def one_line(text: str, limit: int) -> str:
    """The text on one line, cut at a word with `…` when it is longer than `limit` characters."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    at_word = cut.rpartition(" ")[0] if " " in cut[limit // 2 :] else cut
    return at_word.rstrip(" ,;:.") + "…"


def in_line(encoded: str, limit: int) -> str:
    """Encoded text on one line of at most `limit` characters, never cut inside a mention, link or entity."""
    return clipped(" ".join(encoded.split()), limit)


def clipped(encoded: str, limit: int) -> str:
    """Encoded text of at most `limit` characters that is never cut inside an entity."""
    if len(encoded) <= limit:
        return encoded
    end = limit - 1
    for whole in WHOLE.finditer(encoded):
        if whole.start() < end < whole.end():
            end = whole.start()
    return encoded[:end] + "…"


def duration(length: timedelta) -> str:
    """`45 s`, `12 min`, `1 h 05 min`, `2 d 3 h`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours = seconds // 60, seconds // 3600
    if hours == 0:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes % 60:02d} min" if minutes % 60 else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def time_left(length: timedelta) -> str:
    """As `duration`, to the nearest minute: what was to be said a moment ago is still `20 min`."""
    whole_minutes = timedelta(minutes=round(length / timedelta(minutes=1)))
    return duration(whole_minutes or length)


def clock_time(at: datetime) -> str:
    """A time of day in each reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def day_and_time(at: datetime) -> str:
    """A day and time in each reader's own zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def topic_slug(title: str) -> str:
    """The topic of a channel name: ASCII, lower case, cut at a word, never empty."""
    ascii_title = anyascii(title).lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’`]", "", ascii_title))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:TOPIC_LIMIT]
        if len(longer) > TOPIC_LIMIT:
            break
        slug = longer
    return slug or "untitled"


def ts_time(ts: str) -> datetime:
    """When a message was written, exactly. The `ts` itself stays the id and is never a number."""
    seconds, _, fraction = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))


def as_ts(at: datetime) -> str:
    """An instant as Slack writes it, for asking what was said since."""
    return f"{int(at.timestamp())}.{at.microsecond:06d}"
