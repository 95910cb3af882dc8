"""Alive and ready, as an orchestrator or an operator asks over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlmodel import func, select, text

from bot.config import async_url
from bot.health import REMINDER_LIMIT, RUN_LIMIT, Health
from bot.slack_watch import BETWEEN_QUESTIONS, FRESH, Call, SlackLink
from storage import schema
from storage.database import Database, Unavailable
from storage.models import Reminder
from storage.sqlite import MOST
from tests.clock import ManualClock
from tests.faults.test_database import back, gone
from tests.postgres import fresh_database
from tests.stage import Stage, open_stage
from workflows.ports import Unclear


async def ask(stage: Stage, path: str) -> tuple[int, Any]:
    address = f"http://127.0.0.1:{stage.app.http_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.json()


async def until(stage: Stage, *, ready: bool) -> None:
    for _ in range(1000):
        if (await stage.app.health.examine()).ready == ready:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never came to be ready={ready}")


def quick(stage: Stage) -> Health:
    """The same look with little patience."""
    link = SlackLink()
    return Health(stage.app.services.database, stage.clock, link, limit=timedelta(seconds=0.05))


@pytest.fixture
async def over_http(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, http_port=unused_tcp_port) as opened:
        yield opened


async def test_a_bot_that_is_well_says_so(stage: Stage) -> None:
    await stage.declare()

    assert await ask(stage, "/healthz") == (200, {"status": "alive"})
    assert await ask(stage, "/readyz") == (
        200,
        {"status": "ready", "problems": {}, "reminder_lag_seconds": 0, "run_lag_seconds": 0},
    )


async def test_a_lost_socket_is_told_until_it_is_back(stage: Stage) -> None:
    stage.workspace.faults.outage()
    await stage.workspace.until(lambda: not stage.workspace.delivery.connections)
    await until(stage, ready=False)

    status, told = await ask(stage, "/readyz")
    assert (status, told["status"]) == (503, "not ready")
    assert "socket is not connected" in told["problems"]["slack"]
    assert (await ask(stage, "/healthz"))[0] == 200

    stage.workspace.faults.outage_over()
    await until(stage, ready=True)
    assert (await ask(stage, "/readyz"))[0] == 200


async def test_over_http_an_answer_of_slack_shows_that_it_is_there(over_http: Stage) -> None:
    assert (await ask(over_http, "/readyz"))[0] == 200


async def test_what_slack_would_never_send_is_refused_in_a_word_and_fills_no_log(
    over_http: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"http://127.0.0.1:{over_http.app.http_port}/slack/events"
    bodies = (b"{", b"[]", b"\xff\xfe", b"5", b'{"a":' + b"[" * 100_000)
    stamp, sign, kind = "X-Slack-Request-Timestamp", "X-Slack-Signature", "Content-Type"
    odd = ({stamp: "soon"}, {stamp: "9" * 5000}, {stamp: "1", sign: "v0=é"}, {kind: "text/plain; charset=none"})
    sent = [*((body, {}) for body in bodies), *((b"{}", headers) for headers in odd)]
    async with aiohttp.ClientSession(headers={kind: "application/json"}) as session:
        for body, headers in sent:
            async with session.post(address, data=body, headers=headers) as answer:
                assert answer.status == 400, (body[:9], headers)
        async with session.post(address, data=b"{}") as answer:
            assert answer.status == 401
    assert "Traceback" not in caplog.text


async def test_a_reminder_that_nobody_deals_with_is_told(stage: Stage) -> None:
    """Asked with a clock of its own, as the bot's ticks would deal with it."""
    await stage.declare()
    async with stage.app.services.database.read() as session:
        first = (await session.exec(select(func.min(Reminder.due_at)))).one()

    assert (await late_by(stage, first, REMINDER_LIMIT).examine()).ready
    told = (await late_by(stage, first, 2 * REMINDER_LIMIT).examine()).reminders
    assert told.startswith("A reminder that was due 2 min ago has not been dealt with.")


def late_by(stage: Stage, due_at: datetime, lag: timedelta) -> Health:
    return Health(stage.app.services.database, ManualClock(due_at + lag), SlackLink())


