"""Files that hold what was said in incidents: private ones too, so that nobody else on the machine reads them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

OWNER_ALONE: Final = 0o600


def opener(path: str, flags: int) -> int:
    """For `open`: a file that is made is its owner's alone, one that is there keeps its mode.

    Source: Python's documentation of `open`.
    """
    return os.open(path, flags, OWNER_ALONE)


def make(path: Path) -> None:
    """An empty file of its owner's alone, unless there is one. What is in the way is found by whoever opens it."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE))
