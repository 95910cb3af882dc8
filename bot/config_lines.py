"""Finds the line of a key in a TOML file, so that a problem can be shown where it was written."""

import tomllib
from collections.abc import Sequence
from typing import Any

Path = Sequence[str | int]


def line_of(path: Path, text: str) -> int | None:
    """The line, counted from 1, on which the setting at `path` begins; `None` when it is nowhere in the file.

    `tomllib` keeps no positions. It does say, however, which beginnings of a file are whole: the first one
    that holds the key ends with its statement, and the one before it ended on the line above.
    `text` must be valid TOML. This is only run for files with a problem, as it parses once per line.
    """
    lines = text.split("\n")
    begins = 1
    for end in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        if path and _holds(data, path):
            return begins
        begins = end + 1
    return None


def _holds(data: Any, path: Path) -> bool:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True
