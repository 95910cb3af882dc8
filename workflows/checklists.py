"""Runbooks at work: offered with an incident, started by somebody, ticked step by step.

A started runbook is rows, so its message is rendered from them; the file may change meanwhile.
"""

from collections.abc import Sequence
from typing import Final

from storage import checklists
from storage.models import Checklist, ChecklistStep, Incident
from workflows import blocks, library, mrkdwn, surfaces, updates
from workflows.blocks import Block
from workflows.change import Change, change
from workflows.checklist_lines import first_line, started_line, ticked_line
from workflows.errors import UserError
from workflows.ports import Post, Refused
from workflows.runbooks import MOST_STEPS, Runbook
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clock_time, escape, person

KIND: Final = "runbook"  # of the timeline's lines about runbooks; a step that was done is an action
ROOM: Final = 12_000  # characters for all steps together: Slack refuses messages that are too large
LEAST, MOST = 300, 2_500  # characters for one step


async def best(services: Services, incident_id: int) -> Runbook | None:
    """The runbook that fits an incident best, if one does."""
    incident = await load(services, incident_id)
    shelf = await services.library.shelf(services.policy)
    usable = [one for one in shelf.runbooks if one.steps]
    return next(iter(library.fitting(usable, title=incident.title, service=incident.service, most=1)), None)


async def offer(new: Change, runbook: Runbook | None) -> None:
    """Keep what fits, so that the card can offer it. Repeating it, and offering what was started, changes nothing."""
    if runbook is None or not new.incident.is_open:
        return
    if not await checklists.of_incident(new.session, new.incident.key):
        new.session.add(
            Checklist(incident_id=new.incident.key, slug=runbook.slug, title=runbook.title, offered_at=new.now)
        )


async def start(services: Services, incident_id: int, slug: str, *, press: str, by: str) -> Runbook:
    """Begin to work through a runbook in the incident's channel.

    Raises `UserError` when it is gone, has no steps, or somebody has started it already.
    """
    runbook = (await services.library.shelf(services.policy)).by_slug(slug)
    if runbook is None or not runbook.steps:
        raise UserError("That runbook is no longer there, or has no steps. `/incident runbook` lists those there are.")
    async with change(services, incident_id, press=press) as c:
        updates.refuse_ended(c.incident)
        checklist = await checklists.by_slug(c.session, incident_id, slug)
        if checklist is not None and checklist.started_at is not None:
            raise UserError(started_already(checklist))
        checklist = checklist or Checklist(incident_id=incident_id, slug=slug, title="", offered_at=c.now)
        await fill(c, services, checklist, runbook, by)
        c.tell(KIND, started_line(runbook.title, len(runbook.steps)), by)
        await c.refresh()
        await owe(c, checklist)
    return runbook


def started_already(checklist: Checklist) -> str:
    at = f" at {clock_time(checklist.started_at)}" if checklist.started_at else ""
    return (
        f"{person(checklist.started_by or '')} started “{escape(checklist.title)}”{at}; "
        "its checklist is in the channel. Nothing was changed."
    )


async def fill(c: Change, services: Services, checklist: Checklist, runbook: Runbook, by: str) -> None:
    """Keep what the runbook says now."""
    today = c.now.astimezone(services.policy.time_zone).date()
    stale = runbook.stale(today, services.policy.runbooks.stale_after)
    checklist.title = runbook.title
    checklist.before = before_text(runbook, stale=stale)
    checklist.after = after_text(runbook)
    checklist.started_at, checklist.started_by = c.now, by
    c.session.add(checklist)
    await c.session.flush()
    for number, text in enumerate(runbook.steps[:MOST_STEPS], start=1):
        c.session.add(ChecklistStep(checklist_id=checklist.key, number=number, text=text))


async def owe(c: Change, checklist: Checklist) -> None:
    key = str(checklist.key)
    await c.owe("checklist", key, {"checklist_id": checklist.key}, lane=f"checklist:{key}")


async def tick(
    services: Services,
    incident_id: int,
    checklist_id: int,
    numbers: Sequence[int],
    *,
    done: bool,
    press: str,
    by: str,
) -> str:
    """Say that steps are done, or that they are not after all; the timeline keeps who and when.

    Returns what was changed, in words. Raises `UserError` for a step that does not exist or stands like that already.
    """
    async with change(services, incident_id, press=press) as c:
        checklist, steps = await standing(c, checklist_id)
        for number in numbers:
            step = next((one for one in steps if one.number == number), None)
            if step is None:
                raise UserError(f"“{escape(checklist.title)}” has {len(steps)} steps, and none is number {number}.")
            refuse_same(step, done=done)
            step.done_at, step.done_by = (c.now, by) if done else (None, None)
            c.session.add(step)
            c.tell("action" if done else KIND, ticked_line(checklist, step, done=done), by)
        await owe(c, checklist)
    return ticked_words(checklist, numbers, done=done)


