"""`sitrep doctor`, run against the local workspace."""

from pathlib import Path

from rich.console import Console

from bot import manifest
from bot.doctor import examine_everything
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.vendors import open_vendor


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
    assert "Files: tokens and record cannot be read by others" in text
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
    (tmp_path / ".env").touch(0o604)
    async with open_workspace(clock=ManualClock(), manifest=manifest.build()) as workspace:
        code, text = await diagnosis(workspace, tmp_path)
        assert code == 1
        assert "there is no #outages" in text
        assert "Files: others on this machine can read .env" in text
        assert f"chmod o-rwx {tmp_path / '.env'}" in text.replace("\n", "")
        code, text = await diagnosis(workspace, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong")
        assert code == 1
        assert "Bot token: refused (invalid_auth)" in text


async def test_vendors_are_tried_without_anything_happening_there(tmp_path: Path) -> None:
    async with open_vendor() as vendor, open_workspace(clock=ManualClock(), manifest=manifest.build()) as workspace:
        (tmp_path / "sitrep.toml").write_text(
            f'[channels]\nstatus_page = "{vendor.url}/status"\n'
            f'[war_room]\nvia = "zoom"\nhost = "oncall@example.com"\napi = "{vendor.url}"\nlogin = "{vendor.url}"\n'
            f'[[remediation]]\nname = "Roll back"\nurl = "{vendor.url}/roll-back"\nsecret = "DEPLOY_TOKEN"\n'
            '[[remediation]]\nname = "Fail over"\nurl = "http://127.0.0.1:1/x"\n'
        )
        secrets = {"SITREP_ZOOM_ACCOUNT_ID": "account", "SITREP_ZOOM_CLIENT_ID": "client", "DEPLOY_TOKEN": "s3cr3t-x"}
        code, text = await diagnosis(workspace, tmp_path, SITREP_ZOOM_CLIENT_SECRET="hunter2secret", **secrets)
        assert code == 1
        assert "Video calls: signed in at Zoom; no call was made" in text
        assert "Remediation “Roll back”: 127.0.0.1 answers, DEPLOY_TOKEN is set; nothing was sent" in text
        assert "Remediation “Fail over”: 127.0.0.1 was not reached (ConnectionRefusedError)" in text
        assert "/status answers with 404" in text
        assert vendor.meetings == []
        assert not any("roll-back" in one for one in vendor.asked)
        _, text = await diagnosis(workspace, tmp_path, SITREP_ZOOM_CLIENT_SECRET="wrong-secret", **secrets)
        assert "Video calls: Zoom refuses (call_login_refused)" in text
        assert "wrong-secret" not in text


async def test_no_tokens_at_all_is_one_answer_that_names_each(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[roles]\ntexts = "nowhere"')
    console = Console(record=True, width=60, file=(tmp_path / "out.txt").open("w"))
    code = await examine_everything({"DATABASE_URL": "sqlite:///sitrep.toml/x.db"}, tmp_path, console)
    console.file.close()
    text = console.export_text()

    assert code == 1
    assert "SLACK_BOT_TOKEN is missing" in text
    assert "SLACK_APP_TOKEN" in text
    assert "api.slack.com/apps, your app, Basic Information" in text  # on one line, to be copied
    assert "✗ Configuration: sitrep.toml line 2" in text
    assert "[roles] texts names" in text  # and is not taken for markup
    assert "✗ Database: SQLite cannot be used (" in text
    assert "the file is Sitrep's own" in text
