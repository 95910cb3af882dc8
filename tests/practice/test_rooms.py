"""The workspace's rooms know only those above them, and the manual lists them all."""

import ast
from pathlib import Path

import bot.practice

ROOMS = [
    "reading",
    "installed",
    "state",
    "limits",
    "methods",
    "delivery",
    "faults",
    "web",
    "driver",
    "pictures",
    "workspace",
]
HOME = Path(bot.practice.__file__).parent


def test_rooms_know_only_those_above_them() -> None:
    for room in ROOMS:
        for path in [HOME / f"{room}.py", *(HOME / room).glob("*.py")]:
            known = set() if not path.exists() else imported(path)
            assert known <= set(ROOMS[: ROOMS.index(room) + 1]), f"{path} imports {known}"


def imported(path: Path) -> set[str]:
    """The rooms that a module imports from."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}" for node in nodes for alias in node.names]
    return {name.split(".")[2] for name in names if name.startswith("bot.practice.")}


def test_the_manual_names_every_room() -> None:
    there = {path.stem for path in HOME.iterdir() if not path.name.startswith("_")}
    assert there == set(ROOMS)
    assert all(f"`{room}" in (bot.practice.__doc__ or "") for room in ROOMS)
