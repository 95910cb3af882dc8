"""An incident's record as it leaves: JSON for scripts, Markdown and a self-contained HTML page for people. Pure."""

import html
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from markdown_it import MarkdownIt

from storage.models import Action, Classification, ClockStep, Gap, Handoff, Promise, Role, Sent, Update
from workflows.clocks_view import ClockView
from workflows.drill_record import drill_facts
from workflows.policy import Policy
from workflows.postmortem import draft
from workflows.record import Record, without_secrets
from workflows.timeline import Merged, Said, TimelineLine

# Should something in a text become markup after all, no browser runs it or loads anything for it.
NOTHING_LOADS: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.2rem; border-bottom: 1px solid #8886; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; }
blockquote { margin: .5rem 0; padding: .1rem 1rem; border-left: 4px solid #8886; opacity: .85; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: #8882; } pre { padding: .6rem; overflow-x: auto; }
li { margin: .25rem 0; overflow-wrap: anywhere; }
"""


def as_json(record: Record) -> str:
    """One object, one line per message. Times are ISO 8601 in UTC, people are Slack ids, texts as Slack has them."""
    clean = without_secrets(record)
    content: dict[str, Any] = {
        "incident": incident_facts(clean),
        "messages": [message_facts(said) for said in clean.messages],
        "timeline": [line_facts(line) for line in clean.timeline],
        "updates": [update_facts(update) for update in clean.updates],
        "roles": [role_facts(role) for role in clean.roles],
        "handoffs": [handoff_facts(handoff) for handoff in clean.handoffs],
        "actions": [action_facts(action) for action in clean.actions],
        "promises": [promise_facts(promise) for promise in clean.promises],
        "sent": [sent_facts(one) for one in clean.sent],
        "gaps": [gap_facts(gap) for gap in clean.gaps],
        "classifications": [classification_facts(one) for one in clean.classifications],
        "merged": [merged_facts(one) for one in clean.merged],
        "clocks": clocks_facts(clean),
        "drill": drill_facts(clean),
        "masked": sum((clean.masked or {}).values()),
        "names": dict(sorted(clean.names.items())),
    }
    lines = [f"{json.dumps(name)}: {json_lines(value)}" for name, value in content.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def json_lines(value: Any) -> str:
    """A list with each of its items on a line of its own: readable, quick, and easy to compare."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]" if value else "[]"


def as_markdown(record: Record, policy: Policy) -> str:
    """The postmortem draft."""
    return draft(record, policy)


def as_html(record: Record, policy: Policy) -> str:
    """The postmortem draft as one page that needs nothing else. What people wrote stays text."""
    clean = without_secrets(record).incident
    title = html.escape(f"Postmortem {clean.ref}: {clean.title}")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(draft(record, policy))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_LOADS}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


FORMATS: Final[Mapping[str, Callable[[Record, Policy], str]]] = MappingProxyType(
    {"md": as_markdown, "html": as_html, "json": lambda record, _policy: as_json(record)}
)


