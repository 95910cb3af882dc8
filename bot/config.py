"""The settings of one process. Nothing else reads the environment."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Literal, Self, cast

from dotenv import dotenv_values
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot import config_calls
from bot.config_calls import CallLogins
from bot.config_file import ConfigError, read_policy
from bot.config_findings import text_of
from bot.config_schema import duration
from workflows.policy import Policy, default_policy

__all__ = ["ConfigError", "Examination", "Settings", "async_url", "examine", "http_address"]

SLACK_API = "https://slack.com/api/"
HTTP_ADDRESS = "127.0.0.1:8080"
DEADMAN_EVERY = timedelta(seconds=60)
CONFIG_FILE = "sitrep.toml"
VARIABLES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "DATABASE_URL",
    "SITREP_CONFIG",
    "SITREP_HTTP",
    "SITREP_LOG",
    "SITREP_DEADMAN_URL",
    "SITREP_DEADMAN_EVERY",
    *config_calls.VARIABLES,
)

Log = Literal["text", "json"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the process was told. No secret appears in its `repr`.

    `bot_token` is empty only when Slack was not needed. `database_url` may hold a password.
    """

    bot_token: SecretStr
    app_token: SecretStr | None
    signing_secret: SecretStr | None
    api_url: str
    database_url: str = field(repr=False)
    config_path: Path
    http_host: str
    http_port: int
    log: Log
    deadman_url: SecretStr | None
    deadman_every: timedelta
    data_folder: Path
    policy: Policy = field(repr=False)
    hook_secrets: Mapping[str, SecretStr] = field(default_factory=dict)  # by the name of the variable
    calls: CallLogins = field(default_factory=CallLogins)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not be seen anywhere. The database's password may be too common a word for that."""
        own = (self.bot_token, self.app_token, self.signing_secret, self.deadman_url)
        given = (*own, *self.hook_secrets.values())
        return (*(one.get_secret_value() for one in given if one), *self.calls.secrets)

    @classmethod
    def from_env(cls, env: Mapping[str, str], folder: Path, *, need_slack: bool = True) -> Self:
        """Read `env`, the `.env` file in `folder` (`env` wins) and `sitrep.toml`.

        Relative paths are taken from `folder`. With `need_slack=False` tokens may be missing or wrong, which
        is right for everything that only reads the record. Raises `ConfigError` that names every problem.
        """
        found = examine(env, folder)
        problems = (*(found.slack_problems if need_slack else ()), *found.problems)
        if problems:
            raise ConfigError(problems)
        return cast("Self", found.settings)


@dataclass(frozen=True, kw_only=True)
class Examination:
    """Settings with a default in place of whatever is wrong, and what is wrong. Made for `sitrep doctor`."""

    settings: Settings
    slack_problems: tuple[str, ...]
    problems: tuple[str, ...]


def examine(env: Mapping[str, str], folder: Path) -> Examination:
    """Read everything that `Settings.from_env` reads, but report instead of raising."""
    folder = folder.absolute()
    problems: list[str] = []
    in_file = _in_file(folder / ".env", problems)
    given = _given(env, in_file, VARIABLES)
    reading = _Reading(given=given, folder=folder, problems=problems)
    host, port = reading.http()
    policy = reading.policy()
    hook_secrets = _given(env, in_file, [hook.secret for hook in policy.hooks if hook.secret])
    calls, call_problems = config_calls.read(given, folder, policy.war_room)
    settings = Settings(
        bot_token=SecretStr(given.get("SLACK_BOT_TOKEN", "")),
        app_token=_secret(given, "SLACK_APP_TOKEN"),
        signing_secret=_secret(given, "SLACK_SIGNING_SECRET"),
        api_url=reading.api_url(),
        database_url=reading.database_url(),
        config_path=reading.config_path(),
        http_host=host,
        http_port=port,
        log=reading.log(),
        deadman_url=reading.deadman_url(),
        deadman_every=reading.deadman_every(),
        data_folder=folder / "data",
        policy=policy,
        hook_secrets={name: SecretStr(value) for name, value in hook_secrets.items()},
        calls=calls,
    )
    return Examination(
        settings=settings,
        slack_problems=(*_slack_problems(given), *_hook_problems(policy, hook_secrets), *call_problems),
        problems=tuple(reading.problems),
    )


