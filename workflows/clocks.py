"""Duties to report: which may apply, when their time began, and that they were met. A clock never pauses.

Each step that runs has a reminder row until somebody records that it was sent, or that it is not required and why,
also when the incident has long been closed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from storage import clocks as stored
from storage import incidents
from storage.models import Clock, ClockEvent, ClockQuestion, ClockState, ClockStep, Incident
from workflows import clocks_asking, need_to_know, parties
from workflows import clocks_words as words
from workflows.change import Change, change
from workflows.clocks_due import next_moment
from workflows.clocks_kinds import Kind
from workflows.clocks_view import ClockView, Report, views
from workflows.drills import may_reach_out
from workflows.errors import UserError
from workflows.parties import Party
from workflows.services import Services
from workflows.words import clipped, day_and_time, escape

REMINDER: Final = "clock"
LINE: Final = "clocks"  # of the timeline
ENDED: Final = (ClockState.SUBMITTED, ClockState.NOT_REQUIRED)


async def start(
    services: Services,
    incident_id: int,
    kinds: Sequence[Kind],
    aware_at: datetime | None,
    *,
    press: str,
    by: str,
    bring: bool = True,
) -> list[ClockView]:
    """Start counting for some kinds. `aware_at` is when people came to know; what needs another event waits for it.

    `bring` also lets those of `[clocks] tell` into the channel. Raises `UserError` when all of them run already.
    """
    async with change(services, incident_id, press=press) as made:
        refuse_future(aware_at, made.now)
        refuse_drill(made.incident)
        running = {one.kind for one in await stored.of_incident(made.session, incident_id)}
        new = [kind for kind in kinds if kind.key not in running]
        if not new:
            raise UserError(f"These are counted for {made.incident.ref} already. `/incident clocks` shows them.")
        for kind in new:
            await begin(made, kind, aware_at, by)
        await answer(made, "", by)
        if bring and services.policy.clocks.tell:
            await bring_in(made, services, by)
        found = [view for view in await views(made.session, incident_id) if view.clock.kind not in running]
        text = words.started(found, by)
        await made.owe("say", f"clocks:{incident_id}:{made.now.isoformat()}", {"text": text})
        await redraw(made)
    return found


def refuse_drill(incident: Incident) -> None:
    """A drill has nothing to report, and a clock that runs could be taken for a real one."""
    if not may_reach_out(incident):
        raise UserError(
            f"{incident.ref} is a drill, so no duty to report is counted for it. Note what you would report, and by "
            "when: `/incident note GDPR: authority by tomorrow 14:00`."
        )


async def begin(made: Change, kind: Kind, aware_at: datetime | None, by: str) -> None:
    """The rows of one clock: itself, its steps, and the time at which people came to know."""
    clock = Clock(
        incident_id=made.incident.key,
        kind=kind.key,
        name=kind.name,
        terms=kind.terms(),
        started_by=by,
        started_at=made.now,
    )
    made.session.add(clock)
    await made.session.flush()
    for place, step in enumerate(kind.steps):
        made.session.add(ClockStep(incident_id=made.incident.key, clock_id=clock.key, step=step.key, place=place))
    known = [event for event in kind.events if event.awareness and aware_at is not None]
    for event in known:
        made.session.add(event_row(clock, event.key, aware_at or made.now, made.now, by))
    await made.session.flush()
    since = f": {', '.join(f'{one.key} {day_and_time(aware_at or made.now)}' for one in known)}" if known else ""
    made.tell(LINE, f"Counting for {escape(kind.name)}{since}", by)
    await recount(made, kind.key)


def event_row(clock: Clock, event: str, at: datetime, now: datetime, by: str) -> ClockEvent:
    return ClockEvent(clock_id=clock.key, event=event, at=at, first_at=at, by=by, recorded_at=now)


async def bring_in(made: Change, services: Services, by: str) -> None:
    """Invite whom the configuration names; into a private incident only because somebody said so just now."""
    party = Party.of(words.TOLD, services.policy.clocks.tell)
    if made.incident.private:
        await need_to_know.let_in(made, party.users, by)
        made.tell("access", f"{words.TOLD.capitalize()} may see this incident", by)
    await parties.owe(made, f"clocks:{made.now.isoformat()}", [party])


async def none_apply(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> None:
    """No duty applies, and why. `reason` is Slack-encoded. Raises `UserError` while clocks run."""
    async with change(services, incident_id, press=press) as made:
        if await stored.of_incident(made.session, incident_id):
            raise UserError(
                f"Clocks run for {made.incident.ref}. Say of each report why it is not required: "
                "`/incident clocks not-required gdpr authority because …`. Nothing was changed."
            )
        reason = clipped(reason, 500)
        made.tell(LINE, f"No duty to report applies: {reason}", by)
        await answer(made, reason, by)
        await redraw(made)


async def answer(made: Change, reason: str, by: str) -> None:
    """The question has been answered, whether or not it had been asked; the message that asked says so."""
    asked = await stored.question(made.session, made.incident.key)
    asked = asked or ClockQuestion(incident_id=made.incident.key)
    asked.answered_at, asked.answered_by, asked.reason = made.now, by, reason
    made.session.add(asked)
    await made.forget(clocks_asking.AGAIN)
    await made.owe("clocks_answered", str(made.incident.id), lane=f"clocks:{made.incident.id}")


async def set_event(
    services: Services,
    incident_id: int,
    kind: str,
    event: str,
    at: datetime,
    *,
    reason: str,
    press: str,
    by: str,
) -> ClockView:
    """Record when something happened that starts a step, or correct it, which needs a reason (Slack-encoded)."""
    async with change(services, incident_id, press=press) as made:
        refuse_future(at, made.now)
        view = await view_of(made, kind)
        known = view.events.get(event)
        if view.kind.event(event) is None:
            there = ", ".join(f"`{one.key}`" for one in view.kind.events)
            raise UserError(f"{escape(view.kind.name)} knows no event of that name. There is {there}.")
        if known is not None and known.at == at:
            raise UserError(f"“{event}” is {day_and_time(at)} already. Nothing was changed.")
        if known is not None and not reason:
            raise UserError(
                f"“{event}” is {day_and_time(known.at)} on record. A correction needs a reason: "
                f"`/incident clocks event {kind} {event} 14:00 because …`. Nothing was changed."
            )
        name = escape(view.kind.name)
        if known is None:
            made.session.add(event_row(view.clock, event, at, made.now, by))
            made.tell(LINE, f"{name}: {event} {day_and_time(at)}", by)
        else:
            text = f"{name}: {event} corrected from {day_and_time(known.at)} to {day_and_time(at)}: {reason}"
            made.tell(LINE, text, by)
            known.at, known.by, known.recorded_at, known.reason = at, by, made.now, clipped(reason, 500)
            made.session.add(known)
        await made.session.flush()
        await recount(made, kind)
        await redraw(made)
        return await view_of(made, kind)


async def submit(
    services: Services, incident_id: int, step_id: int, at: datetime, *, reference: str, press: str, by: str
) -> Report:
    """Record that a report was sent: when, by whom, with which reference (Slack-encoded). Again: the newest counts."""
    async with change(services, incident_id, press=press) as made:
        refuse_future(at, made.now)
        view, step = await step_of(made, step_id)
        step.state, step.ended_at, step.ended_by, step.recorded_at = ClockState.SUBMITTED, at, by, made.now
        step.reference, step.reason = clipped(reference, 300), ""
        reference = f", reference {step.reference}" if step.reference else ""
        sent = f"{escape(view.kind.name)}: {escape(view.terms(step).what)} – sent {day_and_time(at)}{reference}"
        made.tell(LINE, sent, by, at=at)
        await ended(made, view, step)
    return Report(view=view, step=step)


async def waive(services: Services, incident_id: int, step_id: int, *, reason: str, press: str, by: str) -> Report:
    """Record that a report is not required, and why. `reason` is Slack-encoded and must say something."""
    async with change(services, incident_id, press=press) as made:
        view, step = await step_of(made, step_id)
        step.state, step.ended_at, step.ended_by = ClockState.NOT_REQUIRED, made.now, by
        step.recorded_at, step.reason, step.reference = made.now, clipped(reason, 500), ""
        made.tell(LINE, f"{escape(view.kind.name)}: {escape(view.terms(step).what)} – not required: {step.reason}", by)
        await ended(made, view, step)
    return Report(view=view, step=step)


async def resume(services: Services, incident_id: int, step_id: int, *, reason: str, press: str, by: str) -> Report:
    """It was not sent after all, or is required: the clock runs as if nothing had been recorded."""
    async with change(services, incident_id, press=press) as made:
        view, step = await step_of(made, step_id)
        if step.state not in ENDED:
            raise UserError(f"`{step.step}` of {escape(view.kind.name)} is open already. Nothing was changed.")
        step.state, step.ended_at, step.ended_by, step.recorded_at = ClockState.WAITING, None, "", None
        step.reference = step.reason = ""
        because = f": {reason}" if reason else ""
        made.tell(LINE, f"{escape(view.kind.name)}: {escape(view.terms(step).what)} – owed again{because}", by)
        await ended(made, view, step)
    return Report(view=view, step=step)


async def ended(made: Change, view: ClockView, step: ClockStep) -> None:
    """A report changed its state: its reminder goes, what counts from it begins, and what shows it follows."""
    step.version += 1
    made.session.add(step)
    await made.session.flush()
    await made.forget(REMINDER, subject=str(step.key))
    await recount(made, view.kind.key)
    await show(made, step)
    await redraw(made)


async def recount(made: Change, kind: str) -> None:
    """Work out every deadline of a clock anew from what is on record; reminders follow."""
    view = await view_of(made, kind)
    for step in view.steps:
        found = view.due(step)
        before = (step.state, step.began_at, step.due_at)
        step.began_at, step.due_at = (found.began, found.at) if found else (None, None)
        if step.state not in ENDED:
            step.state = ClockState.RUNNING if found else ClockState.WAITING
        if (step.state, step.began_at, step.due_at) == before:
            continue
        step.version += 1
        made.session.add(step)
        if before[0] == ClockState.RUNNING:
            await show(made, step)
        if step.state == ClockState.RUNNING and found is not None:
            at = next_moment(view.terms(step), found.began, found.at, made.now)
            await made.remind(REMINDER, at, subject=str(step.key))
        else:
            await made.forget(REMINDER, subject=str(step.key))
    await made.session.flush()


async def show(made: Change, step: ClockStep) -> None:
    """The line that reminded, if one stands, says how it is now."""
    key = f"{step.key}:{step.version}"
    await made.owe("clock_shown", key, {"step_id": step.key}, lane=f"{REMINDER}:{step.key}")


async def redraw(made: Change) -> None:
    """The card follows, and so do those of the incidents in which this one goes on."""
    await made.refresh()
    goes_on = made.incident.merged_into
    while goes_on is not None and (survivor := await incidents.get(made.session, goes_on)) is not None:
        await Change(made.session, survivor, made.now).owe("refresh", str(survivor.id), lane=f"refresh:{survivor.id}")
        goes_on = survivor.merged_into


async def view_of(made: Change, kind: str) -> ClockView:
    found = next((one for one in await views(made.session, made.incident.key) if one.clock.kind == kind), None)
    if found is None:
        raise UserError(
            f"Nothing is counted for “{escape(kind)}” in {made.incident.ref}. `/incident clocks start {escape(kind)}` "
            "begins to; `/incident clocks` shows what is."
        )
    return found


async def step_of(made: Change, step_id: int) -> tuple[ClockView, ClockStep]:
    for view in await views(made.session, made.incident.key):
        for step in view.steps:
            if step.key == step_id:
                return view, step
    raise UserError(f"{made.incident.ref} has no such report. `/incident clocks` shows those there are.")


def refuse_future(at: datetime | None, now: datetime) -> None:
    if at is not None and at > now:
        raise UserError("That time is still to come, and nothing was changed. When was it?")
