"""Who did what with an incident, when and how: what was asked for by word, button and form, what reactions marked, who
came and went, who was refused, and who took the record out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audits, names
from storage.models import ChannelMember, Deed, Entry, Incident, Reaction
from workflows.masking import Mask
from workflows.words import PERSON, mentioned, plain


@dataclass(frozen=True, kw_only=True)
class Done:
    """One line. `how` is command, button, form, shortcut, mention, cli, reaction, channel, or empty for what was done
    before that was kept; `outcome` is changed, looked, refused or exported; `text` is plain, with secrets masked."""

    at: datetime
    by: str
    how: str
    verb: str
    outcome: str
    text: str = ""
    ref: str = ""


async def of_incident(session: AsyncSession, incident: Incident) -> list[Done]:
    """Everything, in the order in which it happened."""
    key = incident.key
    deeds = await audits.of_incident(session, key)
    # Lines that were taken off the timeline again count too.
    entries = (await session.exec(select(Entry).where(Entry.incident_id == key).order_by(col(Entry.id)))).all()
    marks = (await session.exec(select(Reaction).where(Reaction.incident_id == key, Reaction.kind != ""))).all()
    rooms = (await session.exec(select(ChannelMember).where(ChannelMember.incident_id == key))).all()
    found = [*of_deeds(deeds, entries, incident.ref), *of_marks(marks), *of_rooms(rooms)]
    return sorted(found, key=lambda one: one.at)


def of_deeds(deeds: Sequence[Deed], entries: Sequence[Entry], ref: str) -> Iterator[Done]:
    """Each deed with the lines that it put on the timeline; then the lines of people that no deed is known for."""
    lines: dict[tuple[datetime, str], list[str]] = {}
    for entry in entries:
        lines.setdefault((entry.recorded_at, entry.by), []).append(entry.text)
    for deed in deeds:
        text = "; ".join([*lines.pop((deed.at, deed.by), []), *([deed.detail] if deed.detail else [])])
        yield Done(at=deed.at, by=deed.by, how=deed.how, verb=deed.verb, outcome=deed.outcome, text=text, ref=ref)
    for entry in entries:
        if (entry.recorded_at, entry.by) in lines and entry.by != "sitrep":
            yield Done(at=entry.recorded_at, by=entry.by, how="", verb=entry.kind, outcome="changed", text=entry.text)


def of_marks(marks: Iterable[Reaction]) -> Iterator[Done]:
    for mark in marks:
        verb = "unmark" if mark.removed else "mark"
        text = f":{mark.name}: {mark.kind} on message {mark.ts}"
        yield Done(at=mark.at, by=mark.user_id, how="reaction", verb=verb, outcome="changed", text=text)


def of_rooms(rooms: Iterable[ChannelMember]) -> Iterator[Done]:
    for room in rooms:
        if room.joined_at is not None:
            yield Done(at=room.joined_at, by=room.user_id, how="channel", verb="join", outcome="changed")
        if room.left_at is not None:
            yield Done(at=room.left_at, by=room.user_id, how="channel", verb="leave", outcome="changed")


async def notable(session: AsyncSession) -> list[Done]:
    """Refusals and exports of all incidents, in the order in which they happened."""
    return [
        Done(
            at=deed.at,
            by=deed.by,
            how=deed.how,
            verb=deed.verb,
            outcome=deed.outcome,
            text=deed.detail,
            ref=f"INC-{deed.incident_id}" if deed.incident_id is not None else "",
        )
        for deed in await audits.notable(session)
    ]


async def people_in(session: AsyncSession, found: Iterable[Done]) -> Mapping[str, str]:
    """The names of everybody who acted or was named, as far as they are on record."""
    ids = {one.by for one in found} | {user for one in found for user in mentioned(one.text)}
    known = await names.people(session, [one for one in ids if PERSON.fullmatch(f"<@{one}>")])
    return {one.user_id: one.name for one in known}


def readable(found: Sequence[Done], people: Mapping[str, str]) -> list[dict[str, str]]:
    """As rows of words: times ISO 8601 in UTC, secrets masked, ids beside names."""
    mask = Mask()
    return [
        {
            "at": one.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "by": one.by,
            "name": people.get(one.by, ""),
            "how": one.how,
            "verb": one.verb,
            "outcome": one.outcome,
            "incident": one.ref,
            "text": " ".join(mask(plain(one.text, people)).split()),
        }
        for one in found
    ]
