"""Everything known about an incident, read in one go and handed to whatever leaves: draft, JSON, HTML."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import actions, classifications, handoffs, incidents, messages, promises, sent
from storage import clocks as duties
from storage import drills as practice
from storage import names as known
from storage import timeline as lines
from storage.models import (
    Action,
    Classification,
    ClockQuestion,
    Drill,
    Gap,
    Handoff,
    Incident,
    Inject,
    Message,
    Promise,
    Revision,
    Role,
    Sent,
    Update,
)
from workflows import people
from workflows.clocks_view import ClockView, views
from workflows.masking import Mask, masked_row
from workflows.services import Services
from workflows.surfaces import load
from workflows.timeline import Merged, Said, TimelineLine, merged_into, messages_of, timeline
from workflows.words import PERSON, mentioned

CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, kw_only=True)
class Record:
    """Rows as they were stored, oldest first; actions that were withdrawn are left out.

    `severities` says from when on which level held. `names` are by user id, `channels` by channel id; `bots` are
    the user ids that are not people. `masked` counts the secrets by kind; `None`: `without_secrets` is yet to come.
    """

    incident: Incident
    timeline: Sequence[TimelineLine] = ()
    severities: Sequence[tuple[datetime, str]] = ()
    messages: Sequence[Said] = ()
    roles: Sequence[Role] = ()
    updates: Sequence[Update] = ()
    handoffs: Sequence[Handoff] = ()
    actions: Sequence[Action] = ()
    gaps: Sequence[Gap] = ()
    promises: Sequence[Promise] = ()
    sent: Sequence[Sent] = ()
    classifications: Sequence[Classification] = ()
    merged: Sequence[Merged] = ()
    clocks: Sequence[ClockView] = ()
    clocks_asked: ClockQuestion | None = None
    drill: Drill | None = None
    injects: Sequence[Inject] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    bots: frozenset[str] = frozenset()
    masked: Mapping[str, int] | None = None

    @property
    def ic(self) -> str | None:
        """Who is incident commander now, or was to the end."""
        return next((one.user_id for one in reversed(self.roles) if one.role == "ic" and one.ended_at is None), None)


async def read(session: AsyncSession, incident: Incident) -> Record:
    """The record of one incident. Names are those that were looked up earlier; an unknown person keeps the id."""
    entries = await lines.entries(session, incident.key)
    record = Record(
        incident=incident,
        timeline=await timeline(session, incident),
        severities=[(one.at, one.state) for one in entries if one.state and one.kind in ("declared", "severity")],
        messages=await messages_of(session, incident),
        roles=await incidents.role_history(session, incident.key),
        updates=await incidents.updates(session, incident.key),
        handoffs=await handoffs.of_incident(session, incident.key),
        actions=await actions.of_incident(session, incident.key),
        gaps=await messages.gaps_of(session, incident.key),
        promises=await promises.of_incident(session, incident.key),
        sent=await sent.of_incident(session, incident.key),
        classifications=await classifications.of_incident(session, incident.key),
        merged=await merged_into(session, incident),
        clocks=await views(session, incident.key),
        clocks_asked=await duties.question(session, incident.key),
        drill=await practice.of_incident(session, incident.key),
        injects=await practice.injects(session, incident.key),
    )
    return await with_names(session, record)


async def read_with_names(services: Services, incident_id: int) -> Record:
    """The record, after looking up in Slack who is not known by name yet."""
    async with services.database.read() as session:
        record = await read(session, await load(services, incident_id))
    await people.names(services, people_in(record))
    async with services.database.read() as session:
        return await with_names(session, record)


async def with_names(session: AsyncSession, record: Record) -> Record:
    found = await known.people(session, people_in(record))
    own = record.incident.channel_id or ""
    return replace(
        record,
        names={one.user_id: one.name for one in found},
        bots=frozenset(one.user_id for one in found if one.is_bot),
        channels=await known.channels(session, channels_in(record), own),
    )


def people_in(record: Record) -> frozenset[str]:
    """The ids of everybody who acted, spoke, reacted or was named."""
    found = {record.incident.declared_by}
    found.update(held.user_id for held in record.roles)
    found.update(line.by for line in every_line(record))
    found.update(one.by for one in record.classifications)
    found.update(update.by for update in record.updates)
    for handoff in record.handoffs:
        found.update((handoff.from_user, handoff.to_user))
    for action in record.actions:
        found.update((action.owner or "", action.created_by, action.done_by or ""))
    for promise in record.promises:
        found.update((promise.made_by, promise.ended_by or ""))
    found.update(one.by for one in record.sent)
    for view in record.clocks:
        found.update((view.clock.started_by, *(event.by for event in view.events.values())))
        found.update(step.ended_by for step in view.steps)
    for said in record.messages:
        found.add(said.message.user_id)
        found.update(user for users in said.reactions.values() for user in users)
    for text in texts(record):
        found.update(mentioned(text))
    return frozenset(one for one in found if PERSON.fullmatch(f"<@{one}>"))


def channels_in(record: Record) -> frozenset[str]:
    """The ids of the incident's own channel and of those that are named."""
    found = {match[1] for text in texts(record) for match in CHANNEL.finditer(text)}
    return frozenset(found | {record.incident.channel_id or ""})


