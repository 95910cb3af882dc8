"""What Prometheus reads: a small incident counted, and what the numbers do when something is wrong."""

from datetime import timedelta

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from bot.app import open_app
from bot.health import Report
from bot.metrics import CONTENT_TYPE, Metrics, page
from storage.backlog import Lag
from storage.database import Database
from tests.stage import Stage

Numbers = dict[str, float]


async def scrape(port: int) -> Numbers:
    """Every sample, by name and labels as they are written."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        return read(await answer.text())


def read(text: str) -> Numbers:
    numbers: Numbers = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, f"{family.name} has no help"
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            numbers[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return numbers


async def test_an_incident_is_counted(stage: Stage) -> None:
    stage.workspace.faults.on("pins.add").answers_429(retry_after=1)
    channel = await stage.declare()
    await stage.anna.says("Looking at it", in_=channel)
    await stage.pass_time(minutes=1)
    await stage.pass_time(minutes=30)

    numbers = await scrape(stage.app.http_port)

    assert [numbers[f"sitrep_{name}"] for name in ("ready", "slack_connected", "database_up")] == [1, 1, 1]
    assert [numbers[f"sitrep_{name}_lag_seconds"] for name in ("reminder", "run")] == [0, 0]
    assert numbers["sitrep_incidents_declared_total"] == numbers["sitrep_incidents_open"] == 1
    assert numbers["sitrep_nags_sent_total"] == 1
    assert numbers["sitrep_runs{kind=declare,state=done}"] == 1
    assert numbers["sitrep_runs_failed"] == 0
    assert numbers["sitrep_slack_calls_total{method=conversations.create,outcome=ok}"] == 1
    assert numbers["sitrep_slack_calls_total{method=pins.add,outcome=rate_limited}"] == 1
    assert numbers["sitrep_received_total{kind=command}"] == numbers["sitrep_committed_total{kind=command}"] == 1
    assert numbers["sitrep_received_total{kind=event}"] == numbers["sitrep_committed_total{kind=event}"] > 1
    assert numbers["sitrep_commit_seconds_count"] > 5
    assert numbers["sitrep_answer_seconds_count{kind=command}"] == 1
    assert any(name.startswith("sitrep_build_info{") for name in numbers)


async def test_work_that_was_given_up_is_seen(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.create").fails("restricted_action")
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()

    numbers = await scrape(stage.app.http_port)

    assert numbers["sitrep_runs{kind=declare,state=failed}"] == numbers["sitrep_runs_failed"] == 1
    assert numbers["sitrep_slack_calls_total{method=conversations.create,outcome=refused}"] == 1


async def test_two_apps_in_one_process_count_for_themselves(stage: Stage) -> None:
    await stage.declare()

    async with open_app(stage.settings, clock=stage.clock) as other:
        numbers = await scrape(other.http_port)

    assert "sitrep_slack_calls_total{method=conversations.create,outcome=ok}" not in numbers
    assert numbers["sitrep_incidents_declared_total"] == 1


async def test_without_a_database_the_page_still_comes_and_says_so() -> None:
    away = Database("postgresql+psycopg://sitrep:hunter2@127.0.0.1:1/sitrep")
    report = Report(database="The database cannot be used", slack="", reminders="", runs="", lag=None)

    numbers = read((await page(Metrics(), report, away)).decode())

    assert (numbers["sitrep_ready"], numbers["sitrep_database_up"], numbers["sitrep_slack_connected"]) == (0, 0, 1)
    assert "sitrep_run_lag_seconds" not in numbers
    assert "sitrep_incidents_open" not in numbers
    await away.close()


async def test_what_was_received_but_not_stored_is_not_counted_as_committed(stage: Stage) -> None:
    channel = await stage.declare()
    database = stage.app.services.database
    async with database.write() as session:
        await session.connection()
    before = await scrape(stage.app.http_port)
    async with database.write() as session:
        await (await session.connection()).execute(text("ALTER TABLE message RENAME TO elsewhere"))
    await stage.anna.says("Nobody keeps this", in_=channel)
    after = await scrape(stage.app.http_port)
    async with database.write() as session:
        await (await session.connection()).execute(text("ALTER TABLE elsewhere RENAME TO message"))

    event = "{kind=event}"
    assert after[f"sitrep_received_total{event}"] > before[f"sitrep_received_total{event}"]
    assert after[f"sitrep_committed_total{event}"] == before[f"sitrep_committed_total{event}"]


def test_a_report_is_ready_only_without_problems() -> None:
    lag = Lag(reminder=timedelta(minutes=2), run=timedelta(seconds=7.5))

    report = Report(database="", slack="", reminders="A reminder is late", runs="", lag=lag)

    assert report.problems == {"reminders": "A reminder is late"}
    assert not report.ready
