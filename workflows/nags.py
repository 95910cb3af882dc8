"""Reminders that an update is due: one live line that climbs a ladder, until an update, a snooze or the end.

A rung that has its time becomes a run in the tick's transaction; the run asks again whether anybody still needs to
be reminded. `asks` is the one place that knows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, reminders, timeline
from storage.models import Incident, Reminder, Status, Surface
from workflows import blocks, channels, claimed, mitigations, promise_words, surfaces
from workflows.change import change
from workflows.ladder import announced, audience, climb, highest, words_up_to
from workflows.overview import Overview, overview, severity_of
from workflows.policy import Policy
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.words import clock_time, duration, escape, person

LINE: Final = "nag"
ANNOUNCEMENT: Final = "nag-announce"
NEWS: Final = ("declared", "update", "status", "severity")  # lines of the timeline that say how it stands


@dataclass(frozen=True, kw_only=True)
class Rungs:
    """What a run was owed for: of the ladder that began at `since`, the rungs numbered `told` up to `passed`."""

    since: datetime
    told: int
    passed: int


def asks(incident: Incident, now: datetime) -> bool:
    """Whether people are to be reminded now: open, an update due, not snoozed."""
    due_at, until = incident.update_due_at, incident.snoozed_until
    return incident.is_open and due_at is not None and due_at <= now and (until is None or until <= now)


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """A rung has its time: owe its run once, and move the reminder to the next."""
    now = services.clock.now()
    incident = await incidents.get(session, reminder.incident_id)
    if incident is None or not incident.is_open:
        await session.delete(reminder)
        return
    every = severity_of(incident, services.policy).update_every
    found = climb(services.policy.ladder, reminder.since, now, told=reminder.rung, every=every)
    if found.rung is not None:
        args = {"since": reminder.since.isoformat(), "told": reminder.rung, "passed": found.passed}
        await claimed.owe(session, reminder, services, kind="nag", args=args)
    reminder.rung = found.passed
    await claimed.move(session, reminder, found.next_at)


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Ask for an update, unless one has come, a snooze holds, or a higher rung has taken over meanwhile."""
    rungs = rungs_of(run)
    await wake(run, services)
    async with services.database.read() as session:
        incident = await incidents.get(session, run.incident_id)
        if incident is None or incident.channel_id is None:
            return
        view = await overview(session, incident, services.policy)
        quiet_since = await newest_news(session, incident)
        latest = await passed_by_now(session, rungs, incident)
        tried = await mitigations.tried(session, incident)
    if not asks(incident, services.clock.now()):
        await take_back(run, services, incident)
        return
    if latest == rungs.passed:
        quiet_for = services.clock.now() - quiet_since
        also = promised(view, services.policy, services.clock.now())
        post = line(view, services.policy, rungs, quiet_for, mitigate=not tried, also=also)
        # Told at the first rung; a channel that stays archived needs no line for each.
        loss = "" if rungs.told else "The reminder could not be posted"
        await replace(run, services, LINE, incident.channel_id, post, loss=loss)
    elif run.repeat:
        await drop_lost(run, services, LINE, incident.channel_id)
    ladder = services.policy.ladder
    if announced(ladder, rungs.told, rungs.passed) and not announced(ladder, rungs.passed, latest):
        await announce(run, services, view, quiet_since)


def rungs_of(run: Run) -> Rungs:
    since = datetime.fromisoformat(str(run.args["since"]))
    return Rungs(since=since, told=int(run.args["told"]), passed=int(run.args["passed"]))


async def wake(run: Run, services: Services) -> None:
    """A snooze that is over is over on the card too."""
    if (await load(services, run.incident_id)).snoozed_until is None:
        return
    async with change(services, run.incident_id) as woken:
        until = woken.incident.snoozed_until
        if until is not None and until <= woken.now:
            woken.incident.snoozed_until = None
            await woken.refresh()


async def newest_news(session: AsyncSession, incident: Incident) -> datetime:
    """When people last heard how it stands."""
    entries = await timeline.entries(session, incident.key)
    return max((entry.recorded_at for entry in entries if entry.kind in NEWS), default=incident.declared_at)


async def passed_by_now(session: AsyncSession, rungs: Rungs, incident: Incident) -> int:
    """How far the ladder has got since the run was owed. After an outage only the newest of several runs speaks."""
    reminder = await reminders.find(session, kind="update", subject=str(incident.id))
    if reminder is None:
        return rungs.passed
    return reminder.rung if reminder.since == rungs.since else rungs.passed + 1


def line(
    view: Overview, policy: Policy, rungs: Rungs, quiet_for: timedelta, *, mitigate: bool = False, also: str = ""
) -> Post:
    """The one line that asks, with what people can do about it; `mitigate`: nobody has tried anything yet.

    `also` follows the question, on a line of its own.
    """
    rung = highest(policy.ladder, rungs.told, rungs.passed) or 0
    people = audience(words_up_to(policy.ladder, rung), view.roles, view.incident.declared_by)
    text = f"No update for {duration(quiet_for)}. {', '.join(person(user) for user in people)}: what has changed?"
    text += also
    about = str(view.incident.id)
    last = ("Hand over", "handoff_open") if view.ic else ("I'll take incident commander", "role_take_ic")
    buttons = [
        blocks.button("Post update", "update_open", about, style="primary"),
        blocks.button("Nothing new", "nag_nothing_new", about),
        blocks.button("Snooze", "nag_snooze", about),
        blocks.button(*last, about),
        *([blocks.button("Mitigate", "mitigation_open", about)] if mitigate else []),
    ]
    if view.incident.status == Status.TRIAGE:
        text = f"{text} Is it an incident?"
        buttons = [
            blocks.button("Accept as incident", "triage_accept", about, style="primary"),
            blocks.button("Decline", "triage_decline", about),
            *buttons[1:3],
        ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="nag")))


