"""What somebody may want to do with an incident now: the buttons of its card. Pure.

A row holds at most five: the four that are likeliest at this point, and the others behind ⋯. Free roles have a row of
their own, as whoever reads it may not be whoever leads.
"""

from typing import Final

from storage.models import Status
from workflows import blocks
from workflows.blocks import Block
from workflows.overview import Overview
from workflows.role_words import take_buttons

MOST: Final = 5  # of a row, ⋯ counted

# Label and action id, likeliest first. A runbook that fits comes second, what was approved in advance last.
WANTED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    Status.TRIAGE: (
        ("Accept as incident", "triage_accept"),
        ("Decline", "triage_decline"),
        ("Severity", "severity_open"),
        ("Post update", "update_open"),
        ("Hand over", "handoff_open"),
    ),
    Status.INVESTIGATING: (
        ("Post update", "update_open"),
        ("Mitigated", "status_mitigated"),
        ("Escalate", "escalate_open"),
        ("Hand over", "handoff_open"),
        ("Identified", "status_identified"),
        ("Resolved", "status_resolved"),
        ("Severity", "severity_open"),
    ),
    Status.IDENTIFIED: (
        ("Post update", "update_open"),
        ("Mitigated", "status_mitigated"),
        ("Escalate", "escalate_open"),
        ("Hand over", "handoff_open"),
        ("Resolved", "status_resolved"),
        ("Severity", "severity_open"),
    ),
    Status.MITIGATED: (
        ("Post update", "update_open"),
        ("Resolved", "status_resolved"),
        ("Hand over", "handoff_open"),
        ("Escalate", "escalate_open"),
        ("Severity", "severity_open"),
    ),
    Status.RESOLVED: (("Close", "close_open"), ("Post update", "update_open"), ("Reopen", "status_reopen")),
}
ENDED: Final = (("Reopen", "status_reopen"),)
AT_WORK: Final = (Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED)


def button_rows(view: Overview) -> list[Block]:
    """The rows below the card, or below what is said about the incident elsewhere."""
    about = str(view.incident.id)
    rows = [blocks.actions(folded(wanted(view, about)), block_id="card")]
    if view.incident.status in AT_WORK and view.free_roles:
        rows.append(blocks.actions(take_buttons(view.free_roles, about), block_id="roles"))
    return rows


def wanted(view: Overview, about: str) -> list[Block]:
    """Everything that makes sense now, likeliest first."""
    status = view.incident.status
    found = [blocks.button(label, action, about) for label, action in WANTED.get(status, ENDED)]
    if status in WANTED:
        found[0] = {**found[0], "style": "primary"}
    if status not in AT_WORK:
        return found
    runbook = view.runbook
    if runbook is not None and runbook.started_at is None:
        found.insert(1, blocks.button("Start runbook", "runbook_start", f"{about}.{runbook.slug}"))
    if view.hooks:
        found.append(blocks.button("Remediate", "remediate_open", about))
    return found


def folded(buttons: list[Block]) -> list[Block]:
    """At most five: what is too much goes behind ⋯."""
    if len(buttons) <= MOST:
        return buttons
    return [*buttons[: MOST - 1], blocks.overflow("more", buttons[MOST - 1 :])]
