"""Numbers for Prometheus: what this process did, and what the record says at the moment of asking.

One `Metrics` per app. What this process did starts from zero with it and is summed over replicas; what the record says
is the same in every replica. Page: Prometheus, Exposition formats.
"""

import asyncio
import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    exposition,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.health import Report, kind_of
from bot.slack_watch import Call
from storage import backlog
from storage.backlog import Totals
from storage.database import Database
from workflows import nags
from workflows.steps import REFUSED

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = exposition.CONTENT_TYPE_LATEST
PATIENCE: Final = timedelta(seconds=2)  # with the counting of whole tables
FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What this process did, counted by what is handed to the parts that do it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        about = Info("sitrep_build", "The version that runs", registry=self.registry)
        about.info({"version": version("sitrep"), "python": platform.python_version()})
        self._received = self._counter("sitrep_received", "Events, commands, presses and forms from Slack", "kind")
        self._committed = self._counter("sitrep_committed", "Of these, stored and acknowledged", "kind")
        self._answer = self._histogram("sitrep_answer_seconds", "From receiving to acknowledging", FAST, "kind")
        self._commit = self._histogram("sitrep_commit_seconds", "Commits of the database", FAST)
        self._calls = self._counter("sitrep_slack_calls", "Calls to Slack", "method", "outcome")
        self._call = self._histogram("sitrep_slack_call_seconds", "Calls to Slack, with the wait for its limits", SLOW)
        self._pings = self._counter("sitrep_deadman_pings", "Pings to the dead-man address", "outcome")

    @contextmanager
    def listening(self, kind: str) -> Iterator[None]:
        """Around the function that stores what Slack sent; one that raises has not stored it."""
        began = asyncio.get_running_loop().time()
        self._received.labels(kind).inc()
        yield
        self._committed.labels(kind).inc()
        self._answer.labels(kind).observe(asyncio.get_running_loop().time() - began)

    def committed(self, seconds: float) -> None:
        self._commit.observe(seconds)

    def called(self, call: Call) -> None:
        self._calls.labels(call.method, call.outcome).inc()
        self._call.observe(call.seconds)

    def pinged(self, outcome: str) -> None:
        self._pings.labels(outcome).inc()

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, about, labels, registry=self.registry, buckets=buckets)


async def page(metrics: Metrics, report: Report, database: Database) -> bytes:
    """Everything, as text. Without a database what the record says is left out rather than told from memory."""
    record = CollectorRegistry()
    record.register(Now(report, await counted(database)))
    return generate_latest(metrics.registry) + generate_latest(record)


async def counted(database: Database) -> tuple[Totals, int] | None:
    """The totals and the number of reminders posted, or nothing when the database does not answer."""
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()), database.read() as session:
            posted = await backlog.steps_done(session, kind="nag", name=nags.LINE, refused=REFUSED)
            return await backlog.totals(session), posted
    except Exception as trouble:
        log.warning("the record could not be counted", extra={"action": "not_counted", "why": kind_of(trouble)})
        return None


class Now(Collector):
    """How it stands at this moment."""

    def __init__(self, report: Report, record: tuple[Totals, int] | None) -> None:
        self._report = report
        self._record = record

    def collect(self) -> Iterator[Metric]:
        report = self._report
        yield gauge("sitrep_ready", "1 when nothing is wrong, as on /readyz", report.ready)
        yield gauge("sitrep_slack_connected", "1 when Slack reaches us and accepts us", not report.slack)
        yield gauge("sitrep_database_up", "1 when the database answers and takes what is written", not report.database)
        if report.lag is not None:
            reminder, run = report.lag.reminder.total_seconds(), report.lag.run.total_seconds()
            yield gauge("sitrep_reminder_lag_seconds", "How long the oldest due reminder has waited", reminder)
            yield gauge("sitrep_run_lag_seconds", "How long the oldest unfinished work for Slack has waited", run)
        if self._record is not None:
            yield from totals(*self._record)


def totals(found: Totals, nags_sent: int) -> Iterator[Metric]:
    about = "Incidents on record; what was declined in triage never was one"
    yield CounterMetricFamily("sitrep_incidents_declared", about, value=found.declared)
    yield gauge("sitrep_incidents_open", "Incidents that are open, without those in triage", found.open)
    yield gauge("sitrep_incidents_triage", "What may be an incident and waits for a decision", found.triage)
    yield CounterMetricFamily("sitrep_nags_sent", "Reminders posted", value=nags_sent)
    failed = sum(count for (_, state), count in found.runs.items() if state == "failed")
    yield gauge("sitrep_runs_failed", "Work for Slack that was given up and not taken up again", failed)
    runs = GaugeMetricFamily("sitrep_runs", "Work for Slack on record", labels=("kind", "state"))
    for (kind, state), count in found.runs.items():
        runs.add_metric((kind, state), count)
    yield runs


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
