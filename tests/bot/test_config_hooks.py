"""`[runbooks]` and `[[remediation]]`: what is taken, and what is wrong with its line; their secrets."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import ConfigError, Settings
from bot.config_file import read_policy
from workflows.policy import Hook, Policy, RunbookPolicy

EXAMPLE = Path(__file__).parents[2] / "sitrep.example.toml"
HOOK = '[[remediation]]\nname = "Roll back"\nurl = "https://deploy.example.com/hooks/rollback"\n'
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def read(folder: Path, text: str) -> Policy:
    (folder / "sitrep.toml").write_text(text)
    return read_policy(folder / "sitrep.toml")


def test_the_example_in_the_file_is_one_that_can_be_used(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    begin = lines.index("#   [[remediation]]")
    written = [line.removeprefix("#   ") for line in lines[begin:] if line.startswith("#   ")]
    [hook] = read(tmp_path, "\n".join(['[[service]]\nname = "Checkout"', *written[:13]])).hooks
    assert hook.body["reason"] == "{ref} {title}"
    assert (hook.secret, hook.may, hook.severities) == ("ROLLBACK_TOKEN", ("ic", "ops"), ("SEV0", "SEV1"))
    [short] = read(tmp_path, HOOK).hooks
    assert short == Hook(name="Roll back", url="https://deploy.example.com/hooks/rollback")


def test_runbooks_are_found_from_where_the_file_is_and_may_be_silent(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    text = '[runbooks]\nfolder = "books"\nstarters = false\nstale_after = "90d"\nalerts = ["A"]\nhint_after = "0s"'
    assert read(tmp_path, text).runbooks == RunbookPolicy(
        folder=tmp_path / "books", starters=False, stale_after=timedelta(days=90), alerts=("A",), hint_after=None
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[runbooks]\nfolder = "gone"', "line 2: [runbooks] folder names"),
        (
            f'{HOOK}severities = ["SEV9"]',
            'line 4: [remediation] (entry 1) severities "SEV9" is not one of the severities',
        ),
        (f'{HOOK}services = ["Chekout"]', 'line 4: [remediation] (entry 1) services there is no service "Chekout"'),
        (f'{HOOK}may = ["boss"]', 'line 4: [remediation] (entry 1) may "boss" is nobody: use a role'),
        (f'{HOOK}secret = "xoxb-123-abc"', "line 4: [remediation] (entry 1) secret must be the name of an environment"),
        (f'{HOOK}timeout = "5m"', "line 4: [remediation] (entry 1) timeout is at most one minute"),
        (f'{HOOK}body = {{a = ["{{titel}}"]}}', "line 4: [remediation] (entry 1) body {titel} cannot be filled in"),
        (f'{HOOK}method = "SEND"', 'line 4: [remediation] (entry 1) method "SEND" is not known here'),
        (f"{HOOK}{HOOK}", 'line 5: [remediation] (entry 2) name "Roll back" is there twice'),
        (HOOK.replace("https://", "ftp://"), "line 3: [remediation] (entry 1) url must be a whole address"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text)
    assert problem in str(raised.value)


def test_a_secret_that_is_missing_is_told_at_the_start_and_one_that_is_there_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text(f'{HOOK}secret = "ROLLBACK_TOKEN"')
    with pytest.raises(ConfigError, match="ROLLBACK_TOKEN is missing"):
        Settings.from_env(TOKENS, tmp_path)
    assert Settings.from_env(TOKENS, tmp_path, need_slack=False).hook_secrets == {}
    settings = Settings.from_env(TOKENS | {"ROLLBACK_TOKEN": "s3cr3t-value"}, tmp_path)
    assert "s3cr3t-value" in settings.secrets
    assert "s3cr3t-value" not in repr(settings)
