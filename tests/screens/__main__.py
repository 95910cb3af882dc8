"""Plays the stories and writes its pictures into docs/screens; pictures that are no longer taken are removed."""

import asyncio
import logging
import tempfile
from pathlib import Path

from tests.screens.album import FOLDER
from tests.screens.stories import STORIES, play


async def main() -> None:
    pictures: dict[str, str] = {}
    for story in STORIES:
        with tempfile.TemporaryDirectory() as folder:
            pictures |= await play(Path(folder), story)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.svg"):
        if old.stem not in pictures:
            old.unlink()
    for name, picture in pictures.items():
        (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(f"{len(pictures)} pictures are in {FOLDER}.")  # noqa: T201


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main())
