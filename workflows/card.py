"""The faces of an incident: card, topic, announcement. Pure: the same record gives the same words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from storage.models import Incident, Status
from workflows import blocks, catalogue, clocks_words, war_room
from workflows.blocks import Block
from workflows.card_buttons import button_rows
from workflows.drills import label
from workflows.masking import Mask, masked_row
from workflows.overview import Overview
from workflows.ports import Post
from workflows.role_words import ROLE_NAMES
from workflows.words import clock_time, day_and_time, escape, in_line, person

KEPT: Final = "Everything said in this channel is kept for the record."
SIGNS: Mapping[str, str] = {
    Status.TRIAGE: "⚪",
    Status.INVESTIGATING: "🔴",
    Status.IDENTIFIED: "🟠",
    Status.MITIGATED: "🟡",
    Status.RESOLVED: "🟢",
    Status.CLOSED: "✅",
    Status.CANCELLED: "⚫",
    Status.MERGED: "⚫",
}


def card(view: Overview) -> Post:
    """The pinned message: at most twelve lines and the buttons that make sense now."""
    rows = (blocks.section("\n".join(card_lines(view))), *button_rows(view), blocks.context(KEPT))
    return Post(text=summary_line(view), blocks=rows)


def card_lines(view: Overview) -> list[str]:
    incident = view.incident
    lines = [
        f"{sign(view)} {label(incident)}*{incident.ref} · {escape(incident.title)}*",
        severity_line(view),
        status_line(view),
        f"*Impact:* {incident.impact or 'not described yet – add it with the next update'}",
    ]
    if incident.understanding:
        lines.append(f"*Now:* {in_line(incident.understanding, 600)}")
    if incident.next_step:
        lines.append(f"*Next:* {in_line(incident.next_step, 300)}")
    lines.append(roles_line(view))
    if view.handoff is not None:
        handoff = view.handoff
        lines.append(
            f"*Handoff:* {person(handoff.to_user)} has been asked to take over from {person(handoff.from_user)}"
        )
    lines.append(due_line(view) + promised_outside(view))
    to_report = clocks_words.card_line(view.clocks, view.clocks_asked)
    if to_report:
        lines.append(to_report)
    service = catalogue.card_line(view.service) if view.service is not None else ""
    tools = [call_line(view), service, runbook_line(view)]
    if any(tools):
        lines.append(" · ".join(line for line in tools if line))
    return lines


def call_line(view: Overview) -> str:
    """Where people talk, until nobody does any more."""
    over = view.incident.status in (Status.CLOSED, Status.CANCELLED, Status.MERGED)
    return "" if over or not view.call_url else f"📞 {war_room.shown(view.call_url, 'Join the call')}"


def runbook_line(view: Overview) -> str:
    """The runbook that fits, or that people work through."""
    if view.runbook is None:
        return ""
    state = "fits" if view.runbook.started_at is None else "started, see its checklist"
    return f"📖 *{escape(view.runbook.title)}* ({state})"


def sign(view: Overview) -> str:
    return SIGNS[view.incident.status]


def severity_line(view: Overview) -> str:
    severity = view.severity
    meaning = f": {severity.definition}" if severity.definition else ""
    return f"*{escape(severity.level)}* {escape(severity.name)}{escape(meaning)}{privacy(view.incident)}"


def privacy(incident: Incident) -> str:
    """That what is said here stays here."""
    what = "Private: security incident" if incident.kind == "security" else "Private"
    return f" · 🔒 {what}, not to be spoken of elsewhere" if incident.private else ""


def status_line(view: Overview) -> str:
    incident = view.incident
    began = incident.began_at or incident.declared_at
    status = f"{incident.status} – is it an incident?" if incident.status == Status.TRIAGE else incident.status
    line = f"*Status:* {status} · began {day_and_time(began)}"
    if incident.status == Status.MERGED and incident.merged_into is not None:
        return f"{line} · goes on in INC-{incident.merged_into}"
    if incident.status == Status.CANCELLED and incident.close_reason:
        return f"{line} · {in_line(incident.close_reason, 300)}"
    ended = incident.resolved_at
    if incident.is_open or ended is None:
        # Slack says “52 minutes ago” there, and keeps it true.
        return f"{line} (<!date^{int(began.timestamp())}^{{ago}}|since {began:%H:%M} UTC>)"
    return f"{line} · resolved {day_and_time(ended)}"


def roles_line(view: Overview) -> str:
    held = [
        f"{name} {', '.join(person(user) for user in view.roles[role])}"
        for role, name in ROLE_NAMES.items()
        if view.roles.get(role)
    ]
    free = [f"{ROLE_NAMES.get(role, role)} _free_" for role in view.free_roles]
    return "*Roles:* " + " · ".join(held + free)


def due_line(view: Overview) -> str:
    incident = view.incident
    if not incident.is_open:
        return f"*Updates:* none due, the incident is {incident.status}"
    if incident.snoozed_until is not None:
        return f"*Next update:* snoozed until {clock_time(incident.snoozed_until)}"
    if incident.update_due_at is None:
        return f"*Next update:* no cadence at {escape(view.severity.level)}"
    return f"*Next update due:* {clock_time(incident.update_due_at)}"


def promised_outside(view: Overview) -> str:
    """The promise that is due next, so that nobody forgets it; on the line of the next update."""
    if not view.promises:
        return ""
    first, more = view.promises[0], len(view.promises) - 1
    whom = f" to {in_line(first.to_whom, 60)}" if first.to_whom else ""
    others = f" and {more} more" if more else ""
    return f" · *Promised outside:* {in_line(first.text, 100)} by {clock_time(first.due_at)}{whom}{others}"


def summary_line(view: Overview) -> str:
    """The whole state in one line, for notifications and lists."""
    incident = view.incident
    ic = f" · IC {person(view.ic)}" if view.ic else " · no IC"
    named = f"{label(incident)}{incident.ref} {escape(incident.severity)}"
    return f"{named} {incident.status}: {escape(incident.title)}{ic}"


def topic(view: Overview, names: Mapping[str, str]) -> str:
    """The channel's topic, Slack-encoded. Slack formats nothing there, but shows it in a message of the channel."""
    incident = view.incident
    ic = f"IC {names.get(view.ic, view.ic)}" if view.ic else "no IC"
    state = f"{label(incident)}{incident.severity} · {incident.status} · {ic}"
    return in_line(escape(f"{state} · {incident.ref} {incident.title}"), 250)


