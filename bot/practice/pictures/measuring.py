"""How wide text will be, without a font at hand: an estimate that the drawing then holds the text to.

Source: Adobe's metrics of Helvetica, which Arial and Liberation Sans share; thousandths of the font's size.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from bot.practice.pictures.shapes import Look

EMOJI: Final = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}"
    "|[\U0001f300-\U0001faff\u2600-\u26ff\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u2728\u2733\u2734\u2744\u274c\u274e"
    "\u2753-\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b\u2328\u23e9-\u23fa]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf][\ufe0f\U0001f3fb-\U0001f3ff]*)*"
    "|[0-9#*\u2000-\u33ff]\ufe0f\u20e3?)"
)
GROUPS: Final[Mapping[int, str]] = MappingProxyType(
    {
        191: "'",
        222: "ijl’‘",
        260: "|",
        278: " !,./:;I[\\]ft·\u00a0",
        333: "()-`r“”„‚",
        350: "•",
        334: "{}",
        355: '"',
        389: "*",
        469: "^",
        500: "ckJsvxyz",
        556: "#$0123456789?_abdeghnopquL–«»äöüß",
        584: "+<=>~",
        611: "FTZ",
        667: "&ABEKPSVXYÄ",
        722: "CDHNRUwÜ",
        778: "GOQÖ",
        833: "Mm",
        889: "%",
        944: "W",
        1000: "—…→←",
        1015: "@",
    }
)
WIDTHS: Final[Mapping[str, int]] = MappingProxyType(
    {letter: width for width, letters in GROUPS.items() for letter in letters}
)
MONO: Final = 602
BOLDER: Final = 1.07
UNKNOWN, WIDE, EMOJI_WIDTH = 620, 1000, 1300


def is_emoji(text: str) -> bool:
    return EMOJI.fullmatch(text) is not None


def split_emoji(text: str) -> Iterator[str]:
    """The text in pieces, every emoji a piece of its own."""
    end = 0
    for found in EMOJI.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        yield found[0]
        end = found.end()
    if end < len(text):
        yield text[end:]


def width_of(text: str, look: Look) -> float:
    """The width of text in pixels, to a hundredth."""
    thousandths = sum(
        EMOJI_WIDTH if is_emoji(piece) else sum(_letter(letter, look) for letter in piece)
        for piece in split_emoji(text)
    )
    return round(thousandths * look.size / 1000, 2)


def _letter(letter: str, look: Look) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return WIDE
    if look.mono:
        return MONO
    return WIDTHS.get(letter, UNKNOWN) * (BOLDER if look.bold else 1)
