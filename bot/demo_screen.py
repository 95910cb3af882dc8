"""Draws the demo on a terminal: who says what where, what only one person sees, the card, the jumps in time.

Nothing has an edge on the right, so emoji of any width break nothing, and a pipe gets plain lines.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.demo_watch import Sighting
from workflows.words import one_line

WIDEST: Final = 110
COLOURS: Final = ("cyan", "magenta", "green", "yellow")
EMOJI: Final[Mapping[str, str]] = MappingProxyType(
    {"pushpin": "📌", "mag": "🔍", "zap": "⚡", "scales": "⚖", "wrench": "🔧", "+1": "👍", "eyes": "👀"}
)
BAR: Final = f"{'':7}│ "
COMMANDER: Final = re.compile(r"Incident commander @\S+")
OVER: Final = ("🟢", "✅")


class Screen:
    """Prints sightings. Give each person a colour with `meet`, in the order in which they appear."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._place = ""
        self._thread = ""
        self._colours: dict[str, str] = {"Sitrep": "bold blue"}

    def meet(self, name: str) -> None:
        self._colours[name] = COLOURS[(len(self._colours) - 1) % len(COLOURS)]

    # What the demo itself says

    def scene(self, title: str) -> None:
        """A new chapter of the story."""
        self.console.print()
        self.rule(title, "bold", "━")

    def later(self, length: timedelta) -> None:
        """Time jumps."""
        minutes = round(length.total_seconds() / 60)
        self.console.print()
        self.rule(f"{minutes} minutes later", "dim", "·")

    def remark(self, text: str) -> None:
        """Something that happens behind the scenes."""
        self.console.print()
        self.rule(text, "dim", "·")

    def rule(self, title: str, style: str, line: str) -> None:
        left = f"{line * 3} {title} "
        self.line(Text(left + line * max(0, self.width - cell_len(left)), style))
        self._place = ""

    def aside(self, text: str) -> None:
        """The narrator."""
        self.hanging(Text(""), Text(text, "italic"))

    def deed(self, at: datetime, who: str, place: str, what: str, typed: str) -> None:
        """Something a person does with the app: `what` in words, `typed` as they entered or pressed it."""
        self.heading(place)
        body = Text(f"{what} ", "dim").append(typed, f"bold {self.colour(who)}")
        self.hanging(self.head(at, who), body)

    def entered(self, label: str, value: str) -> None:
        """One field of a form, as a person fills it in."""
        self.hanging(Text(f"{'':15}{label.rstrip('?:')}: ", "dim"), Text(printable(value)))

    def form(self, who: str, title: str, shown: str, submit: str) -> None:
        """A form that is open in front of somebody."""
        self.hanging(Text(f"{'':7}"), Text(f"{who} sees a form: ", self.colour(who)).append(title, "bold"))
        end = f"\n[{submit}]" if submit else ""
        self.hanging(Text(f"{'':7}│ ", "dim"), Text(f"{printable(shown)}{end}"), repeat=True)

    # What people see

    def show(self, sighting: Sighting) -> None:
        DRAWN[sighting.kind](self, replace(sighting, text=printable(sighting.text), about=printable(sighting.about)))

    def said(self, seen: Sighting) -> None:
        self.heading(seen.place)
        above = Text(f"(to “{one_line(seen.about, 40)}”) ", "dim") if seen.about not in ("", self._thread) else Text()
        self._thread = seen.about
        self.hanging(self.head(seen.at, seen.who, is_reply=seen.is_reply), above.append_text(styled(seen)))

    def whispered(self, seen: Sighting) -> None:
        self.heading(seen.place)
        private = Text(f"(only {seen.only} sees this) ", f"italic {self.colour(seen.only)}")
        self.hanging(self.head(seen.at, seen.who), private.append_text(styled(seen)))

    def edited(self, seen: Sighting) -> None:
        if seen.who == "Sitrep":
            self.brought_up_to_date(seen)
            return
        self.heading(seen.place)
        head = self.head(seen.at, seen.who, is_reply=seen.is_reply)
        self.hanging(head, Text("edits, now: ", "dim").append_text(styled(seen)))

    def brought_up_to_date(self, seen: Sighting) -> None:
        """A message of Sitrep's that follows what happened: its first line and what is new, wherever it is."""
        before, now = seen.about.splitlines(), seen.text.splitlines()
        fresh = [line for line in now[1:] if line not in before and not line.startswith("[")]
        where = "" if seen.place == self._place else f"{seen.place} "
        text = one_line(" · ".join([*now[:1], *([gist(fresh)] if fresh else [])]), 170)
        self.hanging(Text(BAR, "blue"), Text(f"{where}now reads: {text}", "dim"), repeat=True)

    def deleted(self, seen: Sighting) -> None:
        self.heading(seen.place)
        what = "takes away its line: " if seen.who == "Sitrep" else "deletes: "
        gone = Text(what, "dim").append(one_line(seen.text, 60), "dim strike")
        self.hanging(self.head(seen.at, seen.who, is_reply=seen.is_reply), gone)

    def reacted(self, seen: Sighting) -> None:
        self.reaction(seen, "marks")

    def unreacted(self, seen: Sighting) -> None:
        self.reaction(seen, "takes back")

    def reaction(self, seen: Sighting, verb: str) -> None:
        self.heading(seen.place)
        sign = EMOJI.get(seen.text, f":{seen.text}:")
        body = Text.assemble((f"{verb} ", "dim"), sign, (f" “{one_line(seen.about, 50)}”", "dim"))
        self.hanging(self.head(seen.at, seen.who), body)

    def joined(self, seen: Sighting) -> None:
        self.heading(seen.place)
        self.hanging(Text(f"{seen.at:%H:%M}  ", "dim"), Text(f"{seen.who} joined", "dim"))

    def topic(self, seen: Sighting) -> None:
        self.heading(seen.place)
        self.hanging(Text(f"{seen.at:%H:%M}  ", "dim"), Text(f"topic: {seen.text}", "dim"))

    def card(self, seen: Sighting) -> None:
        self.heading(seen.place)
        self.line(Text(f"{'':7}┌─ ", "blue").append("pinned card", "bold blue").append(" " + "─" * 12, "blue"))
        for number, line in enumerate(seen.text.splitlines()):
            body = Text(line, "bold" if number == 0 else "")
            self.hanging(Text(BAR, "blue"), underlined(body, seen.buttons), repeat=True)
        self.line(Text(f"{'':7}└" + "─" * 26, "blue"))

    def card_changed(self, seen: Sighting) -> None:
        before, now = seen.about.splitlines(), seen.text.splitlines()
        if is_weighty(before, now):
            self.card(seen)
            return
        fresh = [line for line in now[1:] if line not in before and not line.startswith("[")]
        if fresh:
            self.heading(seen.place)
            self.hanging(Text(BAR, "blue"), Text(f"card: {gist(fresh)}", "dim"), repeat=True)

    # The pieces

    @property
    def width(self) -> int:
        return min(self.console.width, WIDEST)

    def colour(self, name: str) -> str:
        return self._colours.get(name, "white")

    def heading(self, place: str) -> None:
        """Where the following lines are, once."""
        if place != self._place:
            self._place = place
            self.line(Text(f"\n{place}", "bold underline" if self.console.is_terminal else ""))

    def head(self, at: datetime, who: str, *, is_reply: bool = False) -> Text:
        arrow = "  ↳ " if is_reply else ""
        return Text.assemble((f"{at:%H:%M}  ", "dim"), arrow, (f"{who:<6}  ", self.colour(who)))

    def hanging(self, head: Text, body: Text, *, repeat: bool = False) -> None:
        """The body beside its head, wrapped under itself; `repeat` draws the head on every line."""
        indent = cell_len(head.plain)
        wrapped = body.wrap(self.console, max(30, self.width - indent))
        for number, line in enumerate(wrapped):
            line.rstrip()
            self.line(Text().append_text(head if repeat or number == 0 else Text(" " * indent)).append_text(line))

    def line(self, text: Text) -> None:
        text.rstrip()
        self.console.print(text, soft_wrap=True)


