"""`sitrep doctor`, run against the local workspace."""

from pathlib import Path

from rich.console import Console

from bot import manifest
from bot.doctor import examine_everything
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock


async def diagnosis(workspace: Workspace, folder: Path, **changed: str) -> tuple[int, str]:
    console = Console(record=True, width=160, file=(folder / "out.txt").open("w"))
    env = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        **changed,
    }
    code = await examine_everything(env, folder, console)
    console.file.close()
    return code, console.export_text()


async def test_all_is_well_when_everything_is_there(tmp_path: Path) -> None:
    async with open_workspace(clock=ManualClock(), manifest=manifest.build()) as workspace:
        code, text = await diagnosis(workspace, tmp_path)

    assert code == 0, text
    assert "Socket Mode: connected" in text
    assert "Announcements: #incidents" in text
    assert "0 incidents on record" in text
    assert "All is well" in text


async def test_missing_scopes_are_named_with_the_way_to_get_them(tmp_path: Path) -> None:
    lesser = manifest.build()
    lesser["oauth_config"]["scopes"]["bot"].remove("pins:write")
    async with open_workspace(clock=ManualClock(), manifest=lesser) as workspace:
        code, text = await diagnosis(workspace, tmp_path)

    assert code == 1
    assert "Missing: pins:write" in text
    assert "sitrep manifest" in text


async def test_a_wrong_token_and_a_missing_channel_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[channels]\nannounce = "outages"\n')
    async with open_workspace(clock=ManualClock(), manifest=manifest.build()) as workspace:
        code, text = await diagnosis(workspace, tmp_path)
        assert code == 1
        assert "there is no #outages" in text
        code, text = await diagnosis(workspace, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong")
        assert code == 1
        assert "Bot token: refused (invalid_auth)" in text


async def test_no_tokens_at_all_is_one_answer_that_names_each(tmp_path: Path) -> None:
    console = Console(record=True, width=160, file=(tmp_path / "out.txt").open("w"))
    code = await examine_everything({}, tmp_path, console)
    console.file.close()
    text = console.export_text()

    assert code == 1
    assert "SLACK_BOT_TOKEN is missing" in text
    assert "SLACK_APP_TOKEN" in text