def ticked_words(checklist: Checklist, numbers: Sequence[int], *, done: bool) -> str:
    subject = f"Steps {', '.join(map(str, numbers))}" if len(numbers) > 1 else f"Step {numbers[0]}"
    verb = "are" if len(numbers) > 1 else "is"
    return f"{subject} of “{escape(checklist.title)}” {verb} {'done' if done else 'open again'}."


async def standing(c: Change, checklist_id: int) -> tuple[Checklist, Sequence[ChecklistStep]]:
    checklist = await c.session.get(Checklist, checklist_id)
    if checklist is None or checklist.incident_id != c.incident.key or checklist.started_at is None:
        raise UserError("That checklist is no longer on record. `/incident runbook` lists the runbooks there are.")
    return checklist, await checklists.steps(c.session, checklist_id)


def refuse_same(step: ChecklistStep, *, done: bool) -> None:
    if done and step.done_at is not None:
        at = clock_time(step.done_at)
        raise UserError(f"{person(step.done_by or '')} ticked step {step.number} at {at} already. Nothing was changed.")
    if not done and step.done_at is None:
        raise UserError(f"Step {step.number} is still open. Nothing was changed.")


# What it looks like


def before_text(runbook: Runbook, *, stale: bool) -> str:
    """What to know before the first step."""
    lines = [stale_line(runbook)] if stale else []
    lines += [
        f"*{name.capitalize()}:* {runbook.said(name)}"
        for name in ("trigger", "severity", "owner")
        if runbook.said(name)
    ]
    lines += [
        f"*{name.capitalize()}*\n{runbook.said(name)}"
        for name in ("symptoms", "diagnosis", "prerequisites")
        if runbook.said(name)
    ]
    return "\n".join(lines)


def stale_line(runbook: Runbook) -> str:
    when = f"was last revised on {runbook.updated}" if runbook.updated else "does not say when it was last revised"
    return f"⚠️ *It may be out of date:* it {when}. Check each command before you run it."


def after_text(runbook: Runbook) -> str:
    named = {
        "verification": "Did it work?",
        "rollback": "If it makes things worse",
        "escalation": "Whom to call when it does not help",
    }
    return "\n".join(f"*{label}*\n{runbook.said(name)}" for name, label in named.items() if runbook.said(name))


def shown(incident: Incident, checklist: Checklist, steps: Sequence[ChecklistStep]) -> Post:
    """The checklist: what to know, each step with its button, how to tell that it worked."""
    done = sum(step.done_at is not None for step in steps)
    progress = f"{done} of {len(steps)} steps done"
    head = f"📖 *{escape(checklist.title)}* · {progress} · started by {person(checklist.started_by or '')}"
    room = min(MOST, max(LEAST, ROOM // max(1, len(steps) - done)))
    rows: list[Block] = [blocks.section(head)]
    rows += [blocks.section(mrkdwn.fitted(text, MOST)) for text in (checklist.before,) if text]
    rows += [row(incident, step, room) for step in steps]
    rows += [blocks.section(mrkdwn.fitted(text, MOST)) for text in (checklist.after,) if text]
    return Post(text=f"Runbook “{escape(checklist.title)}”: {progress}", blocks=tuple(rows))


def row(incident: Incident, step: ChecklistStep, room: int) -> Block:
    value = f"{incident.id}.{step.checklist_id}.{step.number}"
    if step.done_at is not None:
        text = f"✅ *{step.number}.* {first_line(step.text)} – {person(step.done_by or '')}, {clock_time(step.done_at)}"
        undo = blocks.button("Undo", f"runbook_undo_{step.number}", value)
        return blocks.section(text, accessory=undo)
    text = f"⬜ *{step.number}.* {mrkdwn.fitted(step.text, room)}"
    return blocks.section(text, accessory=blocks.button("Done", f"runbook_tick_{step.number}", value))


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Make the checklist in the channel look like its rows; one that somebody deleted is put up anew."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        checklist = await session.get(Checklist, int(run.args["checklist_id"]))
        steps = await checklists.steps(session, int(run.args["checklist_id"]))
    if checklist is None or incident.channel_id is None:
        return
    kind, post = f"checklist-{checklist.id}", shown(incident, checklist, steps)
    await surfaces.place(run, services, kind, incident.channel_id, post)
    surface = await surfaces.find(services, incident.key, kind)  # what an earlier entry posted may look otherwise
    if surface is None:
        return
    try:
        await surfaces.show(services, surface, post)
    except Refused as refused:
        if refused.error != "message_not_found":
            raise
        was, surface.ts = surface.ts, await surfaces.post_again(run, services, surface, post)
        await surfaces.keep_moved(services, surface, was)
