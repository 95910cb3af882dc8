"""`sitrep incident …`: the record can be worked on while Slack is away."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.config import Settings, async_url
from bot.incident_cli import answer
from storage import incidents, runs
from storage.database import Database
from storage.models import Incident, Person
from tests.record import lay_out
from tests.workflows.records import DECLARED
from workflows.errors import UserError


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """A record with INC-7, and Anna's name."""
    found = Settings.from_env({}, tmp_path, need_slack=False)
    lay_out(tmp_path / "data" / "sitrep.db")
    database = Database(async_url(found.database_url))
    async with database.write() as session:
        session.add(
            Incident(
                id=7,
                press="p7",
                title="Checkout is failing",
                severity="SEV1",
                declared_by="U1ANNA",
                declared_at=DECLARED,
                channel_id="C7",
                channel_name="incident-7",
            )
        )
        session.add(Person(user_id="U1ANNA", name="Anna Keller", seen_at=DECLARED))
        await session.flush()
        await incidents.give_role(session, 7, "ic", "U1ANNA", DECLARED)
    await database.close()
    return found


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = Database(async_url(settings.database_url))
    yield opened
    await opened.close()


async def test_an_update_is_on_record_and_owed_to_slack(settings: Settings, database: Database) -> None:
    said = await answer(settings, "update INC-7 rolled back <again> with @U1ANNA & co", "U1ANNA")
    assert said.startswith("Update posted for INC-7.")
    assert said.endswith("It is on record. Slack follows as soon as the bot reaches it.")
    async with database.read() as session:
        (update,) = await incidents.updates(session, 7)
        assert await runs.unfinished(session) == 2
    assert (update.by, update.changed) == ("U1ANNA", "rolled back &lt;again&gt; with <@U1ANNA> &amp; co")


async def test_the_words_and_their_synonyms_are_those_of_slack(settings: Settings, database: Database) -> None:
    assert "INC-7 is SEV3 now" in await answer(settings, "sev INC-7 sev3 one region only", "@U1ANNA")
    await answer(settings, "note INC-7 13:05 UTC pool raised", "U1ANNA")
    await answer(settings, "mitigated INC-7", "U1ANNA")
    assert "INC-7 is resolved now" in await answer(settings, "resolve INC-7 raised the pool", "U1ANNA")
    with pytest.raises(UserError, match="INC-7 is resolved, so nobody is called to it"):
        await answer(settings, "escalate INC-7 once more", "U1ANNA")
    async with database.read() as session:
        found = await incidents.get(session, 7)
    assert found is not None
    assert (found.severity, found.status, found.understanding) == ("SEV3", "resolved", "raised the pool")
    with pytest.raises(UserError, match="--summary"):
        await answer(settings, "close INC-7 the cause is gone", "U1ANNA")
    line = "close INC-7 the cause is gone --summary The pool was small --impact None"
    assert (await answer(settings, line, "U1ANNA")).startswith("INC-7 is closed.")


async def test_an_incident_is_declared_and_listed_without_slack(settings: Settings) -> None:
    said = await answer(settings, "declare sev2 Search is slow", "U1ANNA")
    assert said.startswith("INC-8 SEV2 declared: *Search is slow*.")
    again = await answer(settings, "declare sev2 search is slow", "U1ANNA")
    assert again.startswith("You declared this just now: INC-8 in `#incident-")
    listed = await answer(settings, "list", "U1ANNA")
    assert [re.findall(r"INC-\d", line) for line in listed.splitlines()] == [["INC-7"], ["INC-8"]]
    assert "IC @Anna Keller" in listed
    status = await answer(settings, "status INC-8", "U1ANNA")
    assert "Search is slow" in status
    assert await answer(settings, "INC-8", "U1ANNA") == status
    assert (await answer(settings, "INC-8 rename Search is down", "U1ANNA")).startswith("INC-8 is called")
    assert "<" not in status


@pytest.mark.parametrize(
    ("line", "by", "sentence"),
    [
        ("list", "anna", "Pass your Slack member id with --as"),
        ("update INC-9 hello", "U1ANNA", "There is no INC-9. `sitrep incident list` shows the open ones."),
        ("up INC-7", "U1ANNA", "it takes one line, `sitrep incident update [what changed]"),
        ("severity INC-7", "U1ANNA", "`sitrep incident severity [sev2] [because …]`, with INC-… before what you say."),
        ("note something", "U1ANNA", "• INC-7 SEV1 “Checkout is failing” in #incident-7"),
        ("status INC-99999999999999999999", "U1ANNA", "There is no INC-99999999999999999999."),
        ("handoff INC-7 @bilal all is calm", "U1ANNA", "Slack knows nobody called “@bilal”. Choose the name"),
        ("action INC-7 @bilal roll back", "U1ANNA", "Slack knows nobody called “@bilal”."),
        ("escalate INC-7 @bilal the pool", "U1ANNA", "Slack knows nobody called “@bilal”."),
        ("access INC-7 add @bilal", "U1ANNA", "Slack knows nobody called “@bilal”."),
        ("declare sev1 Search is slow ic @bilal", "U1ANNA", "Slack knows nobody called “@bilal”."),
        ("updaet INC-7 hello", "U1ANNA", "Did you mean `sitrep incident update`?"),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(settings: Settings, line: str, by: str, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        await answer(settings, line, by)


async def test_it_waits_for_the_write_lock_of_another_process(settings: Settings, database: Database) -> None:
    async with database.write():
        waiting = asyncio.create_task(answer(settings, "update INC-7 waited", "U1ANNA"))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
    assert (await waiting).startswith("Update posted")


def test_the_command_takes_the_person_from_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    by_flag = CliRunner().invoke(cli, ["incident", "update", "INC-7", "--as", "U1ANNA", "rolled", "back", "-5%"])
    assert by_flag.stdout.startswith("Update posted for INC-7"), by_flag.output
    by_environment = CliRunner().invoke(cli, ["incident"], env={"SITREP_USER": "U1ANNA"})
    assert "• `update` – Post a status update" in by_environment.stdout, by_environment.output
    nobody = CliRunner().invoke(cli, ["incident", "list"], env={"SITREP_USER": ""})
    assert nobody.exit_code == 1


async def test_help_needs_neither_a_person_nor_a_record(tmp_path: Path) -> None:
    nothing = Settings.from_env({}, tmp_path, need_slack=False)
    assert "`sitrep incident`" in await answer(nothing, "", "")
    assert "`sitrep incident update [what changed]" in await answer(nothing, "help post", "")


async def test_runbooks_and_actions_are_worked_on_in_a_terminal_too(settings: Settings) -> None:
    assert "*Database failover* · SEV0 or SEV1 · 7 steps" in await answer(settings, "runbook INC-7", "U1ANNA")
    page = await answer(settings, "runbook INC-7 ddos", "U1ANNA")
    assert "*1.* Keep evidence" in page
    assert 'tcpdump -ni any -c 200000 -w "attack-' in page
    started = await answer(settings, "runbook INC-7 start ddos", "U1ANNA")
    assert started.startswith("Started “DDoS mitigation” for INC-7")
    said = await answer(settings, "runbook INC-7 done 1, 2", "U1ANNA")
    assert said.startswith("Steps 1, 2 of “DDoS mitigation” are done.")
    await answer(settings, "action INC-7 @U1ANNA restart the workers in 2 h", "U1ANNA")
    listed = await answer(settings, "action INC-7", "U1ANNA")
    assert "⬜ 1: restart the workers · @Anna Keller · due" in listed
    with pytest.raises(UserError, match="one line"):
        await answer(settings, "update INC-7", "U1ANNA")
