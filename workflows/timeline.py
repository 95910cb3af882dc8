"""The timeline as people read it: what was put there on purpose, and the messages that people marked.

A mark is derived whenever the timeline is read, so it follows edits, deletions and taken-back reactions by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import merges, messages
from storage import timeline as lines
from storage.models import Entry, Incident, Message, Reaction, Revision
from workflows.policy import MARKS
from workflows.words import escape, safe, ts_time


@dataclass(frozen=True, kw_only=True)
class TimelineLine:
    """`at` is when it happened, `recorded_at` when it was put on the timeline; `text` is Slack-encoded.

    `by` is a Slack user id or `sitrep`; for a marked message it is who wrote it, and `ts` is the message.
    """

    at: datetime
    recorded_at: datetime
    kind: str
    by: str
    text: str
    ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message with everything that belongs to it. `reactions` maps an emoji to who gave it."""

    message: Message
    reactions: Mapping[str, tuple[str, ...]]
    revisions: tuple[Revision, ...]


@dataclass(frozen=True, kw_only=True)
class Merged:
    """An incident that goes on in another one, with what happened in it until then."""

    incident: Incident
    timeline: Sequence[TimelineLine]


async def merged_into(session: AsyncSession, incident: Incident) -> list[Merged]:
    """What goes on in this incident. One that has become private since is told in private ones only."""
    found = [one for one in await merges.of(session, incident.key) if incident.private or not one.private]
    return [Merged(incident=one, timeline=await timeline(session, one)) for one in found]


async def timeline(session: AsyncSession, incident: Incident) -> list[TimelineLine]:
    """Everything on the timeline, in the order in which it happened."""
    entries = await lines.entries(session, incident.key)
    marks = await messages.marks_of(session, incident.key)
    wanted = {mark.ts for mark in marks} | {entry.source_ts for entry in entries if is_mark(entry)}
    said = await messages.some(session, incident.key, sorted(ts for ts in wanted if ts))
    return merged(entries, marks, {message.ts: message for message in said})


async def messages_of(session: AsyncSession, incident: Incident) -> list[Said]:
    """Everything said, in the order in which it was written."""
    reactions: dict[str, dict[str, list[str]]] = {}
    for one in await messages.reactions_of(session, incident.key):
        reactions.setdefault(one.ts, {}).setdefault(one.name, []).append(one.user_id)
    revisions: dict[str, list[Revision]] = {}
    for earlier in await messages.revisions_of(session, incident.channel_id or ""):
        revisions.setdefault(earlier.ts, []).append(earlier)
    return [
        Said(
            message=message,
            reactions={name: tuple(users) for name, users in reactions.get(message.ts, {}).items()},
            revisions=tuple(revisions.get(message.ts, ())),
        )
        for message in await messages.of_incident(session, incident.key)
    ]


def merged(entries: Iterable[Entry], marks: Iterable[Reaction], said: Mapping[str, Message]) -> list[TimelineLine]:
    """One line per entry and one per marked message and kind, ordered by when it happened."""
    found: list[TimelineLine] = []
    marked: dict[tuple[str, str], TimelineLine] = {}
    for entry in entries:
        message = said.get(entry.source_ts or "") if is_mark(entry) else None
        if message is None:
            found.append(entry_line(entry))
        else:
            keep_first(marked, mark_line(message, entry.kind, entry.recorded_at))
    for mark in marks:
        message = said.get(mark.ts)
        if message is not None:  # a reaction may arrive before its message
            keep_first(marked, mark_line(message, mark.kind, mark.at))
    # Within one instant messages come in their own order, after what the bot noted.
    return sorted([*found, *marked.values()], key=lambda line: (line.at, line.ts or ""))


def keep_first(marked: dict[tuple[str, str], TimelineLine], line: TimelineLine) -> None:
    """However many people mark a message in one way, it is one line, recorded when the first did."""
    key = (line.ts or "", line.kind)
    known = marked.get(key)
    if known is None or line.recorded_at < known.recorded_at:
        marked[key] = line


def is_mark(entry: Entry) -> bool:
    """Whether an entry stands for a message, and so says what the message says."""
    return entry.source_ts is not None and entry.kind in MARKS


def entry_line(entry: Entry) -> TimelineLine:
    return TimelineLine(
        at=entry.at,
        recorded_at=entry.recorded_at,
        kind=entry.kind,
        by=entry.by,
        text=entry.text,
        ts=entry.source_ts,
    )


def mark_line(message: Message, kind: str, recorded_at: datetime) -> TimelineLine:
    return TimelineLine(
        at=ts_time(message.ts),
        recorded_at=recorded_at,
        kind=kind,
        by=message.user_id,
        text=shown_text(message),
        ts=message.ts,
    )


def shown_text(message: Message) -> str:
    """What a marked message says now, its files, and whether it was deleted."""
    parts = [safe(message.text).strip(), shared_files(message.files)]
    if message.deleted_at is not None:
        parts.append("(this message was deleted)")
    return " ".join(part for part in parts if part)


def shared_files(files: Sequence[Mapping[str, str]]) -> str:
    if not files:
        return ""
    return f"[shared {', '.join(escape(str(file['name'])) for file in files)}]"
