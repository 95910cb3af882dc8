"""Collects what is wrong with blocks, each complaint with the JSON pointer to its place, worded like Slack's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Complaints so far; every check adds to them and says whether it passed."""

    problems: list[str] = field(default_factory=list)

    def add(self, pointer: str, complaint: str) -> bool:
        self.problems.append(f"{complaint} [json-pointer:{pointer}]")
        return False

    def has(self, thing: Mapping[str, Any], names: Iterable[str], pointer: str) -> bool:
        """All of these fields are there."""
        missing = [name for name in names if thing.get(name) in (None, "")]
        for name in missing:
            self.add(pointer, f"missing required field: {name}")
        return not missing

    def only(self, thing: Mapping[str, Any], names: Iterable[str], pointer: str) -> None:
        """No fields but these."""
        for name in thing.keys() - set(names):
            self.add(pointer, f"invalid additional property: {name}")

    def length(self, value: Any, pointer: str, *, most: int, least: int = 0) -> bool:
        """A string of so many characters; None passes."""
        if value is None:
            return True
        if not isinstance(value, str):
            return self.add(pointer, "must provide a string")
        if len(value) < least:
            return self.add(pointer, f"must be more than {least - 1} characters")
        if len(value) > most:
            return self.add(pointer, f"must be less than {most + 1} characters")
        return True

    def items(self, value: Any, pointer: str, *, most: int, least: int = 1) -> list[Json]:
        """The entries of a list of so many objects; [] if it is not one."""
        if not isinstance(value, list):
            self.add(pointer, "must be an array")
            return []
        if len(value) < least:
            self.add(pointer, f"no fewer than {least} items required")
        if len(value) > most:
            self.add(pointer, f"no more than {most} items allowed")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self.add(f"{pointer}/{index}", "must provide an object")
        return [item for item in value if isinstance(item, dict)]

    def text(self, thing: Any, pointer: str, *, most: int, plain: bool = False, required: bool = True) -> bool:
        """A text object with 1 to `most` characters."""
        if thing is None:
            return True if not required else self.add(pointer, "missing required field: text")
        if not isinstance(thing, dict):
            return self.add(pointer, "must provide an object")
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if thing.get("type") not in kinds:
            return self.add(f"{pointer}/type", "unsupported type: " + str(thing.get("type")))
        self.only(thing, ("type", "text", "emoji" if thing["type"] == "plain_text" else "verbatim"), pointer)
        if "text" not in thing:
            return self.add(pointer, "missing required field: text")
        return self.length(thing["text"], f"{pointer}/text", most=most, least=1)

    def unique(self, names: Iterable[tuple[str | None, str]], what: str) -> None:
        """No name twice; `names` are pairs of name and pointer, None is no name."""
        seen: set[str] = set()
        for name, pointer in names:
            if name is not None and name in seen:
                self.add(pointer, f"`{what}` already exists: {name}")
            if name is not None:
                seen.add(name)
