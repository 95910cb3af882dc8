"""What people do to an incident's channel by hand: card, pin, membership, archive, privacy.

What is the bot's own it repairs; what it cannot repair it says once, on the timeline and to the incident commander; and
it does not fight people: what somebody does twice within minutes stays done until the record changes. A topic set by
hand needs no care: `refresh` compares with what it set last, and leaves the topic alone until the record changes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import channels, incidents
from storage.models import OPEN_STATUSES, Incident, Known, Status, Surface
from workflows import card, need_to_know, reaching, refresh, repair, scribe, surfaces
from workflows.change import Change, change
from workflows.errors import AlreadyDone
from workflows.overview import overview
from workflows.ports import Heard, Post, Refused
from workflows.services import Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.words import as_ts, person, ts_time

PATIENCE: Final = timedelta(minutes=10)  # who undoes something again within it means it
REPAIRED: Final = ("card", "announcement")  # other posts come anew by themselves, or are no longer needed
HERE, LEFT, ARCHIVED, OPENED = "here", "left", "archived", "opened"
LIVE: Final = (*OPEN_STATUSES, Status.RESOLVED)  # closed incidents may be archived and left


async def unpinned(services: Services, channel_id: str, ts: str, user_id: str, at: str) -> None:
    """Somebody took a pin away; if it was the card's, it is put back, unless they do it again. `at` is Slack's time."""
    incident_id = await scribe.incident_of(services, channel_id)
    if incident_id is None or user_id == services.slack.user_id:
        return
    try:
        async with change(services, incident_id, press=f"unpinned:{channel_id}:{ts}:{at}") as c:
            shown = await incidents.surface(c.session, incident_id, "card")
            if shown is None or shown.ts != ts or c.incident.status not in LIVE:
                return
            if await means_it(c.session, f"unpinned:{channel_id}", at, user_id):
                c.tell("channel", "The card was unpinned again, so it stays unpinned.", user_id)
                return
            await c.owe("repin", f"{channel_id}:{at}", {"ts": ts}, lane=refresh_lane(incident_id))
    except AlreadyDone:
        return


async def deleted(services: Services, channel_id: str, ts: str, at: str) -> None:
    """A message is gone; if it was a card or an announcement of ours, it is posted anew, unless it goes again."""
    async with services.database.read() as session:
        found = await surface_at(session, channel_id, ts)
    if found is not None:
        await restore(services, found, at)


async def surface_at(session: AsyncSession, channel_id: str, ts: str) -> Surface | None:
    statement = select(Surface).where(Surface.channel_id == channel_id, Surface.ts == ts)
    found = (await session.exec(statement)).first()
    return found if found is not None and found.kind in REPAIRED else None


async def restore(services: Services, gone: Surface, at: str) -> None:
    """Owe a deleted surface anew. Slack does not say who deleted it."""
    try:
        async with change(services, gone.incident_id, press=f"deleted:{gone.channel_id}:{gone.ts}") as c:
            if c.incident.status not in LIVE:
                return
            if await means_it(c.session, f"deleted:{gone.channel_id}:{gone.kind}:{gone.incident_id}", at, ""):
                text = f"The {gone.kind} was deleted again. It comes back with the next change of the incident."
                c.tell("channel", text, "sitrep")
                return
            args = {"kind": gone.kind, "ts": gone.ts}
            await c.owe("restore", f"{gone.channel_id}:{gone.ts}", args, lane=refresh_lane(gone.incident_id))
    except AlreadyDone:
        return


async def means_it(session: AsyncSession, what: str, at: str, by: str) -> bool:
    """Note that `by` did something; says whether the same person did it within minutes before. Then it stays done."""
    known = await session.get(Known, what)
    before_at, _, before_by = known.value.partition(" ") if known else ("0", "", "")
    again = known is not None and before_by == by and abs(ts_time(at) - ts_time(before_at)) <= PATIENCE
    await session.merge(Known(key=what, value=f"{at} {by}"))
    if again:
        await session.merge(Known(key=f"{what}:stays", value=at))
    return again


def refresh_lane(incident_id: int) -> str:
    """Cards are repaired and refreshed one after the other."""
    return f"refresh:{incident_id}"


async def look_at_card(services: Services, incident_id: int, seen: Sequence[Heard], bottom: str, top: str) -> None:
    """While a channel is read back: a card that is not there any more, or not pinned, is repaired."""
    shown = await surfaces.find(services, incident_id, "card")
    if shown is None or not bottom <= shown.ts < top or not seen:
        return
    now = as_ts(services.clock.now())
    there = next((heard for heard in seen if heard.ts == shown.ts and not heard.deleted), None)
    if there is None:
        await restore(services, shown, now)
        return
    async with services.database.read() as session:
        stays = await session.get(Known, f"unpinned:{shown.channel_id}:stays")
    if not there.pinned and stays is None:
        await unpinned(services, shown.channel_id, shown.ts, "", now)


# Whether the bot is in the channel, and whether people can write there.


async def moved(services: Services, channel_id: str, state: str, by: str, at: str) -> None:
    """The bot was taken out (`LEFT`) or brought in (`HERE`), or the channel was `ARCHIVED` or `OPENED` again."""
    incident_id = await scribe.incident_of(services, channel_id)
    if incident_id is None:
        return
    async with change(services, incident_id) as c:
        before = await turn(c.session, channel_id, state, at)
        if before is None or c.incident.status not in LIVE:
            return
        if state == HERE:
            await back(c, services, at)
        elif state == OPENED:
            await c.owe("rejoin", f"{channel_id}:{at}", lane=refresh_lane(incident_id))
        else:
            await say_once(c, channel_id, state, by, at)


async def turn(session: AsyncSession, channel_id: str, state: str, at: str) -> str | None:
    """Keep the newest state of a channel. Returns the one before if it was another, else `None`."""
    key = f"presence:{channel_id}"
    known = await session.get(Known, key)
    before_at, _, before = known.value.partition(" ") if known else ("0", "", HERE)
    if before_at >= at or before == state:
        return None
    if before == ARCHIVED and state == LEFT:  # Slack takes apps out of what is archived
        return None
    await session.merge(Known(key=key, value=f"{at} {state}"))
    return before


async def back(c: Change, services: Services, at: str) -> None:
    """Read what was missed, and send what could not be sent."""
    c.tell("channel", "Sitrep is in the channel again and reads back what was said meanwhile.", "sitrep")
    await c.owe("reconcile", f"{c.incident.id}:{at}", {}, lane="reconcile")
    await repair.again(c.session, c.incident, services)
    await c.refresh()


async def say_once(c: Change, channel_id: str, state: str, by: str, at: str) -> None:
    """A line on the timeline and a direct message: the channel itself cannot be written to, or not be read."""
    incident = c.incident
    who = person(by) if by else "Somebody"
    ref, channel = incident.ref, f"<#{channel_id}>"
    if state == ARCHIVED:
        line = "The channel was archived. Nothing can be posted there until somebody unarchives it."
        come_back = "invite me there" if incident.private else "I come back by myself"
        text = (
            f"{who} archived {channel} while {ref} is {incident.status}, and I cannot undo that. Unarchive it and "
            f"{come_back}. Until then `/incident update {ref} …` works in any channel and is posted there later."
        )
    else:
        line = "Sitrep is no longer in the channel. What is said there is not recorded until it is invited again."
        text = (
            f"I am no longer in {channel}, so what is said there about {ref} is not recorded. Type `/invite` there "
            "and choose me: I then read back what I missed."
        )
    c.tell("channel", line, by or "sitrep")
    await c.owe("tell_ic", f"{channel_id}:{at}", {"text": text}, lane=f"tell_ic:{incident.id}")


async def made_private(services: Services, channel_id: str, by: str) -> None:
    """Somebody made the channel private: the incident is private from now on, and is announced no longer."""
    incident_id = await scribe.incident_of(services, channel_id)
    if incident_id is None:
        return
    async with change(services, incident_id) as c:
        if c.incident.private:
            return
        c.incident.private = True
        await need_to_know.let_in(c, need_to_know.by_rule(services.policy), by or "sitrep")
        c.tell("channel", "The channel was made private. The incident is not announced any longer.", by or "sitrep")
        text = (
            f"<#{channel_id}> is private now. I took the announcement of {c.incident.ref} away and list it in its own "
            "channel only. Whoever should help must be invited there."
        )
        await c.owe("tell_ic", f"{channel_id}:private", {"text": text}, lane=f"tell_ic:{incident_id}")
        await c.owe("withdraw", f"{incident_id}:announcement", lane=refresh_lane(incident_id))
        await c.refresh()


async def id_changed(services: Services, old: str, new: str) -> None:
    """Slack gave a channel another id. What waits to be posted reads the new one from the record."""
    if not new:
        return
    incident_id = await scribe.incident_of(services, old)
    if incident_id is None:  # perhaps where incidents are announced
        async with services.database.write() as session:
            await channels.change_id(session, old, new)
        return
    services.incident_channels.pop(old, None)
    async with change(services, incident_id) as c:
        c.incident.channel_id = new
        await channels.change_id(c.session, old, new)
        # What was said under the new id before this was known belonged to no incident.
        await c.owe("reconcile", f"{incident_id}:{new}", {}, lane="reconcile")


async def look_at_channel(services: Services, incident_id: int, at: datetime) -> str:
    """After a reading: the channel's name, whether it is archived or private, and whether we are in it."""
    incident = await load(services, incident_id)
    channel_id, when = incident.channel_id or "", as_ts(at)
    try:
        found = await services.slack.channels.info(channel_id)
    except Refused as refused:
        if refused.error == "channel_not_found":  # deleted, or private and not ours to see any more
            await moved(services, channel_id, LEFT, "", when)
        return refused.error
    if found.is_archived or not found.is_member:
        await moved(services, channel_id, ARCHIVED if found.is_archived else LEFT, "", when)
    else:
        await moved(services, channel_id, HERE, "", when)
    if found.is_private:
        await made_private(services, channel_id, "")
    await scribe.hear_rename(services, channel_id, found.name, when)
    return "seen"


