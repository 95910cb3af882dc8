"""Duties to report in the postmortem draft: what was owed, what was sent when, and why nothing had to be. Pure."""

from storage.models import ClockState, ClockStep
from workflows import markdown
from workflows.clocks_view import ClockView
from workflows.clocks_words import limit
from workflows.markdown import titled
from workflows.postmortem_facts import Facts
from workflows.words import duration


def duties(facts: Facts) -> list[list[str]]:
    """The section, if there is anything to say; with its heading."""
    record = facts.record
    reason = record.clocks_asked.reason if record.clocks_asked is not None else ""
    if record.clocks:
        rows = [row(view, step, facts) for view in record.clocks for step in view.steps]
        lines = markdown.table(("Duty", "Report", "Due", "What became of it"), rows)
        notes = [f"- {source(view, facts)}" for view in record.clocks]
        return [["## Duties to report", "", *lines, "", *notes, ""]]
    if not reason:
        return []
    return [["## Duties to report", "", f"None applies: {markdown.inline(reason, facts.names)}", ""]]


def row(view: ClockView, step: ClockStep, facts: Facts) -> tuple[str, ...]:
    terms = view.terms(step)
    due = facts.day_and_time(step.due_at) if step.due_at is not None else limit(terms.within)
    return titled(view.kind.name), titled(terms.what), due, outcome(step, facts)


def outcome(step: ClockStep, facts: Facts) -> str:
    who = facts.who(step.ended_by) if step.ended_by else ""
    if step.state == ClockState.SUBMITTED:
        reference = f", reference {facts.text(step.reference)}" if step.reference else ""
        return f"sent {facts.day_and_time(step.ended_at)} by {who}{reference}{lateness(step)}"
    if step.state == ClockState.NOT_REQUIRED:
        return f"not required ({who}): {facts.text(step.reason)}"
    return "**still owed**" if step.state == ClockState.RUNNING else "nothing has started it"


def lateness(step: ClockStep) -> str:
    if step.due_at is None or step.ended_at is None:
        return ""
    return f", {duration(step.ended_at - step.due_at)} late" if step.ended_at > step.due_at else ", in time"


def source(view: ClockView, facts: Facts) -> str:
    events = [f"{titled(name)} {facts.day_and_time(event.at)}" for name, event in view.events.items()]
    since = f" counted from {', '.join(events)};" if events else ""
    return f"{titled(view.kind.name)}:{since} {titled(view.kind.source)}"
