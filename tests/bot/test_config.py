"""What the process reads from its environment, and what people read when that is not enough."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values
from sqlalchemy.engine import make_url

from bot.config import VARIABLES, ConfigError, Settings, async_url, examine, http_address
from workflows.policy import default_policy

ROOT = Path(__file__).parents[2]
SOCKET = {"SLACK_BOT_TOKEN": "xoxb-hunter2", "SLACK_APP_TOKEN": "xapp-hunter2"}


def refused(env: dict[str, str], folder: Path, *, need_slack: bool = True) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env(env, folder, need_slack=need_slack)
    assert "hunter2" not in str(caught.value)
    return caught.value.problems


def test_two_tokens_are_enough(tmp_path: Path) -> None:
    settings = Settings.from_env(SOCKET, tmp_path)
    assert settings.bot_token.get_secret_value() == "xoxb-hunter2"
    assert settings.app_token is not None
    assert settings.app_token.get_secret_value() == "xapp-hunter2"
    assert settings.signing_secret is None
    assert settings.api_url == "https://slack.com/api/"
    assert settings.database_url == f"sqlite:///{tmp_path}/data/sitrep.db"
    assert settings.config_path == tmp_path / "sitrep.toml"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert settings.log == "text"
    assert settings.data_folder == tmp_path / "data"
    assert settings.policy == default_policy()


def test_a_signing_secret_does_in_place_of_the_app_token(tmp_path: Path) -> None:
    settings = Settings.from_env({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "abc"}, tmp_path)
    assert settings.app_token is None
    assert settings.signing_secret is not None


def test_reading_the_settings_leaves_nothing_behind(tmp_path: Path) -> None:
    Settings.from_env(SOCKET, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_seen_in_what_gets_logged(tmp_path: Path) -> None:
    env = SOCKET | {
        "SLACK_SIGNING_SECRET": "hunter2",
        "DATABASE_URL": "postgresql://u:hunter2@h/d",
        "SITREP_DEADMAN_URL": "https://ping.example/hunter2",
    }
    settings = Settings.from_env(env, tmp_path)
    assert "hunter2" not in f"{settings!r} {settings} {settings.bot_token} {[settings.signing_secret]}"


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nSLACK_BOT_TOKEN='xoxb-file'\nexport SLACK_APP_TOKEN=xapp-file\nSITREP_LOG=json\nSITREP_HTTP=\n"
    )
    settings = Settings.from_env({"SLACK_BOT_TOKEN": "xoxb-env", "SITREP_LOG": ""}, tmp_path)
    assert settings.bot_token.get_secret_value() == "xoxb-env"
    assert settings.app_token is not None
    assert settings.app_token.get_secret_value() == "xapp-file"
    assert settings.log == "json"
    assert settings.http_port == 8080


def test_the_file_cannot_reach_into_another_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-${HOME}\nSLACK_APP_TOKEN=xapp-1\n")
    assert Settings.from_env({}, tmp_path).bot_token.get_secret_value() == "xoxb-${HOME}"


def test_every_problem_is_named_at_once_and_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('[nag]\nsnoose = "5m"\n')
    env = {
        "SLACK_APP_TOKEN": "xoxb-hunter2",
        "SLACK_API_URL": "https://slack.com/api",
        "DATABASE_URL": "mysql://u:hunter2@h/d",
        "SITREP_HTTP": "8080",
        "SITREP_LOG": "xml",
    }
    problems = refused(env, tmp_path)
    assert sorted(problem.split()[0] for problem in problems) == [
        "DATABASE_URL",
        "SITREP_HTTP",
        "SITREP_LOG",
        "SLACK_API_URL",
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "sitrep.toml",
    ]
    assert "sitrep.toml line 2: [nag] snoose is not a setting; did you mean snooze?" in problems
    with pytest.raises(ConfigError, match=re.escape("7 things to put right in the configuration:\n  - ")):
        Settings.from_env(env, tmp_path)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token"),
        ({"SLACK_BOT_TOKEN": "xoxp-hunter2"}, "SLACK_BOT_TOKEN must begin with xoxb-; this is a user token"),
        ({"SLACK_BOT_TOKEN": "xapp-hunter2"}, "begin with xoxb-; this is the app-level token"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is missing: make one with connections:write"),
        ({"SLACK_APP_TOKEN": "hunter2"}, "SLACK_APP_TOKEN must begin with xapp-"),
        ({"SLACK_SIGNING_SECRET": "xoxb-hunter2"}, "SLACK_SIGNING_SECRET holds a token"),
        ({"SLACK_API_URL": "ftp://slack.com/api/"}, "SLACK_API_URL must be an http(s) address that ends in /api/"),
        ({"SLACK_API_URL": "https://slack.com/api/?x"}, "SLACK_API_URL must be an http(s) address"),
        ({"SITREP_HTTP": "0.0.0.0:99999"}, 'SITREP_HTTP "0.0.0.0:99999" is not HOST:PORT, such as 127.0.0.1:8080'),
        ({"SITREP_LOG": "xml"}, 'SITREP_LOG is "xml": use text or json'),
        ({"SITREP_DEADMAN_URL": "ping.example/hunter2"}, "SITREP_DEADMAN_URL must be an http(s) address"),
        ({"SITREP_DEADMAN_EVERY": "often"}, "SITREP_DEADMAN_EVERY: 'often' is not a duration"),
        ({"SITREP_DEADMAN_EVERY": "1s"}, "SITREP_DEADMAN_EVERY must be 5s or longer"),
        ({"SITREP_CONFIG": "absent.toml"}, "absent.toml, and there is no such file"),
        ({"DATABASE_URL": "hunter2"}, "DATABASE_URL is not an address such as postgresql://"),
        ({"DATABASE_URL": "mysql://h/hunter2"}, "DATABASE_URL must begin with postgresql:// or sqlite:///"),
        ({"DATABASE_URL": "postgresql://u:hunter2@h"}, "DATABASE_URL does not name a database"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL must name a file"),
        ({"DATABASE_URL": "sqlite:////"}, "DATABASE_URL names /, which is a folder"),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_the_next_step(
    tmp_path: Path, changed: dict[str, str], expected: str
) -> None:
    problems = refused(SOCKET | changed, tmp_path)
    assert len(problems) == 1
    assert expected in problems[0]


def test_what_only_reads_the_record_needs_no_tokens(tmp_path: Path) -> None:
    settings = Settings.from_env({"DATABASE_URL": "postgresql://h/d"}, tmp_path, need_slack=False)
    assert settings.database_url == "postgresql://h/d"
    assert not settings.bot_token
    assert refused({"SITREP_LOG": "xml"}, tmp_path, need_slack=False) == ('SITREP_LOG is "xml": use text or json',)


def test_an_examination_reports_instead_of_raising(tmp_path: Path) -> None:
    (tmp_path / "sitrep.toml").write_text('scheme = "sev9"')
    found = examine({"SITREP_HTTP": "nowhere"}, tmp_path)
    assert len(found.slack_problems) == 2
    assert len(found.problems) == 2
    assert found.settings.policy == default_policy()
    assert found.settings.http_port == 8080


def test_the_policy_comes_from_the_named_file(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('scheme = "sev1-4"')
    settings = Settings.from_env(SOCKET | {"SITREP_CONFIG": "ours.toml"}, tmp_path)
    assert settings.policy == default_policy("sev1-4")
    assert settings.config_path == tmp_path / "ours.toml"


def test_a_relative_database_file_lies_in_the_folder(tmp_path: Path) -> None:
    settings = Settings.from_env(SOCKET | {"DATABASE_URL": "sqlite:///here.db"}, tmp_path)
    assert make_url(settings.database_url).database == str(tmp_path / "here.db")
    absolute = Settings.from_env(SOCKET | {"DATABASE_URL": "sqlite:////srv/there.db"}, tmp_path)
    assert make_url(absolute.database_url).database == "/srv/there.db"


def test_the_record_stays_in_the_folder_whatever_the_folder_is_called(tmp_path: Path) -> None:
    odd = tmp_path / "on-call? 100%41 #1"
    settings = Settings.from_env(SOCKET, odd)
    assert make_url(async_url(settings.database_url)).database == str(odd / "data" / "sitrep.db")


def test_a_file_of_settings_that_is_not_text_is_a_problem_among_others(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff")
    assert refused(SOCKET | {"SITREP_LOG": "xml"}, tmp_path) == (
        ".env: is not UTF-8 text; save it as UTF-8",
        'SITREP_LOG is "xml": use text or json',
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgresql://u:p%40ss@h:5432/d", "postgresql+psycopg://u:p%40ss@h:5432/d"),
        ("postgres://h/d?sslmode=require", "postgresql+psycopg://h/d?sslmode=require"),
        ("postgresql+asyncpg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/a b.db", "sqlite+aiosqlite:////srv/a b.db"),
    ],
)
def test_one_address_serves_the_asynchronous_engine(given: str, expected: str) -> None:
    assert async_url(given) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:0", ("::1", 0)), (" localhost:8080 ", ("localhost", 8080))],
)
def test_an_address_to_listen_on_is_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert http_address(text) == expected


@pytest.mark.parametrize("text", ["", "8080", ":8080", "host", "host:port", "host:70000", "http://host:80"])
def test_half_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        http_address(text)


def test_the_example_names_every_variable_and_only_says_what_holds_anyway(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    (tmp_path / ".env").write_text(re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE))
    assert set(dotenv_values(tmp_path / ".env")) == set(VARIABLES)
    (tmp_path / "sitrep.toml").touch()
    assert Settings.from_env({}, tmp_path, need_slack=False) == Settings.from_env(
        {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}, tmp_path
    )


def test_the_example_as_it_is_sets_nothing() -> None:
    assert dotenv_values(ROOT / ".env.example") == {}
