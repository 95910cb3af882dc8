"""Running a drill: told what it is about, injects when they are due, paused, hurried, aborted, and scored at the end.

What waits is rows. A drill whose bot was away for a while goes on where it was, with the same distances: five injects
at once would be a test of reading.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import drills as stored
from storage import incidents, runs, timeline
from storage.models import Drill, DrillState, Incident, Inject, Reminder
from workflows import claimed, drill_score, drills, triage
from workflows.change import Change, change
from workflows.drill_words import injected, intro, scored
from workflows.drills import INJECT
from workflows.errors import UserError
from workflows.overview import overview
from workflows.record import read_with_names
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape, person

LATE: Final = timedelta(minutes=1)  # beyond it the rest of the scenario moves


async def pause(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """Nothing more happens until `resume`. `reason` is Slack-encoded and may be empty. Raises `UserError`."""
    async with change(services, incident_id, press=press) as made:
        drill = await under_way(made)
        if drill.state == DrillState.PAUSED:
            raise UserError(f"{made.incident.ref} is paused already. `/incident drill resume` goes on.")
        drill.state, drill.paused_at, drill.reason = DrillState.PAUSED, made.now, reason
        await made.forget(INJECT)
        why = f": {reason}" if reason else ""
        await told(made, f"The drill is paused{why}", by, "Nothing more happens in it until `/incident drill resume`.")
    return made.incident


async def resume(services: Services, incident_id: int, *, press: str, by: str) -> Incident:
    """Go on where it was paused, with the same distances. Raises `UserError`."""
    async with change(services, incident_id, press=press) as made:
        drill = await under_way(made)
        if drill.state != DrillState.PAUSED or drill.paused_at is None:
            raise UserError(f"{made.incident.ref} is not paused. Nothing was changed.")
        waiting = await stored.waiting(made.session, made.incident.key)
        move(waiting, made.now - drill.paused_at)
        drill.state, drill.paused_at, drill.reason = DrillState.RUNNING, None, ""
        if waiting:
            await made.remind(INJECT, waiting[0].due_at)
        await told(made, "The drill goes on", by, "")
    return made.incident


async def hurry(services: Services, incident_id: int, *, press: str, by: str) -> Incident:
    """The next inject comes now, and those after it sooner by as much. Raises `UserError` when none is left."""
    async with change(services, incident_id, press=press) as made:
        drill = await under_way(made)
        if drill.state == DrillState.PAUSED:
            raise UserError(f"{made.incident.ref} is paused. `/incident drill resume` first. Nothing was changed.")
        waiting = await stored.waiting(made.session, made.incident.key)
        if not waiting:
            raise UserError(
                "Nothing more happens in this drill by itself. `/incident resolved`, then `close`, ends it."
            )
        await made.remind(INJECT, made.now)  # before the injects, as `due` has it: each would wait for the other
        move(waiting, made.now - waiting[0].due_at)
    return made.incident


async def abort(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """Everybody stops, for this reason (Slack-encoded): nothing more happens, and the drill is called off.

    Raises `UserError` when it is no drill or over.
    """
    async with change(services, incident_id, press=press) as made:
        drill = await under_way(made)
        drill.state, drill.ended_by, drill.reason = DrillState.ABORTED, by, reason
        await drills.drop_injects(made)
        undo = f"\nTake back what was changed for it: {drill.blast_radius}" if drill.blast_radius else ""
        text = f"🛑 *Stop. The drill is aborted* by {person(by)}: {reason}{undo}"
        await made.owe("say", f"{made.incident.id}:drill-abort:{made.now.isoformat()}", {"text": text})
        await triage.call_off(made, f"the drill was aborted: {reason}", by, services, aloud=False)
    return made.incident


async def under_way(made: Change) -> Drill:
    """The drill that is being changed. Raises `UserError` when it is none, or over."""
    drill = await stored.of_incident(made.session, made.incident.key)
    if drill is None:
        raise UserError(f"{made.incident.ref} is no drill. Nothing was changed. `/incident drill` begins one.")
    if not made.incident.is_open:
        raise UserError(f"The drill {made.incident.ref} is over ({made.incident.status}). Nothing was changed.")
    return drill


def move(waiting: Sequence[Inject], by: timedelta) -> None:
    for inject in waiting:
        inject.due_at += by


async def told(made: Change, text: str, by: str, then: str) -> None:
    """On the timeline, and in the channel."""
    made.tell("drill", text, by)
    said = f"{person(by)}: {text}. {then}".strip()
    await made.owe("say", f"{made.incident.id}:drill:{made.now.isoformat()}", {"text": said})


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """The next inject has its time: it is on record, its post is owed, and the reminder moves on."""
    now = services.clock.now()
    incident = await incidents.get(
        session, reminder.incident_id
    )  # not locked: a change would wait for us, and we for it
    drill = await stored.of_incident(session, reminder.incident_id)
    waiting = list(await stored.waiting(session, reminder.incident_id))
    if incident is None or drill is None or not goes_on(incident, drill) or not waiting:
        await session.delete(reminder)
        return
    inject = waiting.pop(0)
    if now - inject.due_at > LATE:
        move(waiting, now - inject.due_at)
    inject.sent_at = now
    text = f"{escape(inject.source)}: {inject.text}" if inject.source else inject.text
    timeline.add(session, incident_id=incident.key, at=now, recorded_at=now, kind=INJECT, by="sitrep", text=text)
    await runs.owe(
        session,
        kind=INJECT,
        key=f"{INJECT}:{inject.id}",
        lane=f"incident:{incident.key}",
        now=now,
        incident_id=incident.key,
        args={"inject_id": inject.id},
    )
    await claimed.move(session, reminder, waiting[0].due_at if waiting else None)


def goes_on(incident: Incident, drill: Drill) -> bool:
    return incident.is_open and drill.state == DrillState.RUNNING


# What follows happens in Slack, and may be entered again at any point.


async def run_intro(run: Run, services: Services) -> None:
    """Say what is practised, within which bounds, and how to stop."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        drill = await stored.of_incident(session, incident.key)
        injects = await stored.injects(session, incident.key)
        view = await overview(session, incident, services.policy)
    if drill is not None and incident.channel_id is not None:
        await run.post("intro", incident.channel_id, intro(view, drill, injects))


async def run_inject(run: Run, services: Services) -> None:
    """Post what happens, unless the drill was stopped in the same moment."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        inject = await stored.inject(session, int(run.args["inject_id"]))
        drill = await stored.of_incident(session, incident.key)
        count = len(await stored.injects(session, incident.key))
    stopped = drill is None or drill.state == DrillState.ABORTED
    if inject is not None and not stopped and incident.channel_id is not None:
        await run.post("inject", incident.channel_id, injected(inject, count))


async def run_score(run: Run, services: Services) -> None:
    """Look at how it went, keep that with the drill, and show it in the channel."""
    record = await read_with_names(services, run.incident_id)
    if record.incident.is_open or record.drill is None:
        return  # reopened meanwhile; it is scored when it ends
    marks = await asyncio.to_thread(drill_score.score, record, services.policy)
    async with services.database.write() as session:
        drill = await stored.of_incident(session, run.incident_id)
        if drill is not None:
            drill.score = [mark.stored() for mark in marks]
            session.add(drill)
    if record.incident.channel_id is not None:
        await run.post("score", record.incident.channel_id, scored(record.incident, marks))
