"""The demo, played for real at full speed, and the pieces that draw it."""

import asyncio
import contextlib
import io
import math
import re
import socket
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot import demo
from bot.demo_clock import DemoClock
from bot.demo_closing import shortened
from bot.demo_graph import graph
from bot.demo_playing import stopped
from bot.demo_prompt import Direction, Prompt, entries, read
from bot.demo_screen import Screen
from bot.demo_stage import DemoStopped
from bot.demo_watch import Kind, Sighting, moment
from tests.stage import Stage

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the demo prints into a pipe, and the folder with what it leaves. It is played once."""
    folder, out = tmp_path_factory.mktemp("demo"), io.StringIO()
    with contextlib.redirect_stdout(out):
        asyncio.run(demo.play(folder, speed=math.inf))
    return out.getvalue(), folder / "data" / "demo"


def test_the_demo_plays_to_its_end_and_leaves_the_postmortem(played: tuple[str, Path]) -> None:
    told, place = played
    assert "\x1b" not in told
    assert all(line == line.rstrip() for line in told.splitlines())
    assert str(place / "postmortem-INC-1.md") in told
    draft = (place / "postmortem-INC-1.md").read_text()
    assert stat.S_IMODE((place / "postmortem-INC-1.md").stat().st_mode) == 0o600
    timeline = draft.partition("## Timeline")[2].partition("\n## ")[0]
    for marked in (
        "cart-service 42 went live",
        "instead of 50",
        "Decision: we skip",
        "took over as incident commander",
    ):
        assert marked in timeline, marked
    assert "late for planning" not in timeline
    log = (place / "sitrep.log").read_text()
    assert "ERROR" not in log
    assert "Traceback" not in log


def test_the_demo_shows_what_sitrep_can_do_and_nothing_goes_wrong_in_it(played: tuple[str, Path]) -> None:
    told, _ = played
    said = re.findall(r"(?m)^\d\d:\d\d  (?:  ↳ )?(Anna|Bilal|Chen|Dora) ", told)
    assert 60 <= len(said) <= 120
    for sight in (
        *("minutes later", "only Anna sees this", "pinned card", "[Nothing new]", "snoozed the reminders", "📌", "🔍"),
        *("⚡", "⚖", "🔧", "deletes:", "edits, now:", "[file: pool-and-errors.png]", "direct message to Bilal"),
        *("Only @Bilal Aydin, who was asked", "took over as incident commander", "Follow-up 3 is done", "[Reopen]"),
    ):
        assert sight in told, sight
    for trouble in ("is not something I know", "failed with the error", "dispatch_failed", "went wrong"):
        assert trouble not in told, trouble


async def test_a_speed_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DemoStopped, match="1 is for watching"):
        await demo.play(tmp_path, speed=0)


def test_a_clock_that_stands_still_moves_only_when_told() -> None:
    clock = DemoClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(minutes=31))
    assert clock.now() == NOON + timedelta(minutes=31)


def test_a_clock_that_runs_does_so_at_its_rate() -> None:
    ticks = iter([10.0, 12.0])
    clock = DemoClock(NOON, rate=60, monotonic=lambda: next(ticks))
    assert clock.now() == NOON + timedelta(minutes=2)


@given(st.integers(0, 4_000_000_000), st.integers(0, 999_999))
def test_a_timestamp_gives_its_moment(seconds: int, micros: int) -> None:
    found = moment(f"{seconds}.{micros:06d}")
    assert found == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micros)


def screen_of(width: int, *, terminal: bool = False) -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, color_system="truecolor" if terminal else None, highlight=False,
        markup=False, emoji=False,
    )  # fmt: skip
    screen = Screen(console)
    screen.meet("Anna")
    return screen, out


def sighting(kind: Kind, text: str, *, who: str = "Anna", only: str = "", about: str = "") -> Sighting:
    return Sighting(kind=kind, at=NOON, place="#general", who=who, text=text, only=only, about=about)


@given(st.text(max_size=400), st.sampled_from(["said", "edited", "deleted", "reacted", "whispered", "card", "topic"]))
def test_whatever_people_write_is_drawn_without_control_codes_in_a_pipe(text: str, kind: Kind) -> None:
    screen, out = screen_of(100)
    screen.show(sighting(kind, text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out.getvalue())
    assert "12:00" in out.getvalue() or kind == "card"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_the_terminal_and_hang_under_their_beginning(width: int) -> None:
    screen, out = screen_of(width, terminal=True)
    screen.show(sighting("said", "word " * 60))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()[2:]
    assert max(len(line) for line in plain) <= width
    assert all(line.startswith(" " * 15 + "word") for line in plain[1:])


def test_what_only_one_person_sees_is_marked() -> None:
    screen, out = screen_of(100)
    screen.show(sighting("whispered", "Update posted.", who="Sitrep", only="Anna"))
    assert "(only Anna sees this) Update posted." in out.getvalue()


def test_the_card_is_drawn_again_for_what_matters_and_told_in_a_line_otherwise() -> None:
    before = "🔴 INC-1 · Checkout\nSEV1 Major\nStatus: investigating\nNext update due: 12:30 UTC"
    for now, drawn in ((before.replace("SEV1", "SEV0"), True), (before.replace("12:30", "12:45"), False)):
        screen, out = screen_of(100)
        screen.show(sighting("card_changed", now, who="Sitrep", about=before))
        assert ("pinned card" in out.getvalue()) is drawn
        assert "12:45" in out.getvalue() or drawn


async def test_the_people_of_a_served_workspace_do_what_is_typed(stage: Stage) -> None:
    screen, out = screen_of(100)
    prompt = Prompt(stage.workspace, screen)
    await prompt.obey("anna: /incident declare sev1 Checkout is failing @bilal")
    await stage.settle()
    channel = stage.workspace.channel("incident-2026-11-21-checkout-is-failing")
    await prompt.obey("bilal: I am here")
    await prompt.obey("anna marks eyes")
    assert channel.messages[-1].shown == "I am here"
    assert channel.messages[-1].reactions == {"eyes": [stage.anna.id]}
    await prompt.obey("anna presses Post update")
    assert "Anna sees a form: Update INC-1" in out.getvalue()
    await prompt.obey("anna fills in What changed? = Rolled back; it was 42")
    await stage.settle()
    assert any("Rolled back; it was 42" in message.shown for message in channel.messages)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("eva: hello", "Nobody here is called eva: there are anna, bilal"),
        ("what now?", "Direct the people from here"),
        ("anna presses Nonsense", "Anna Keller sees no button"),
        ("anna fills in A = b", "Anna Keller sees no"),
        ("anna in nowhere: hello", "no channel"),
        ("anna in nowhere marks mag", "no channel"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(stage: Stage, line: str, answer: str) -> None:
    screen, out = screen_of(100)
    stage.anna.patience = 0.05
    await Prompt(stage.workspace, screen).obey(line)
    assert answer in out.getvalue()


def test_a_served_workspace_says_how_to_connect_and_ends_when_told(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bot", "demo", "--serve", "--port", str(port)]
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        command, cwd=tmp_path, env=path, input="quit\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"SLACK_API_URL=http://127.0.0.1:{port}/api/" in done.stdout
    assert "anna (Anna Keller)" in done.stdout


async def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(DemoStopped, match="is taken"):
            await demo.serve(tmp_path, port=other.getsockname()[1])


def test_what_stopped_the_demo_is_one_sentence_and_the_rest_is_in_the_log() -> None:
    problem = AssertionError("Bilal sees no button 'Accept'.\nLast calls:\n  chat.update")
    assert stopped(problem, Path("data")) == (
        "The demo stopped here: Bilal sees no button 'Accept'. More is in data/sitrep.log"
    )


def test_a_long_draft_is_cut_and_says_what_else_is_in_it() -> None:
    lines = "\n".join(f"- line {number}" for number in range(60))
    short = shortened(f"# Postmortem\n\n## Summary\n\nIt broke.\n\n## Timeline\n\n{lines}\n\n## Lessons\n\nMany.\n")
    assert "It broke." in short
    assert "line 40" not in short
    assert "more lines" in short
    assert "Also in it: Lessons" in short


def test_the_graph_is_a_png() -> None:
    assert graph().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("anna: /incident list", Direction(who="anna", place="", deed="says", rest="/incident list")),
        ("Anna in #general: a: b", Direction(who="anna", place="general", deed="says", rest="a: b")),
        ("bilal presses Hand over", Direction(who="bilal", place="", deed="presses", rest="Hand over")),
        ("chen in incidents presses Close", Direction(who="chen", place="incidents", deed="presses", rest="Close")),
        ("anna fills in A = b", Direction(who="anna", place="", deed="fills in", rest="A = b")),
        ("anna marks mag", Direction(who="anna", place="", deed="marks", rest="mag")),
        ("help", None),
        ("anna:", None),
        ("", None),
    ],
)
def test_a_direction_is_read(line: str, expected: Direction | None) -> None:
    assert read(line) == expected


def test_entries_keep_semicolons_that_are_part_of_what_is_said() -> None:
    assert entries("What changed? = Rolled back; it was 42; Next step = Watch it") == {
        "What changed?": "Rolled back; it was 42",
        "Next step": "Watch it",
    }
