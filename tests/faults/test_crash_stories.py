"""Each workflow killed at the points that differ most; `pytest -m exhaustive` kills at every other one as well.

The points: the commit that accepts what a person did, before and after it; a call whose effect is there but not on
record; a result on record with the rest still owed.
"""

from pathlib import Path

import pytest

from tests.faults.killing import Point, difference, killed, undisturbed
from tests.faults.stories import STORIES


def before(method: str, nth: int = 1) -> Point:
    return Point(method=method, nth=nth, before=True)


def after(method: str, nth: int = 1) -> Point:
    return Point(method=method, nth=nth, before=False)


COMMIT = ""
POINTS = {
    "update": before(COMMIT),
    "note": after(COMMIT),
    "severity": after("chat.update"),
    "merge": after("conversations.invite"),
    "rename": after("conversations.rename"),
    "runbook": after("chat.postMessage"),
    "tick": after("chat.update"),
    "overdue": after("chat.postMessage"),
    "hint": after("chat.postMessage"),
    "role": after("conversations.invite"),
    "let-in": after("conversations.invite"),
    "offer": after("chat.postMessage"),
    "escalate": after("conversations.invite"),
    "nobody-comes": after("chat.update"),
    "accept": after("chat.update"),
    "climb": after("chat.postMessage"),
    "answer": after("chat.delete"),
    "close": after("files.completeUploadExternal"),
    "promise-asked": after("chat.postMessage"),
    "comms": after("chat.postMessage"),
    "clock-due": after("chat.postMessage"),
    "clock-sent": after("chat.update"),
    "call": after("bookmarks.add"),
    "vacancy": after("chat.postMessage"),
    "vacancy-taken": after("chat.delete"),
    "two-hats": after("chat.postMessage"),
    "drill": after("chat.postMessage", nth=2),
    "inject": after("chat.postMessage"),
    "drill-abort": after("chat.postMessage"),
    "home": before("views.publish"),
    "mention": after("chat.postMessage"),
    "say": before("chat.postEphemeral"),
    "unfurl": after("chat.postMessage"),
    "declare": after("bookmarks.add"),
    "declare-from-message": after("chat.postMessage", nth=3),
}


# One for each kind of point; the others when all are asked for: each point tells its story twice.
ORDINARY = ("update", "close")
CASES = [
    pytest.param(name, point, id=f"{name}-{point}", marks=() if name in ORDINARY else pytest.mark.exhaustive)
    for name, point in POINTS.items()
]


@pytest.mark.parametrize(("name", "point"), CASES)
async def test_killed_there_it_ends_like_undisturbed(name: str, point: Point, tmp_path: Path) -> None:
    for folder in ("calm", "rough"):
        (tmp_path / folder).mkdir()
    expected = await undisturbed(STORIES[name], tmp_path / "calm")
    found, died = await killed(STORIES[name], point, tmp_path / "rough")
    assert died
    assert difference(expected, found) == ""