def promised(view: Overview, policy: Policy, now: datetime) -> str:
    """What was promised outside and is due soon or overdue, in a line of its own."""
    pressing = [promise_words.standing(one, now) for one in view.promises if one.due_at - now <= policy.promise_notice]
    return f"\nPromised outside: {'; '.join(pressing[:3])}." if pressing else ""


def announcement(view: Overview, quiet_since: datetime) -> Post:
    """For those outside: since when nothing has been heard, and where to ask. Pings nobody."""
    incident = view.incident
    title = f"{incident.ref} {escape(incident.severity)} “{escape(incident.title)}”"
    text = f"{title}: no update since {clock_time(quiet_since)}. Ask in <#{incident.channel_id}>."
    return Post(text=text, blocks=(blocks.section(text),))


async def announce(run: Run, services: Services, view: Overview, quiet_since: datetime) -> None:
    """Tell the announcement channel, if there is one and the incident is not private."""
    name = services.policy.announce
    if name is None or view.incident.private or view.incident.status == Status.TRIAGE:
        return  # what may be no incident is asked about among those who look at it
    loss = f"#{name} could not be told that no update has come"
    channel_id = await run.attempt("find_announce", lambda: channels.by_name(services, name), loss=loss)
    if channel_id is None:
        return
    posted = await replace(run, services, ANNOUNCEMENT, channel_id, announcement(view, quiet_since), loss=loss)
    if posted:
        await run.step("on_record", lambda: record_announced(run, services, name, quiet_since))


async def record_announced(run: Run, services: Services, name: str, quiet_since: datetime) -> str:
    async with change(services, run.incident_id) as told:
        text = f"#{name} was told that there has been no update for {duration(told.now - quiet_since)}"
        noted = [one.text for one in await timeline.entries(told.session, run.incident_id) if one.at >= run.since]
        if text not in noted:  # an entry that was cut may have noted it without keeping that it did
            told.tell("nag", text, "sitrep")
    return "told"


async def replace(run: Run, services: Services, kind: str, channel_id: str, post: Post, *, loss: str) -> bool:
    """Post a line in place of the one before. A repeat finds its own line, and still knows which one was before.

    Returns whether the line stands: an update may come while it is being posted, and then it goes again.
    """
    before = await run.step(f"{kind}_before", lambda: standing(run, services, kind))
    ts = await run.attempt_post(kind, channel_id, post, loss=loss)
    if ts is None:
        return False
    stands = await keep(run, services, Surface(incident_id=run.incident_id, kind=kind, channel_id=channel_id, ts=ts))
    outdated = before if stands else f"{channel_id} {ts}"
    if outdated:
        await run.attempt(
            f"{kind}_gone", lambda: delete(services, outdated), loss="An old reminder could not be removed"
        )
    return stands


async def drop_lost(run: Run, services: Services, kind: str, channel_id: str) -> None:
    """A higher rung speaks instead: what a cut entry posted without remembering it goes."""
    posts = services.slack.posts
    lost = await posts.find(channel_id, run.step_key(kind), run.since)
    if lost is not None and await standing(run, services, kind) != f"{channel_id} {lost}":
        await posts.delete(channel_id, lost)


async def standing(run: Run, services: Services, kind: str) -> str:
    """The line that stands now as `channel ts`, or nothing."""
    surface = await surfaces.find(services, run.incident_id, kind)
    return f"{surface.channel_id} {surface.ts}" if surface else ""


async def delete(services: Services, place: str) -> str:
    channel_id, _, ts = place.partition(" ")
    return await done(services.slack.posts.delete(channel_id, ts))


async def keep(run: Run, services: Services, new: Surface) -> bool:
    """Remember the new line, unless it has been answered.

    The incident is locked meanwhile: whoever answers it next sees the line, and has it taken away.
    """
    async with services.database.write() as session:
        incident = await incidents.locked(session, run.incident_id)
        if incident is None or not asks(incident, services.clock.now()):
            return False
        if incident.private and new.kind == ANNOUNCEMENT:
            return False
        known = await incidents.surface(session, incident.key, new.kind) or new
        known.channel_id, known.ts = new.channel_id, new.ts
        session.add(known)
    return True


async def take_back(run: Run, services: Services, incident: Incident) -> None:
    """Nobody need be reminded any more: remove the lines, also what a cut entry posted without remembering it."""
    posts, name = services.slack.posts, services.policy.announce
    if run.repeat:
        places = {LINE: incident.channel_id}
        if name is not None and not incident.private:
            places[ANNOUNCEMENT] = await channels.by_name(services, name)
        for kind, channel_id in places.items():
            lost = await posts.find(channel_id, run.step_key(kind), run.since) if channel_id else None
            if lost is not None:
                await posts.delete(channel_id or "", lost)
    await remove_lines(run, services)


async def clear(run: Run, services: Services) -> None:
    """Take the live lines away, unless people are to be reminded again by now."""
    incident = await load(services, run.incident_id)
    if not asks(incident, services.clock.now()):
        await remove_lines(run, services)


async def remove_lines(run: Run, services: Services) -> None:
    for kind in (LINE, ANNOUNCEMENT):
        if await surfaces.find(services, run.incident_id, kind) is not None:
            await run.attempt(
                f"remove_{kind}",
                partial(removed, services, run.incident_id, kind),
                loss="An old reminder could not be removed",
            )


async def removed(services: Services, incident_id: int, kind: str) -> str:
    return await done(surfaces.take_away(services, incident_id, kind))