def announcement(view: Overview) -> Post:
    """What the announcement channel shows: short, and always current. What may be an incident is one line of it.

    Secrets in it are masked: more people read it than work on the incident.
    """
    view = replace(view, incident=masked_row(view.incident, Mask()))
    incident = view.incident
    if incident.status == Status.TRIAGE or (incident.status == Status.CANCELLED and incident.acknowledged_at is None):
        return quiet_announcement(view)
    where = f" · <#{incident.channel_id}>" if incident.channel_id else ""
    lines = [f"{sign(view)} {label(incident)}*{incident.ref} · {escape(incident.severity)} · {escape(incident.title)}*"]
    ic = f"IC {person(view.ic)}" if view.ic else "no IC"
    lines.append(f"{incident.status.capitalize()} · {ic}{where}")
    if incident.impact:
        lines.append(f"*Impact:* {in_line(incident.impact, 300)}")
    if incident.understanding:
        lines.append(f"*Now:* {in_line(incident.understanding, 300)}")
    if incident.is_open and view.free_roles:
        lines.append(f"*Needed:* {', '.join(ROLE_NAMES.get(role, role) for role in view.free_roles)}")
    lines.append(due_line(view))
    return Post(text=summary_line(view), blocks=(blocks.section("\n".join(lines)),))


def quiet_announcement(view: Overview) -> Post:
    """Small print: somebody looks whether it is an incident, or it turned out to be none."""
    incident = view.incident
    where = f" · <#{incident.channel_id}>" if incident.channel_id else ""
    said = f"declined: {in_line(incident.close_reason, 300)}" if incident.close_reason else "maybe an incident"
    line = f"{sign(view)} {label(incident)}{incident.ref} {escape(incident.title)} – {said}{where}"
    return Post(text=summary_line(view), blocks=(blocks.context(line),))


def ready_form(text: str) -> Block:
    """What the declare form turns into when the channel is ready."""
    return blocks.notice("Incident declared", [blocks.section(text)])