def async_url(database_url: str) -> str:
    """The same database for SQLAlchemy's asyncio engine: psycopg for PostgreSQL, aiosqlite for SQLite.

    Takes `postgresql://…`, `postgres://…` and `sqlite:///path`; a driver in the scheme is replaced.
    Raises `ValueError` with a sentence that never repeats the address, as it may hold a password.
    """
    url = _database(database_url)
    driver = "sqlite+aiosqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg"
    return url.set(drivername=driver).render_as_string(hide_password=False)


def http_address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT` or `[IPV6]:PORT`; raises `ValueError` with a sentence that helps."""
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/\[\]]+)):(\d{1,5})", text.strip())
    if match is None or int(match[3]) > 65535:
        raise ValueError(f'"{text}" is not HOST:PORT, such as {HTTP_ADDRESS}')
    return match[1] or match[2], int(match[3])


def _in_file(path: Path, problems: list[str]) -> Mapping[str, str | None]:
    """What stands in `.env`, if there is one; a problem is added when it cannot be read."""
    if not path.is_file():
        return {}
    try:
        # Interpolation would read the process's own environment instead of the one handed in.
        return dotenv_values(stream=StringIO(text_of(path)), interpolate=False)
    except ConfigError as error:
        problems.extend(error.problems)
        return {}


def _given(env: Mapping[str, str], in_file: Mapping[str, str | None], names: Iterable[str]) -> dict[str, str]:
    """Those variables that hold something."""
    both = {name: env.get(name) or in_file.get(name) or "" for name in names}
    return {name: value.strip() for name, value in both.items() if value.strip()}


def _hook_problems(policy: Policy, secrets: Mapping[str, str]) -> Iterator[str]:
    """What a press would end with, said before somebody needs it."""
    for hook in policy.hooks:
        if hook.secret and hook.secret not in secrets:
            yield f"{hook.secret} is missing: [[remediation]] “{hook.name}” in the configuration sends it"


def _secret(given: Mapping[str, str], name: str) -> SecretStr | None:
    return SecretStr(given[name]) if name in given else None


def _slack_problems(given: Mapping[str, str]) -> Iterator[str]:
    """Sentences about the three secrets; their values are never part of one."""
    bot, app = given.get("SLACK_BOT_TOKEN"), given.get("SLACK_APP_TOKEN")
    page = "api.slack.com/apps, your app"
    if bot is None:
        yield f"SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token from {page}, OAuth & Permissions"
    elif not bot.startswith("xoxb-"):
        yield f"SLACK_BOT_TOKEN must begin with xoxb-{_mistaken(bot)}"
    if app is None and "SLACK_SIGNING_SECRET" not in given:
        yield (
            f"SLACK_APP_TOKEN is missing: make one with connections:write at {page}, Basic Information, "
            "App-Level Tokens (or set SLACK_SIGNING_SECRET from the same page to receive HTTP requests)"
        )
    if app is not None and not app.startswith("xapp-"):
        yield f"SLACK_APP_TOKEN must begin with xapp-{_mistaken(app)}"
    if given.get("SLACK_SIGNING_SECRET", "").startswith(("xoxb-", "xapp-", "xoxp-")):
        yield f"SLACK_SIGNING_SECRET holds a token: the signing secret is at {page}, Basic Information"


def _mistaken(token: str) -> str:
    kinds = {"xoxb-": "the bot token", "xapp-": "the app-level token", "xoxp-": "a user token"}
    kind = kinds.get(token[:5])
    return "" if kind is None else f"; this is {kind}"


def _database(text: str) -> URL:
    try:
        url = make_url(re.sub(r"^postgres(?=[:+])", "postgresql", text))
    except (ArgumentError, ValueError):
        # Without the cause: it may quote a piece of the password.
        raise ValueError("is not an address such as postgresql://user:password@host/sitrep") from None
    backend = url.get_backend_name()
    if backend not in ("postgresql", "sqlite"):
        raise ValueError("must begin with postgresql:// or sqlite:///")
    if not url.database:
        raise ValueError("does not name a database: end it with /NAME, or with a file for SQLite")
    if backend == "sqlite" and ":memory:" in url.database:
        raise ValueError("must name a file: a database in memory forgets every incident when the process ends")
    return url


def _file_url(file: Path) -> str:
    """The address of a SQLite file, whatever is in its name: `?` and `%` mean something in an address."""
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One pass over the variables, with the problems met on the way."""

    given: Mapping[str, str]
    folder: Path
    problems: list[str] = field(default_factory=list)

    def api_url(self) -> str:
        url = self.given.get("SLACK_API_URL", SLACK_API)
        if re.fullmatch(r"https?://[^/?#\s]+/([^?#\s]*/)?api/", url):
            return url
        self.problems.append(f"SLACK_API_URL must be an http(s) address that ends in /api/, such as {SLACK_API}")
        return SLACK_API

    def database_url(self) -> str:
        default = _file_url(self.folder / "data" / "sitrep.db")
        text = self.given.get("DATABASE_URL", default)
        try:
            url = _database(text)
        except ValueError as error:
            self.problems.append(f"DATABASE_URL {error}")
            return default
        if url.get_backend_name() != "sqlite":
            return text
        file = self.folder / (url.database or "")
        if file.is_dir():
            self.problems.append(f"DATABASE_URL names {file}, which is a folder: end it with a file, such as sitrep.db")
        return url.set(database=str(file)).render_as_string(hide_password=False)

    def http(self) -> tuple[str, int]:
        try:
            return http_address(self.given.get("SITREP_HTTP", HTTP_ADDRESS))
        except ValueError as error:
            self.problems.append(f"SITREP_HTTP {error}")
            return http_address(HTTP_ADDRESS)

    def log(self) -> Log:
        word = self.given.get("SITREP_LOG", "text").lower()
        if word not in ("text", "json"):
            self.problems.append(f'SITREP_LOG is "{word}": use text or json')
            return "text"
        return cast("Log", word)

    def deadman_url(self) -> SecretStr | None:
        url = _secret(self.given, "SITREP_DEADMAN_URL")
        if url is None or re.fullmatch(r"https?://[^/?#\s]+(/[^\s]*)?", url.get_secret_value()):
            return url
        self.problems.append("SITREP_DEADMAN_URL must be an http(s) address, such as your monitoring service gives out")
        return None

    def deadman_every(self) -> timedelta:
        text = self.given.get("SITREP_DEADMAN_EVERY")
        try:
            every = DEADMAN_EVERY if text is None else duration(text)
        except ValueError as error:
            self.problems.append(f"SITREP_DEADMAN_EVERY: {error}")
            return DEADMAN_EVERY
        if every < timedelta(seconds=5):
            self.problems.append("SITREP_DEADMAN_EVERY must be 5s or longer")
            return DEADMAN_EVERY
        return every

    def config_path(self) -> Path:
        return self.folder / Path(self.given.get("SITREP_CONFIG", CONFIG_FILE)).expanduser()

    def policy(self) -> Policy:
        path = self.config_path()
        if not path.exists():
            if "SITREP_CONFIG" in self.given:
                self.problems.append(f"SITREP_CONFIG names {path}, and there is no such file")
            return default_policy()
        try:
            return read_policy(path)
        except ConfigError as error:
            self.problems.extend(error.problems)
            return default_policy()
