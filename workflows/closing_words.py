"""What is said when an incident is closed. Pure."""

from collections.abc import Collection, Sequence

from storage.models import Incident, Message
from workflows import blocks
from workflows.numbers import Numbers, numbers
from workflows.policy import Policy
from workflows.ports import Post
from workflows.postmortem import file_name
from workflows.record import Record
from workflows.words import clipped, day_and_time, duration, escape, person


def closed_line(incident: Incident) -> str:
    """The line on the timeline."""
    quiet = incident.closed_at and incident.resolved_at and incident.closed_at - incident.resolved_at
    after = f" {duration(quiet)} after it was resolved" if quiet else ""
    return f"Closed{after}" + (f": {incident.close_reason}" if incident.close_reason else "")


def closing_post(record: Record, policy: Policy, by: str, *, shared: bool, canvas: bool) -> Post:
    """The last word in the channel: what was closed, in figures, where the draft is, what comes next."""
    incident = record.incident
    title = f"{incident.ref} is closed: {escape(incident.title)}"
    reason = f" Reason: {clipped(incident.close_reason, 500)}" if incident.close_reason else ""
    lines = [
        f"✅ *{title}*",
        f"Closed by {person(by)}.{reason}",
        figures_line(record, numbers(record)),
        f"*Postmortem:* {draft_line(record, shared=shared, canvas=canvas)} {due_line(incident, policy)}",
        f"*Next:* {next_line(record)}",
    ]
    return Post(text=title, blocks=(blocks.section("\n".join(lines)),))


def figures_line(record: Record, count: Numbers) -> str:
    parts = [
        f"resolved after {duration(count.to_resolve)}" if count.to_resolve is not None else "",
        f"mitigated after {duration(count.to_mitigate)}" if count.to_mitigate is not None else "",
        updates_part(count),
        f"{counted(spoken(record), 'message')} and {counted(len(record.timeline), 'timeline line')}",
        counted(len(record.actions), "follow-up"),
    ]
    line = " · ".join(part for part in parts if part)
    return line[0].upper() + line[1:]


def updates_part(count: Numbers) -> str:
    on_time = f", {count.updates_on_time} of {count.updates_due} on time" if count.updates_due else ""
    return counted(count.updates, "update") + on_time


def spoken(record: Record) -> int:
    """How many messages people wrote; joining, renaming and what bots say are on record too."""
    return sum(1 for said in record.messages if is_speech(said.message, record.bots))


def is_speech(message: Message, bots: Collection[str]) -> bool:
    return message.user_id not in bots and message.subtype in ("", "thread_broadcast", "file_share", "me_message")


def counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def draft_line(record: Record, *, shared: bool, canvas: bool) -> str:
    if not shared:
        return (
            f"the draft is written, but Slack did not take the file; `sitrep export {record.incident.ref}` prints it."
        )
    also = " and on the channel's canvas" if canvas else ""
    masked = sum((record.masked or {}).values())
    note = f" {counted(masked, 'secret')} masked in it." if masked else ""
    return f"the draft is the file `{file_name(record.incident.ref)}` in this channel{also}.{note}"


def due_line(incident: Incident, policy: Policy) -> str:
    severity = policy.severity(incident.severity)
    if incident.postmortem_due_at is None:
        return ""
    when = day_and_time(incident.postmortem_due_at)
    if severity is not None and not severity.postmortem:
        return f"At {escape(incident.severity)} finishing it is optional; {when} is a good date."
    return f"The finished document is due {when}."


def next_line(record: Record) -> str:
    """Who does what now."""
    who = f"{person(record.ic)}, please go" if record.ic else "please go"
    line = f"{who} through it with those who were there and answer its questions."
    loose = unsettled(record)
    if loose:
        line += f" Follow-up{'' if len(loose) == 1 else 's'} without owner or date: {', '.join(loose)}."
    return f"{line} If it comes back: `/incident reopen`."


def unsettled(record: Record) -> Sequence[str]:
    """The numbers of the follow-ups that are not done and lack an owner or a date."""
    return [str(one.number) for one in record.actions if one.done_at is None and not (one.owner and one.due)]
