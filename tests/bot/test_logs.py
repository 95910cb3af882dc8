"""What the log says of an incident, and what it must never say."""

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import JsonLines, TextLines, add_work, set_up_logging
from tests.stage import Stage
from workflows.doing import doing

BOT_TOKEN = "-".join(("xoxb", "123456789012", "abcdefGHIJKL"))


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, which gets its handlers and levels back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger("test").makeRecord("test", logging.INFO, "f", 1, message, (), None, extra=extra)


async def live_an_incident(stage: Stage) -> list[str]:
    """Everything a log might repeat; returns what people wrote."""
    faults = stage.workspace.faults
    faults.on("pins.add").fails("restricted_action")
    faults.on("conversations.setTopic").http_error(503)
    channel = await stage.declare("sev1 Kestrel checkout is failing")
    await stage.anna.says("the Osprey database is on fire", in_=channel)
    await stage.anna.types("/incident update Merlin cache was flushed", in_=channel)
    await stage.anna.types(f"/incident handoff <@{stage.bilal.id}> Harrier is next", in_=channel)
    await stage.anna.types("/incident note Buzzard seen", in_=channel)
    await stage.pass_time(minutes=40)
    await stage.anna.types("/incident resolved Peregrine fixed it", in_=channel)
    await stage.settle()
    return ["Kestrel", "Osprey", "Merlin", "Harrier", "Buzzard", "Peregrine"]


async def test_a_whole_incident_is_logged_without_its_words_and_without_secrets(
    stage: Stage, root_logger: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("json")

    words = await live_an_incident(stage)

    output = capfd.readouterr().err
    secrets = [stage.workspace.bot_token, stage.workspace.app_token, stage.workspace.signing_secret]
    assert [word for word in [*words, *secrets] if word in output] == []
    assert {"run_done", "run_postponed"} <= {str(line.get("action")) for line in lines_of(output)}


async def test_every_line_about_a_run_names_incident_and_run_and_where_it_stopped(
    stage: Stage, root_logger: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("json")
    stage.workspace.faults.on("pins.add").http_error(503)

    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()
    await stage.pass_time(seconds=5)

    lines = [line for line in lines_of(capfd.readouterr().err) if str(line.get("action")).startswith("run_")]
    assert all(line["run"] for line in lines)
    # Learning a name and drawing a home tab belong to no incident.
    assert {line.get("incident") for line in lines if not str(line["run"]).startswith(("name:", "home:"))} == {"INC-1"}
    assert [line.get("step") for line in lines if line["action"] == "run_postponed"] == ["pin"]


def test_what_is_being_worked_on_is_on_the_line_unless_the_line_says_so_itself() -> None:
    with doing(run="declare:1", incident="INC-1"), doing(step="pin"):
        inside, own = record("pinned"), record("pinned", run="another")
        add_work(inside)
        add_work(own)
    after = record("idle")
    add_work(after)

    assert TextLines().format(inside).endswith("run=declare:1  incident=INC-1  step=pin")
    assert "run=another" in TextLines().format(own)
    assert "run=" not in TextLines().format(after)


@pytest.mark.parametrize(
    ("quoted", "secret"),
    [
        (f"Authorization: Bearer {BOT_TOKEN}", BOT_TOKEN),
        ("url='wss://wss-primary.slack.com/link/?ticket=c3b1-9f&app_id=1'", "c3b1-9f"),
        ("connection to postgresql://sitrep:hunter2@db/sitrep failed", "hunter2"),
        ("POST https://hooks.slack.com/commands/T1/2/abcdef", "abcdef"),
        ("GET https://ping.example/5c0ffee", "https://ping.example/5c0ffee"),
    ],
)
def test_a_secret_that_a_library_quotes_is_cut(quoted: str, secret: str) -> None:
    known = ["https://ping.example/5c0ffee"]
    try:
        raise ConnectionError(quoted)
    except ConnectionError as error:
        failed = record(quoted, address=quoted)
        failed.exc_info = (type(error), error, error.__traceback__)

    for line in (JsonLines(known).format(failed), TextLines(known).format(failed)):
        assert secret not in line
        assert "…" in line or "\\u2026" in line


def test_a_secret_that_was_left_empty_hides_nothing() -> None:
    assert "something" in TextLines([""]).format(record("something"))
    assert "something" in JsonLines([""]).format(record("something"))


@given(text=st.text(), name=st.sampled_from(["run", "trouble"]))
def test_whatever_is_logged_stays_one_line_of_json(text: str, name: str) -> None:
    line = JsonLines().format(record("something", **{name: text}))

    assert "\n" not in line
    assert isinstance(json.loads(line), dict)
