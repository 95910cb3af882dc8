"""The links at the top of an incident's channel: card, runbooks, dashboards, status page, postmortem draft.

What should be there follows from the record; what was put there is a surface per link. A link is changed where it
changed, and nothing is asked of Slack while nothing did. What people remove stays removed, and what they put there
themselves is left alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import homes, incidents, runs
from storage.models import Incident, Surface
from workflows.links import message_link
from workflows.overview import Overview, overview
from workflows.policy import Link
from workflows.ports import Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape

KIND: Final = "bookmarks"
MARK: Final = "bookmark:"  # how the kinds of their surfaces begin
GONE: Final = "gone"  # shown, of one that somebody removed
MOST: Final = 20  # of Slack's hundred: the rest is for people


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """One link. `slot` is what it is for: it stays when title or address change."""

    slot: str
    link: Link

    @property
    def kind(self) -> str:
        return MARK + self.slot

    @property
    def digest(self) -> str:
        return short_hash(f"{self.link.title}\n{self.link.url}")


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def wanted(view: Overview, services: Services, *, card_ts: str, draft_ts: str) -> Sequence[Bookmark]:
    """What should be there, most wanted first."""
    return list(all_wanted(view, services, card_ts, draft_ts))[:MOST]


def all_wanted(view: Overview, services: Services, card_ts: str, draft_ts: str) -> Iterator[Bookmark]:
    """Whoever adds a kind of link (a call, a ticket) yields it here, with a slot of its own."""
    team_url, channel_id = services.slack.team_url, view.incident.channel_id or ""
    if card_ts and team_url:
        yield Bookmark(slot="card", link=Link(title="Card", url=message_link(team_url, channel_id, card_ts)))
    if view.call_url:
        yield Bookmark(slot="call", link=Link(title="Call", url=view.call_url))
    service = view.service
    for link in (*service.runbooks, *service.dashboards) if service is not None else ():
        yield Bookmark(slot=f"link-{short_hash(link.url)}", link=link)
    if services.policy.status_page:
        yield Bookmark(slot="status-page", link=Link(title="Status page", url=services.policy.status_page))
    if draft_ts and team_url:
        address = message_link(team_url, channel_id, draft_ts)
        yield Bookmark(slot="postmortem", link=Link(title="Postmortem draft", url=address))


def differ(there: Sequence[Bookmark], shown: Mapping[str, Surface]) -> bool:
    """Whether anything has to be added, changed or taken away."""
    kinds = {one.kind for one in there}
    if any(kind.startswith(MARK) and kind not in kinds for kind in shown):
        return True
    return any(not settled(shown.get(one.kind), one) for one in there)


def settled(surface: Surface | None, bookmark: Bookmark) -> bool:
    return surface is not None and surface.shown in (bookmark.digest, GONE)


async def look(services: Services, incident: Incident) -> tuple[Sequence[Bookmark], Mapping[str, Surface]]:
    """What should be there, and every surface of the incident by its kind."""
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
        return await look_from(session, services, view)


async def look_from(
    session: AsyncSession, services: Services, view: Overview
) -> tuple[Sequence[Bookmark], Mapping[str, Surface]]:
    """The same, from what has been read of the incident."""
    key = view.incident.key
    shown = {surface.kind: surface for surface in await incidents.surfaces(session, key)}
    drafts = await homes.last_words(session, [key])
    card_ts = shown["card"].ts if "card" in shown else ""
    return wanted(view, services, card_ts=card_ts, draft_ts=drafts.get(key, "")), shown


async def keep_current(services: Services, incident_id: int) -> None:
    """The record changed: owe the links if they differ from what was put there."""
    await follow(services, incident_id, *await look(services, await load(services, incident_id)))


async def follow(services: Services, incident_id: int, there: Sequence[Bookmark], shown: Mapping[str, Surface]) -> None:
    """The same for who has looked already."""
    if not differ(there, shown):
        return
    key, now = f"{KIND}:{incident_id}", services.clock.now()
    async with services.database.write() as session:
        # One lane for all incidents: Slack takes twenty a minute, and a storm of them must leave room for other work.
        await runs.owe(session, kind=KIND, key=key, lane=KIND, now=now, incident_id=incident_id, args={})
    services.bell.ring()


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Add, change and take away what differs, one after the other, so that they stand in order."""
    incident = await load(services, run.incident_id)
    channel_id = incident.channel_id
    if channel_id is None:
        return
    there, shown = await look(services, incident)
    for kind, surface in shown.items():
        if kind.startswith(MARK) and kind not in {one.kind for one in there}:
            await run.attempt(f"off {surface.shown}", partial(take_off, run, services, surface), loss="")
    for one in there:
        known = shown.get(one.kind)
        if settled(known, one):
            continue
        put = partial(put_up, run, services, channel_id, one, known)
        loss = f"The bookmark “{escape(one.link.title)}” could not be added"
        await run.attempt(f"{one.kind} {one.digest}", put, loss=loss)


async def put_up(run: Run, services: Services, channel_id: str, wanted: Bookmark, there: Surface | None) -> str:
    """Add a link, or change the one of its slot. A repeat finds what an earlier entry added."""
    decor, link = services.slack.decor, wanted.link
    surface = there or Surface(incident_id=run.incident_id, kind=wanted.kind, channel_id=channel_id)
    before, surface.shown = surface.shown, wanted.digest
    if surface.ts:
        try:
            await decor.change_bookmark(channel_id, surface.ts, link.title, link.url)
        except Refused as refused:
            if refused.error != "not_found":
                raise
            surface.ts, surface.shown = "", GONE
    else:
        surface.ts = await decor.bookmark(channel_id, link.title, link.url)
    await keep(run, services, surface, f"{wanted.kind} {before}")
    return surface.ts


async def take_off(run: Run, services: Services, surface: Surface) -> str:
    """Take a link away that is no longer wanted; one of somebody else is only forgotten."""
    if surface.ts:
        await services.slack.decor.remove_bookmark(surface.channel_id, surface.ts)
    async with services.database.write() as session:
        stored = await session.get(Surface, surface.id)
        if stored is not None:
            await session.delete(stored)
        done = [f"{surface.kind} {surface.shown}"]
        await runs.forget_results(session, run_id=run.row.id or 0, names=done)
    return "gone"


async def keep(run: Run, services: Services, surface: Surface, before: str) -> None:
    """The surface is the result. What was there before may be wanted again one day, so its step is forgotten."""
    async with services.database.write() as session:
        await session.merge(surface)
        await runs.forget_results(session, run_id=run.row.id or 0, names=[before, f"off {surface.shown}"])