DRAWN: Final[Mapping[str, Callable[[Screen, Sighting], None]]] = MappingProxyType(
    {
        "said": Screen.said,
        "edited": Screen.edited,
        "deleted": Screen.deleted,
        "reacted": Screen.reacted,
        "unreacted": Screen.unreacted,
        "whispered": Screen.whispered,
        "joined": Screen.joined,
        "topic": Screen.topic,
        "card": Screen.card,
        "card_changed": Screen.card_changed,
    }
)


def is_weighty(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether the card is worth drawing anew: another severity, another commander, or it is over."""
    if now[:1] != before[:1] and now[0].startswith(OVER):
        return True
    severities = [line for line in now[:2] if line.startswith("SEV")]
    commanders = [COMMANDER.findall("\n".join(lines)) for lines in (before, now)]
    return not set(severities) <= set(before) or commanders[0] != commanders[1]


def gist(lines: Sequence[str]) -> str:
    """What changed on the card, in short: what an update has just said need not be read twice."""
    said = [line.partition(":")[0] for line in lines if line.startswith(("Impact:", "Now:", "Next:"))]
    rest = [line.partition(" · began")[0] for line in lines if line.partition(":")[0] not in said]
    return " · ".join([*rest, *([f"{', '.join(said)} as said"] if said else [])])


def styled(seen: Sighting) -> Text:
    return underlined(Text(seen.text), seen.buttons)


def underlined(text: Text, buttons: Sequence[str]) -> Text:
    """The buttons in a text made to look like buttons."""
    labels: Iterable[str] = sorted({re.escape(f"[{button}]") for button in buttons})
    pattern = "|".join(labels)
    if pattern:
        text.highlight_regex(pattern, "reverse")
    return text


def printable(text: str) -> str:
    """Text that does nothing to a terminal but appear, with signs for the names of the emoji that count here.

    Variation selectors and joiners go too: terminals disagree about widths with them, and the signs work without.
    """
    for name, sign in EMOJI.items():
        text = text.replace(f":{name}:", sign)
    return "".join(char for char in text if char == "\n" or not unprintable(char))


def unprintable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char in "\ufe0e\ufe0f"