def iso(at: datetime | None) -> str | None:
    """`2026-11-21T14:05:00Z`, with microseconds only where there are any."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def incident_facts(record: Record) -> dict[str, Any]:
    incident = record.incident
    return {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status,
        "channel_id": incident.channel_id,
        "channel_name": incident.channel_name,
        "private": incident.private,
        "drill": incident.drill,
        "ic": record.ic,
        "service": incident.service,
        "summary": incident.summary,
        "impact": incident.impact,
        "declared_by": incident.declared_by,
        "began_at": iso(incident.began_at),
        "detected_at": iso(incident.detected_at),
        "declared_at": iso(incident.declared_at),
        "acknowledged_at": iso(incident.acknowledged_at),
        "mitigated_at": iso(incident.mitigated_at),
        "resolved_at": iso(incident.resolved_at),
        "closed_at": iso(incident.closed_at),
        "close_reason": incident.close_reason,
        "merged_into": f"INC-{incident.merged_into}" if incident.merged_into is not None else None,
        "retrospective": incident.retrospective,
        "postmortem_due_at": iso(incident.postmortem_due_at),
    }


def message_facts(said: Said) -> dict[str, Any]:
    """`revisions` are the earlier wordings, oldest first; `text` is the newest, also of a deleted message."""
    message = said.message
    return {
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user_id,
        "text": message.text,
        "edited_at": iso(message.edited_at),
        "deleted_at": iso(message.deleted_at),
        "revisions": [{"ts": earlier.revised_ts, "text": earlier.text} for earlier in said.revisions],
        "files": [{"id": file.get("id"), "name": file.get("name")} for file in message.files],
        "reactions": {name: list(users) for name, users in said.reactions.items()},
    }


def line_facts(line: TimelineLine) -> dict[str, Any]:
    return {
        "at": iso(line.at),
        "recorded_at": iso(line.recorded_at),
        "kind": line.kind,
        "by": line.by,
        "text": line.text,
        "ts": line.ts,
    }


def update_facts(update: Update) -> dict[str, Any]:
    return {
        "at": iso(update.at),
        "by": update.by,
        "status": update.status,
        "severity": update.severity,
        "changed": update.changed,
        "impact": update.impact,
        "next_step": update.next_step,
        "due_at": iso(update.due_at),
        "next_due_at": iso(update.next_due_at),
    }


def role_facts(role: Role) -> dict[str, Any]:
    return {"role": role.role, "user": role.user_id, "from": iso(role.began_at), "to": iso(role.ended_at)}


def handoff_facts(handoff: Handoff) -> dict[str, Any]:
    return {
        "from": handoff.from_user,
        "to": handoff.to_user,
        "state": handoff.state,
        "note": handoff.note,
        "proposed_at": iso(handoff.proposed_at),
        "answered_at": iso(handoff.answered_at),
    }


def action_facts(action: Action) -> dict[str, Any]:
    return {
        "number": action.number,
        "text": action.text,
        "owner": action.owner,
        "due": action.due or iso(action.due_at),
        "during": action.during,
        "created_by": action.created_by,
        "created_at": iso(action.created_at),
        "done_at": iso(action.done_at),
        "done_by": action.done_by,
        "ts": action.source_ts,
    }


def promise_facts(promise: Promise) -> dict[str, Any]:
    return {
        "number": promise.number,
        "text": promise.text,
        "to_whom": promise.to_whom,
        "due_at": iso(promise.due_at),
        "first_due_at": iso(promise.first_due_at),
        "made_by": promise.made_by,
        "made_at": iso(promise.made_at),
        "state": promise.state,
        "ended_at": iso(promise.ended_at),
        "ended_by": promise.ended_by,
        "reason": promise.reason,
    }


def sent_facts(one: Sent) -> dict[str, Any]:
    """`text` is plain, as it left; without a `channel_id` it was copied, to be sent by hand."""
    return {
        "template": one.template,
        "at": iso(one.at),
        "by": one.by,
        "to_whom": one.to_whom,
        "channel_id": one.channel_id,
        "ts": one.ts,
        "text": one.text,
    }


def clocks_facts(record: Record) -> dict[str, Any]:
    """Duties to report. `none` is why none applies; nothing where some may, or nobody has said."""
    asked = record.clocks_asked
    return {
        "asked_at": iso(asked.asked_at) if asked else None,
        "answered_at": iso(asked.answered_at) if asked else None,
        "answered_by": asked.answered_by or None if asked else None,
        "none": asked.reason or None if asked else None,
        "kinds": [clock_facts(view) for view in record.clocks],
    }


def clock_facts(view: ClockView) -> dict[str, Any]:
    return {
        "kind": view.kind.key,
        "name": view.kind.name,
        "source": view.kind.source,
        "started_by": view.clock.started_by,
        "started_at": iso(view.clock.started_at),
        "events": [
            {
                "event": event.event,
                "at": iso(event.at),
                "first_at": iso(event.first_at),
                "by": event.by,
                "recorded_at": iso(event.recorded_at),
                "reason": event.reason,
            }
            for event in view.events.values()
        ],
        "reports": [report_facts(view, step) for step in view.steps],
    }


def report_facts(view: ClockView, step: ClockStep) -> dict[str, Any]:
    """`due_at` is empty where the law gives no number, and while nothing has started the report's time."""
    return {
        "report": step.step,
        "to": view.terms(step).to,
        "state": step.state,
        "began_at": iso(step.began_at),
        "due_at": iso(step.due_at),
        "ended_at": iso(step.ended_at),
        "by": step.ended_by or None,
        "recorded_at": iso(step.recorded_at),
        "reference": step.reference,
        "reason": step.reason,
    }


def gap_facts(gap: Gap) -> dict[str, Any]:
    return {"from_ts": gap.from_ts, "to_ts": gap.to_ts, "reason": gap.reason}


def classification_facts(one: Classification) -> dict[str, Any]:
    """What the severity classifier was told, question by question, and where that led."""
    return {"at": iso(one.at), "by": one.by, "level": one.level, "answers": one.answers}


def merged_facts(one: Merged) -> dict[str, Any]:
    """An incident that goes on in this one."""
    incident = one.incident
    return {
        "ref": incident.ref,
        "title": incident.title,
        "severity": incident.severity,
        "channel_id": incident.channel_id,
        "declared_at": iso(incident.declared_at),
        "timeline": [line_facts(line) for line in one.timeline],
    }
