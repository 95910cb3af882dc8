"""`sitrep runbooks check`: what the runbooks lack, and what has none. Needs neither Slack nor a database."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows import library
from workflows.library import Library, Shelf
from workflows.policy import Policy
from workflows.runbooks import Finding


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found. `wrong` has to be put right; `advice` would make a runbook better; `bare` things have none."""

    runbooks: int
    services: int  # of the configuration, that were looked up
    alerts: int
    wrong: tuple[Finding, ...]
    advice: tuple[Finding, ...]
    stale: tuple[str, ...]
    bare_services: tuple[str, ...]
    bare_alerts: tuple[str, ...]
    trouble: str

    @property
    def good(self) -> bool:
        """Whether a script may go on: nothing is wrong, stale or without a runbook."""
        return not (self.wrong or self.stale or self.bare_services or self.bare_alerts or self.trouble)


def check(policy: Policy, today: date) -> Report:
    """Read everything once."""
    shelf = Library().look(policy)
    findings = [finding for read in shelf.reads for finding in read.findings]
    findings += library.unknown_services(shelf, policy)
    services, alerts = library.uncovered(shelf, policy)
    return Report(
        runbooks=len(shelf.reads),
        services=len(policy.services),
        alerts=len(policy.runbooks.alerts),
        wrong=tuple(one for one in findings if not one.advice),
        advice=tuple(one for one in findings if one.advice),
        stale=tuple(stale(shelf, policy, today)),
        bare_services=tuple(services),
        bare_alerts=tuple(alerts),
        trouble=shelf.trouble,
    )


def stale(shelf: Shelf, policy: Policy, today: date) -> list[str]:
    """The files that nobody has revised for too long. A missing day is a finding of its own."""
    old = [one for one in shelf.runbooks if one.updated and one.stale(today, policy.runbooks.stale_after)]
    return [f"{one.file}: last revised on {one.updated}" for one in old if not one.starter]


def in_words(report: Report, folder: object) -> str:
    """What a person reads."""
    where = f"in {folder} and the starters" if folder else "the starters alone, as no [runbooks] folder is set"
    lines = [f"{report.runbooks} runbooks: {where}.", looked_up(report)]
    lines += [f"- {report.trouble}"] if report.trouble else []
    lines += listed("To put right", map(str, report.wrong))
    lines += listed("Out of date", report.stale)
    lines += listed("Services without a runbook", report.bare_services)
    lines += listed("Alerts without a runbook", report.bare_alerts)
    lines += listed("Would make them better", map(str, report.advice))
    return "\n".join([*lines, "All good." if report.good else "Put these right and run it again."])


def looked_up(report: Report) -> str:
    """What `All good` speaks of: services and alerts that the configuration does not name cannot be missed."""
    unnamed = [
        key for key, count in (("[[service]]", report.services), ("[runbooks] alerts", report.alerts)) if not count
    ]
    hint = f" Name yours under {' and '.join(unnamed)} to learn which have none." if unnamed else ""
    services = f"{report.services} service{'' if report.services == 1 else 's'}"
    return f"Looked up for {services} and {report.alerts} alert{'' if report.alerts == 1 else 's'}.{hint}"


def listed(head: str, entries: Iterable[str]) -> list[str]:
    found = [f"  - {entry}" for entry in entries]
    return [f"{head}:", *found] if found else []


def as_json(report: Report) -> str:
    """What a script reads."""
    return json.dumps(
        {
            "ok": report.good,
            "runbooks": report.runbooks,
            "trouble": report.trouble,
            "wrong": [as_object(one) for one in report.wrong],
            "advice": [as_object(one) for one in report.advice],
            "stale": list(report.stale),
            "services_without": list(report.bare_services),
            "alerts_without": list(report.bare_alerts),
        },
        indent=2,
        ensure_ascii=False,
    )


def as_object(finding: Finding) -> dict[str, Any]:
    return {"file": finding.file, "line": finding.line, "problem": finding.sentence}
