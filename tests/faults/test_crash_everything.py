"""Every workflow, killed at any call and any commit, ends as if nothing had happened."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.killing import Point, difference, killed, undisturbed
from tests.faults.sampling import sampled
from tests.faults.stories import STORIES


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", STORIES)
async def test_killed_anywhere_it_ends_like_undisturbed(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "undisturbed").mkdir()
    expected = await undisturbed(STORIES[name], tmp_path / "undisturbed")
    wrong: dict[Point, str] = {}
    deaths = 0
    for number, point in enumerate(sampled(expected.points, name)):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            found, died = await killed(STORIES[name], point, folder)
        except AssertionError as trouble:
            wrong[point] = str(trouble)
            continue
        deaths += died
        different = difference(expected, found)
        if different:
            wrong[point] = different
    figures = {"calls": len(expected.calls), "commits": expected.commits, "deaths": deaths, "wrong": len(wrong)}
    for figure, value in figures.items():
        record_property(figure, value)
    assert not wrong, "\n\n".join(f"Killed {point}:\n{text}" for point, text in wrong.items())
