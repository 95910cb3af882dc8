"""What people can see of a workspace, and what is on record, as values that two runs of a story can be compared by."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import SQLModel, select

from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from bot.practice.workspace import Workspace
from storage.models import (
    Action,
    Checklist,
    ChecklistStep,
    ClockEvent,
    ClockStep,
    Drill,
    Entry,
    Escalation,
    Handoff,
    Incident,
    Inject,
    Promise,
    Reminder,
    Role,
    Run,
    Sent,
    Summons,
    Surface,
    Update,
    Vacancy,
    WarRoom,
)
from storage.models import Message as Kept
from tests.bot_process import look_into

Picture = dict[str, dict[str, Any]]
# What is kept for us alone, or differs between two runs that people cannot tell apart.
OURS = {
    "id",
    "press",
    "version",
    "channel_id",
    "ts",
    "shown",
    "recorded_at",
    "revised_ts",
    "worded_ts",
    "source_ts",
    "sent_at",
}
CHANNEL = re.compile(r"\bC0[0-9A-Z]{9}\b")
LATE = re.compile(r"INC-\d+: (it is on record|now it is done)")
MOMENT = re.compile(r"\b\d{1,2} s\b")
LEFT = re.compile(r"\b\d+ (?=min left\b)")  # as it was when Slack took the line, which may be a pause later
COMPARED: tuple[type[SQLModel], ...] = (
    Action,
    Checklist,
    ChecklistStep,
    ClockEvent,
    ClockStep,
    Drill,
    Entry,
    Escalation,
    Handoff,
    Incident,
    Inject,
    Promise,
    Reminder,
    Role,
    Sent,
    Summons,
    Update,
    Vacancy,
    WarRoom,
)


def picture(workspace: Workspace) -> Picture:
    """Every channel by name, with everything in it. Lines are sorted: what is independent may come in any order."""
    channels = workspace.channels
    assert len({channel.name for channel in channels}) == len(channels)
    return {channel.name: seen(workspace, channel) for channel in channels} | personal(workspace)


def seen(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    names = {person.id: person.name for person in workspace.people} | {workspace.bot_user_id: "Sitrep"}
    return {
        "topic": channel.topic,
        "purpose": channel.purpose,
        "members": sorted(names.get(member, member) for member in channel.members),
        "lines": sorted(LEFT.sub("", message.shown) for message in channel.messages),
        "replies": sorted(reply.shown for message in channel.messages for reply in message.replies),
        "pinned": [message.shown for message in channel.pinned],
        "bookmarks": [bookmark["title"] for bookmark in channel.bookmarks],
    }


def personal(workspace: Workspace) -> Picture:
    """Direct messages and home tabs. Word that something takes long is left out: only a disturbed run has it."""
    found: Picture = {
        person.name: {
            "direct": sorted(MOMENT.sub("0 s", line.shown) for line in lasting(person.dm.messages)),
            "home": person.home,
        }
        for person in workspace.people
    }
    return found | {"files": {"names": sorted(file.name for file in workspace.files)}}


def lasting(messages: Iterable[Message]) -> list[Message]:
    return [message for message in messages if not LATE.match(message.shown)]


async def recorded(database_url: str) -> dict[str, list[Any]]:
    """Everything on record that people could ask for, every row a value; sorted, so that order does not matter."""
    async with look_into(database_url) as session:
        found: dict[str, list[Any]] = {
            table.__name__: sorted(as_value(row.model_dump()) for row in await session.exec(select(table)))
            for table in COMPARED
        }
        surfaces = [one for one in await session.exec(select(Surface)) if not one.kind.startswith("postmortem")]
        found["said"] = sorted(
            (LEFT.sub("", CHANNEL.sub("C", kept.text)), kept.user_id, kept.deleted_at is not None)
            for kept in await session.exec(select(Kept))
            if kept.subtype != "channel_join"  # our own may come before we know the channel; who is in is seen
        )
        found["surfaces"] = sorted(surface.kind for surface in surfaces)
        found["undone"] = sorted(run.key for run in await session.exec(select(Run)) if run.state != "done")
    found["Reminder"] = [row for row in found["Reminder"] if "'patience'" not in row]
    return found


def as_value(row: Mapping[str, Any]) -> str:
    """A row as text, without what is ours and with all channels called alike."""
    # That others were told, or what happened in a drill, is noted when it was.
    ours = OURS | {"at"} if row.get("kind") in {"nag", "inject"} else OURS
    return CHANNEL.sub("C", repr({name: to_the_second(value) for name, value in row.items() if name not in ours}))


def to_the_second(value: Any) -> Any:
    return value.replace(microsecond=0) if isinstance(value, datetime) else value