async def test_work_that_slack_keeps_refusing_to_answer_is_told_until_it_is_done(stage: Stage) -> None:
    stage.workspace.faults.on("conversations.create", times=100).http_error(503)
    await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
    await stage.settle()
    await stage.pass_time(seconds=RUN_LIMIT.total_seconds() + 60)

    status, told = await ask(stage, "/readyz")
    assert status == 503
    assert "Work owed to Slack has waited for 6 min" in told["problems"]["runs"]

    stage.workspace.faults.clear()
    await stage.pass_time(minutes=2)
    assert (await ask(stage, "/readyz"))[0] == 200


async def test_a_database_that_does_not_answer_in_time_is_told_until_it_does(stage: Stage) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MOST):  # all the connections there are
            session = await held.enter_async_context(stage.app.services.database.read())
            await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
        report = await quick(stage).examine()
        assert "does not answer within" in report.database
        assert report.lag is None

    assert (await stage.app.health.examine()).ready


async def test_a_database_that_takes_nothing_is_told_until_a_write_succeeds(stage: Stage) -> None:
    database = stage.app.services.database
    other = Database(database.url)
    await read_only(database, on=True)
    with pytest.raises(Unavailable):
        await database.try_write()

    assert "The database cannot be used" in (await stage.app.health.examine()).database

    await read_only(database, on=False)
    assert (await stage.app.health.examine()).ready
    await other.close()


async def read_only(database: Database, *, on: bool) -> None:
    """Make SQLite refuse what is written, as a file system does that has been mounted anew after an error."""
    async with AsyncExitStack() as held:
        for _ in range(5):
            session = await held.enter_async_context(database.read())
            await session.exec(text(f"PRAGMA query_only={int(on)}"))  # type: ignore[call-overload]


@pytest.mark.postgres
async def test_a_server_that_is_gone_is_told_until_it_is_back() -> None:
    async with fresh_database() as url:
        await schema.migrate(async_url(url))
        database = Database(async_url(url))
        health = Health(database, ManualClock(), SlackLink())
        assert (await health.examine()).ready

        await gone(url)
        told = (await health.examine()).database
        assert told.startswith("The database cannot be used (OperationalError).")

        await back(url)
        assert (await health.examine()).ready
        await database.close()


async def test_a_database_upgraded_by_a_newer_version_is_told(stage: Stage) -> None:
    assert (await stage.app.health.examine()).ready
    async with stage.app.services.database.write() as session:
        await session.exec(text("UPDATE alembic_version SET version_num = '0099'"))  # type: ignore[call-overload]

    assert "now at schema 0099" in (await stage.app.health.examine()).database


class Slack:
    """Counts how often it is asked, and answers as told. `seconds` pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.link = SlackLink(lambda: self.seconds)
        self.link.asking(self.ask)
        self.outcome = "ok"
        self.asked = 0

    async def ask(self) -> None:
        self.asked += 1
        self.told(self.outcome)
        if self.outcome != "ok":
            raise Unclear("auth.test")

    def told(self, outcome: str) -> None:
        self.link.called(Call(method="chat.postMessage", outcome=outcome, seconds=0.1))


async def connected() -> bool:
    return True


async def test_a_token_that_slack_refuses_is_told_until_it_is_accepted() -> None:
    slack = Slack()
    slack.link.through_socket(connected)
    slack.outcome = "token_refused"
    slack.told("token_refused")
    assert "refuses SLACK_BOT_TOKEN" in await slack.link.trouble()
    assert "refuses SLACK_BOT_TOKEN" in await slack.link.trouble()
    assert slack.asked == 1

    slack.outcome = "ok"
    slack.seconds += BETWEEN_QUESTIONS
    assert await slack.link.trouble() == ""


async def test_without_a_socket_slack_is_asked_only_when_it_has_not_answered_for_a_while() -> None:
    slack = Slack()
    slack.seconds += FRESH - 1
    assert await slack.link.trouble() == ""
    assert slack.asked == 0

    slack.seconds += 1
    assert await slack.link.trouble() == ""
    assert slack.asked == 1


async def test_without_a_socket_a_silent_slack_is_told_until_it_answers() -> None:
    slack = Slack()
    slack.outcome = "unclear"
    slack.seconds += FRESH
    assert (await slack.link.trouble()).startswith("Slack does not answer")
    assert (await slack.link.trouble()).startswith("Slack does not answer")
    assert slack.asked == 1

    slack.told("rate_limited")  # an answer, if not a kind one
    assert await slack.link.trouble() == ""
