"""The Slack app as code: the file agrees with it, and Slack would take it."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.manifest import EVENTS, SCOPES, beyond_limits, build, check, public_address, render, scopes
from bot.practice.methods import METHODS
from workflows.errors import UserError

ROOT = Path(__file__).parents[2]


def test_the_file_in_the_repository_is_what_the_code_says() -> None:
    assert check(ROOT / "manifest.yml") == []


def test_both_ways_to_connect_are_within_slacks_limits() -> None:
    assert list(beyond_limits(build())) == []
    assert list(beyond_limits(build("https://bot.example.com/slack/events"))) == []


def test_the_same_manifest_is_always_written_the_same() -> None:
    assert render(build()) == render(build())
    assert yaml.safe_load(render(build())) == build()


def test_without_an_address_slack_is_reached_by_socket() -> None:
    manifest = build()
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "url" not in manifest["features"]["slash_commands"][0]
    assert "https://" not in render(manifest)


@pytest.mark.parametrize(
    "text", ["sitrep.example.com", "http://bot.example.com/slack/events", "https://bot.example.com"]
)
def test_an_address_that_slack_would_refuse_is_told_how_to_write_it(text: str) -> None:
    with pytest.raises(UserError, match=r"such as https://sitrep\.example\.com/slack/events"):
        public_address(text)


def test_with_an_address_everything_is_sent_there() -> None:
    address = "https://bot.example.com/slack/events"
    manifest = build(address)
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert manifest["features"]["slash_commands"][0]["url"] == address


def test_mentions_in_a_command_arrive_as_ids() -> None:
    (command,) = build()["features"]["slash_commands"]
    assert command["command"] == "/incident"
    assert command["should_escape"] is True


def test_the_shortcuts_carry_the_names_that_the_bot_listens_for() -> None:
    assert {(shortcut["type"], shortcut["callback_id"]) for shortcut in build()["features"]["shortcuts"]} == {
        ("global", "declare_incident"),
        ("message", "add_to_timeline"),
        ("message", "declare_from_message"),
        ("message", "make_action"),
    }


def test_every_event_comes_with_the_scope_that_it_needs() -> None:
    assert {scope for scope in EVENTS.values() if scope} <= set(SCOPES)
    assert build()["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_every_scope_has_a_reason_and_is_asked_for_once() -> None:
    asked = scopes(build())
    assert asked == tuple(SCOPES)
    assert all(SCOPES.values())
    assert list(asked) == sorted(set(asked))


def called_methods() -> set[str]:
    """Every method of Slack's API that the bot names in its code."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "bot").glob("*.py")]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {str(text) for text in texts} & set(METHODS)


def test_every_method_that_the_bot_calls_is_open_to_its_scopes() -> None:
    asked = set(scopes(build()))
    called = called_methods()
    assert {"conversations.create", "chat.postMessage", "pins.add"} <= called
    assert {name for name in called if METHODS[name].scopes and asked.isdisjoint(METHODS[name].scopes)} == set()


def broken(change: str) -> Any:
    manifest = build()
    match change:
        case "long shortcut":
            manifest["features"]["shortcuts"][0]["name"] = "x" * 25
        case "empty command":
            manifest["features"]["slash_commands"][0]["description"] = ""
        case "many commands":
            manifest["features"]["slash_commands"] *= 51
        case "missing scope":
            manifest["oauth_config"]["scopes"]["bot"].remove("pins:read")
    return manifest


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("long shortcut", "features.shortcuts.name has 25 characters: Slack takes 1 to 24"),
        ("empty command", "features.slash_commands.description has 0 characters: Slack takes 1 to 2000"),
        ("many commands", "features.slash_commands has 51 entries: Slack takes 50"),
        ("missing scope", "the event pin_added needs the scope pins:read"),
    ],
)
def test_what_slack_would_refuse_is_said_beforehand(tmp_path: Path, change: str, expected: str) -> None:
    assert expected in list(beyond_limits(broken(change)))
    path = tmp_path / "manifest.yml"
    path.write_text(render(broken(change)))
    problems = check(path)
    assert expected in problems
    assert "differs from the code: run `sitrep manifest > manifest.yml`" in problems[0]


def test_a_difference_is_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    manifest = build()
    manifest["display_information"]["name"] = "Other"
    manifest["settings"]["extra"] = True
    path.write_text(render(manifest))
    places = [problem.removeprefix(f"{path}: ").split()[0] for problem in check(path)]
    assert places == ["display_information.name", "settings.extra"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a: [", "is not valid YAML"), ("", "holds no manifest"), ("- a", "holds no manifest")],
)
def test_a_file_that_is_no_manifest_is_said_to_be_none(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(text)
    (problem,) = check(path)
    assert expected in problem


def test_a_missing_file_and_a_file_written_by_hand_are_both_told_how_to_repair(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    assert "is missing: run" in check(path)[0]
    path.write_text(yaml.safe_dump(build()))
    assert check(path) == [f"{path} is written differently from the code: run `sitrep manifest > manifest.yml`"]