# What follows happens in Slack, and may be entered again at any point.


async def run_repin(run: Run, services: Services) -> None:
    """Pin the card again, if it is still the card."""
    shown = await surfaces.find(services, run.incident_id, "card")
    if shown is None or shown.ts != run.args["ts"]:
        return
    loss = "The card was unpinned and could not be pinned again"
    await run.attempt("pin", lambda: pinned(services, shown), loss=loss)


async def pinned(services: Services, shown: Surface) -> str:
    """A card that was deleted loses its pin too; it is posted anew for that reason, and pinned then."""
    try:
        await services.slack.decor.pin(shown.channel_id, shown.ts)
    except Refused as refused:
        if refused.error != "message_not_found":
            raise
    return shown.ts


async def run_restore(run: Run, services: Services) -> None:
    """Post a deleted surface anew, unless that has been done meanwhile."""
    kind = str(run.args["kind"])
    shown = await surfaces.find(services, run.incident_id, kind)
    if shown is None or shown.ts != run.args["ts"]:
        return
    post = await rendered(services, run.incident_id, kind)
    shown.shown = ""
    loss = f"The {kind} was deleted and could not be posted again"
    await run.attempt("post", lambda: done(refresh.show_post(run, services, shown, post)), loss=loss)


async def rendered(services: Services, incident_id: int, kind: str) -> Post:
    incident: Incident = await load(services, incident_id)
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    return card.card(view) if kind == "card" else card.announcement(view)


