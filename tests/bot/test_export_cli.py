"""`sitrep export`: what is on record, without Slack."""

import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import near_misses_cli
from bot.__main__ import cli
from bot.config import Settings, async_url
from bot.export_cli import export, number_in
from storage.database import Database
from storage.models import NearMiss, Person
from tests.record import lay_out
from tests.workflows.records import DECLARED, incident, said
from workflows.errors import UserError
from workflows.postmortem import draft
from workflows.record import read


def settings_in(folder: Path) -> Settings:
    return Settings.from_env({}, folder, need_slack=False)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """A database with INC-7, in which somebody known and somebody unknown spoke."""
    found = settings_in(tmp_path)
    lay_out(tmp_path / "data" / "sitrep.db")
    database = Database(async_url(found.database_url))
    async with database.write() as session:
        session.add(incident())
        session.add(Person(user_id="U1", name="Anna Keller", seen_at=DECLARED))
        await session.flush()
        session.add(said(1, "检查 the pool", "U1").message)
        session.add(said(2, "ask <@U1>", "U9").message)
    await database.close()
    return found


@pytest.mark.parametrize("reference", ["INC-7", "inc-7", "inc7", "7", " INC-7 ", "#7", "INC 7"])
def test_an_incident_is_named_as_people_name_it(reference: str) -> None:
    assert number_in(reference) == 7


@pytest.mark.parametrize("reference", ["", "INC-", "seven", "INC-7-8", "7.5", "-7"])
def test_anything_else_is_told_how_to_write_it(reference: str) -> None:
    with pytest.raises(UserError, match="does not name an incident"):
        number_in(reference)


async def test_the_draft_is_written_to_a_file(settings: Settings, tmp_path: Path) -> None:
    await export(settings, "INC-7", "md", str(tmp_path / "draft.md"))
    text = (tmp_path / "draft.md").read_text(encoding="utf-8")
    assert stat.S_IMODE((tmp_path / "draft.md").stat().st_mode) == 0o600
    database = Database(async_url(settings.database_url))
    async with database.read() as session:
        assert text == draft(await read(session, incident()), settings.policy)
    await database.close()
    assert "| Anna Keller | declared it | U1 |" in text


async def test_json_goes_to_the_terminal_in_utf_8(
    settings: Settings, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    await export(settings, "7", "JSON", "-")
    found = json.loads(capfdbinary.readouterr().out.decode())
    assert [one["text"] for one in found["messages"]] == ["检查 the pool", "ask <@U1>"]
    assert found["names"] == {"U1": "Anna Keller"}


async def test_near_misses_are_written_for_those_who_review_them(settings: Settings, tmp_path: Path) -> None:
    database = Database(async_url(settings.database_url))
    async with database.write() as session:
        first = NearMiss(press="1", text="disk *full*", reported_by="U1", reported_at=DECLARED)
        first.reviewed_by, first.reviewed_at, first.review = "U9", DECLARED, "an alert at 80%"
        session.add(first)
        session.add(
            NearMiss(press="2", text="password: hunter2x", reported_by="U9", reported_at=DECLARED, service="db")
        )
    await database.close()
    await near_misses_cli.export(settings, "md", str(tmp_path / "all.md"))
    await near_misses_cli.export(settings, "json", str(tmp_path / "all.json"))

    text = (tmp_path / "all.md").read_text()
    assert text.startswith("# Near misses\n\n2 on record, 1 not reviewed yet.\n\n## NM-2 · ")
    assert "disk \\*full\\*\n\nReported by Anna Keller.\n\n**Reviewed** by U9 on " in text
    assert "an alert at 80%" in text
    assert "hunter2x" not in text
    found = json.loads((tmp_path / "all.json").read_text())
    assert [(one["ref"], one["review"]) for one in found["near_misses"]] == [("NM-2", ""), ("NM-1", "an alert at 80%")]
    assert (found["masked"], found["names"]) == (1, {"U1": "Anna Keller"})
    with pytest.raises(UserError, match="There is no format “html” for near misses"):
        await near_misses_cli.export(settings, "html", "-")


async def test_an_unknown_incident_is_told_which_there_are(settings: Settings) -> None:
    with pytest.raises(
        UserError, match=re.escape("There is no INC-8 on record. The newest: INC-7 Checkout is failing.")
    ):
        await export(settings, "INC-8", "md", "-")


async def test_an_unknown_format_is_told_which_there_are(settings: Settings) -> None:
    with pytest.raises(UserError, match="There is no format “pdf”"):
        await export(settings, "INC-7", "pdf", "-")


async def test_a_file_that_cannot_be_written_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written: No such file or directory"):
        await export(settings, "INC-7", "md", str(tmp_path / "absent" / "draft.md"))


async def test_looking_in_the_wrong_folder_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Run this in the folder in which the bot runs"):
        await export(settings_in(tmp_path), "INC-7", "md", "-")
    assert not settings_in(tmp_path).data_folder.exists()


def test_the_command_ends_with_1_and_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["export", "INC-7"])
    assert result.exit_code == 1
    assert "There is no record at" in str(result.exception)
