"""The pictures in the documents are what the bot shows today."""

import re
from pathlib import Path

import pytest

from tests.screens.album import FOLDER
from tests.screens.stories import STORIES, play

DOCS = FOLDER.parent
IMAGE = re.compile(r"(?:\]\(|src=\")([^)\"\s]*screens/[^)\"\s]+\.svg)")


@pytest.mark.parametrize("story", sorted(STORIES))
async def test_pictures_are_what_the_bot_shows_today(story: str, tmp_path: Path) -> None:
    pictures = await play(tmp_path, story)

    stale = [name for name, picture in pictures.items() if kept(name) != picture]
    assert stale == [], "what people see has changed: `make screens` draws it anew, please look at it and commit it"


def kept(name: str) -> str:
    file = FOLDER / f"{name}.svg"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_the_gallery_shows_every_picture_and_documents_show_none_that_does_not_exist() -> None:
    shown = {
        page: IMAGE.findall(page.read_text(encoding="utf-8"))
        for page in (DOCS.parent / "README.md", *DOCS.glob("*.md"))
    }

    assert [
        f"{page.name}: {image}"
        for page, images in shown.items()
        for image in images
        if not (page.parent / image).exists()
    ] == []
    gallery = {Path(image).stem for image in shown[DOCS / "screens.md"]}
    assert gallery == {file.stem for file in FOLDER.glob("*.svg")}
