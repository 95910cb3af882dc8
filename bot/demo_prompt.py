"""What a developer types to direct the people of a served workspace: one line, one deed."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.demo_screen import Screen
from bot.practice.driver.modal import Unfillable
from bot.practice.driver.person import Person
from bot.practice.driver.seat import Impossible
from bot.practice.workspace import Workspace

HELP: Final = """\
Direct the people from here, one line each:
  anna: /incident declare sev1 Checkout is failing      or anything else she says
  anna in #general: hello                               otherwise it is the newest channel she is in
  anna presses Post update
  anna fills in What changed? = Rolled back; Next step = Watch it
  bilal marks mag                                       the newest message where he is
  help · quit"""
WHAT: Final = re.compile(
    r"(?s)\s*@?(?P<who>[\w.-]+)(?:\s+in\s+#?(?P<place>[\w-]+))?\s*"
    r"(?P<deed>[:>]|presses\b|fills in\b|marks\b)\s*(?P<rest>.*?)\s*"
)
PAIR: Final = re.compile(r"\s*;\s*(?=[^=;]+=)")


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One line, understood. An empty `place` is wherever the person is."""

    who: str
    place: str
    deed: str
    rest: str


def read(line: str) -> Direction | None:
    """The direction in a line; `None` when it is none."""
    match = WHAT.fullmatch(line)
    if match is None or not match["rest"]:
        return None
    deed = "says" if match["deed"] in ":>" else match["deed"]
    return Direction(who=match["who"].lower(), place=match["place"] or "", deed=deed, rest=match["rest"])


def entries(text: str) -> dict[str, str]:
    """`What changed? = Rolled back; Next step = Watch it` by label; a semicolon inside a value stays there."""
    pairs = (part.partition("=") for part in PAIR.split(text) if "=" in part)
    return {label.strip(): value.strip() for label, _, value in pairs}


class Prompt:
    """Does what is typed, and says in a sentence what cannot be done."""

    def __init__(self, workspace: Workspace, screen: Screen) -> None:
        self._workspace = workspace
        self._screen = screen

    async def obey(self, line: str) -> None:
        direction = read(line)
        if direction is None:
            self._screen.aside(HELP)
            return
        person = next((one for one in self._workspace.people if one.handle == direction.who), None)
        if person is None:
            self._screen.aside(f"Nobody here is called {direction.who}: there are {self._names()}.")
            return
        try:
            await DEEDS[direction.deed](self, person, direction)
        except (Impossible, Unfillable) as impossible:
            self._screen.aside(str(impossible))
        self._form(person)

    def _names(self) -> str:
        return ", ".join(person.handle for person in self._workspace.people)

    def _place(self, person: Person, direction: Direction) -> str:
        return direction.place or person.channels()[-1]

    def _form(self, person: Person) -> None:
        """What a form says that is open in front of somebody."""
        modal = person.modal
        if modal is not None:
            complaints = "".join(f"\n{label}: {text}" for label, text in modal.errors.items())
            self._screen.form(person.name.partition(" ")[0], modal.title, modal.shown + complaints, modal.submit or "")

    async def says(self, person: Person, direction: Direction) -> None:
        place = self._place(person, direction)
        if direction.rest.startswith("/"):
            await person.types(direction.rest, in_=place)
        else:
            await person.says(direction.rest, in_=place)

    async def presses(self, person: Person, direction: Direction) -> None:
        problem = await person.presses(direction.rest, in_=direction.place or None)
        if problem is not None:
            self._screen.aside(f"Slack says {problem}: the bot did not answer.")

    async def fills_in(self, person: Person, direction: Direction) -> None:
        for label, problem in (await person.submits(entries(direction.rest))).items():
            self._screen.aside(f"{label}: {problem}")

    async def marks(self, person: Person, direction: Direction) -> None:
        name = self._place(person, direction)
        place = self._workspace.find_channel(name)
        if place is None or not place.messages:
            raise Impossible(f"{person.name} sees no channel {name!r} with a message in it.")
        await person.reacts(direction.rest, to=place.messages[-1])


DEEDS: Final[Mapping[str, Callable[[Prompt, Person, Direction], Awaitable[None]]]] = MappingProxyType(
    {"says": Prompt.says, "presses": Prompt.presses, "fills in": Prompt.fills_in, "marks": Prompt.marks}
)