async def run_rejoin(run: Run, services: Services) -> None:
    """Slack drops apps from a channel that is archived; once it is open again, join it."""
    incident = await load(services, run.incident_id)
    channel_id, at = incident.channel_id or "", as_ts(services.clock.now())
    loss = "The channel is open again, but Sitrep could not join it: invite it there"
    joined = await run.attempt("join", lambda: done(services.slack.channels.join(channel_id)), loss=loss)
    if joined is not None:
        await moved(services, channel_id, HERE, "", at)


async def run_tell(run: Run, services: Services) -> None:
    """A direct message to whoever commands the incident now, else to who declared it."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        commander = await incidents.holder(session, incident.key, "ic") or incident.declared_by
    post = Post(text=str(run.args["text"]))
    await run.attempt(
        "told",
        lambda: reaching.tell_directly(run, services, "tell", commander, post),
        loss="The incident commander could not be told about the channel",
    )


async def run_withdraw(run: Run, services: Services) -> None:
    """Take the announcement of an incident away that is private now."""
    loss = "The announcement could not be removed"
    await run.attempt("gone", lambda: done(surfaces.take_away(services, run.incident_id, "announcement")), loss=loss)
    take_nag = partial(surfaces.take_away, services, run.incident_id, "nag-announce")
    await run.attempt("nag_gone", lambda: done(take_nag()), loss=loss)