def every_line(record: Record) -> Iterator[TimelineLine]:
    """Its own timeline, then those of what was merged into it."""
    yield from record.timeline
    for one in record.merged:
        yield from one.timeline


def texts(record: Record) -> Iterator[str]:
    """Every Slack-encoded text of the record."""
    incident = record.incident
    yield from (incident.summary, incident.impact, incident.understanding, incident.next_step, incident.close_reason)
    yield from (line.text for line in every_line(record))
    for update in record.updates:
        yield from (update.changed, update.impact, update.next_step)
    yield from (handoff.note for handoff in record.handoffs)
    yield from (action.text for action in record.actions)
    for promise in record.promises:
        yield from (promise.text, promise.to_whom, promise.reason)
    for view in record.clocks:
        yield from (step.reason for step in view.steps)
    for said in record.messages:
        yield from texts_of(said)


def without_secrets(record: Record) -> Record:
    """The record as it may leave: every text masked, and counted what was. Rows without secrets stay the same."""
    if record.masked is not None:
        return record
    mask = Mask()
    clean = masked(record, mask)
    if mask.count:
        clean = masked(clean, mask)  # what gave itself away in one place may stand in an earlier one without
    return replace(clean, masked=mask.kinds)


def masked(record: Record, mask: Mask) -> Record:
    return replace(
        record,
        incident=masked_row(record.incident, mask),
        timeline=[replace(line, text=mask(line.text)) for line in record.timeline],
        messages=masked_messages(record.messages, mask),
        updates=[masked_row(update, mask) for update in record.updates],
        handoffs=[masked_row(handoff, mask) for handoff in record.handoffs],
        actions=[masked_row(action, mask) for action in record.actions],
        gaps=[masked_row(gap, mask) for gap in record.gaps],
        promises=[masked_row(promise, mask) for promise in record.promises],
        sent=[masked_row(one, mask) for one in record.sent],
        merged=[masked_merged(one, mask) for one in record.merged],
        clocks=[masked_clock(view, mask) for view in record.clocks],
        clocks_asked=masked_row(record.clocks_asked, mask) if record.clocks_asked else None,
        drill=masked_row(record.drill, mask) if record.drill else None,
        injects=[masked_row(one, mask) for one in record.injects],
    )


def masked_merged(one: Merged, mask: Mask) -> Merged:
    lines = [replace(line, text=mask(line.text)) for line in one.timeline]
    return Merged(incident=masked_row(one.incident, mask), timeline=lines)


def masked_clock(view: ClockView, mask: Mask) -> ClockView:
    events = {name: masked_row(event, mask) for name, event in view.events.items()}
    return replace(view, events=events, steps=[masked_row(step, mask) for step in view.steps])


def masked_messages(found: Sequence[Said], mask: Mask) -> list[Said]:
    """Messages with their wordings and file names masked. There are many, so only those that change are copied."""
    quick = mask.among(text for said in found for text in texts_of(said))
    return [
        said if all(quick(text) == text for text in texts_of(said)) else masked_message(said, quick) for said in found
    ]


def texts_of(said: Said) -> Iterator[str]:
    """Everything in a message that somebody wrote."""
    yield said.message.text
    yield from (str(file.get("name", "")) for file in said.message.files)
    yield from (earlier.text for earlier in said.revisions)


def masked_message(said: Said, mask: Callable[[str], str]) -> Said:
    files = [{**file, "name": mask(str(file.get("name", "")))} for file in said.message.files]
    message = Message(**{**said.message.model_dump(), "text": mask(said.message.text), "files": files})
    revisions = [Revision(**{**one.model_dump(), "text": mask(one.text)}) for one in said.revisions]
    return replace(said, message=message, revisions=tuple(revisions))
