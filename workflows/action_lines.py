"""What people see of an action: its line in the channel or in its message's thread, and the word that it is overdue."""

from datetime import timedelta
from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, messages, reminders, runs
from storage.models import Action, Incident, Message, Reminder
from workflows import blocks, claimed, onlookers, surfaces
from workflows.blocks import Block
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import day_and_time, person

REMINDER: Final = "action"
AGAIN_AFTER: Final = timedelta(minutes=15)  # the second and last word about what is overdue
MORE: Final = timedelta(minutes=30)  # what the button gives


def noun(action: Action) -> str:
    """What is to be done now is an action; what can wait until it is over is a follow-up."""
    return "Action" if action.during else "Follow-up"


def described(action: Action) -> str:
    """`2: raise the pool limit · Chen · due 2026-12-01`."""
    owner = person(action.owner) if action.owner else "nobody yet"
    return f"{action.number}: {action.text} · {owner} · {due_words(action)}"


def due_words(action: Action) -> str:
    if action.due_at is not None:
        return f"due {day_and_time(action.due_at)}"
    return f"due {action.due}" if action.due else "no time yet" if action.during else "no date yet"


def value(action: Action) -> str:
    """What the buttons about an action carry."""
    return f"{action.incident_id}.{action.number}"


def done_button(action: Action) -> Block:
    return blocks.button("Done", f"action_done_{action.number}", value(action))


def line_text(action: Action, incident: Incident) -> str:
    """What the channel or the thread shows about an action."""
    if moved(action, incident):
        return f"{noun(action)} {action.number} goes on in INC-{incident.merged_into}: ~{action.text}~"
    if action.withdrawn_at is not None:
        return f"{noun(action)} {action.number} is withdrawn: ~{action.text}~"
    if action.done_at is not None:
        by = f" by {person(action.done_by)}" if action.done_by else ""
        return f"✅ {noun(action)} {action.number} is done{by}: {action.text}"
    return f"🔧 {noun(action)} {described(action)}\n{advice(action)}"


def moved(action: Action, incident: Incident) -> bool:
    """Whether it went to the incident that goes on in this one's place, at the very instant of the merger."""
    return incident.merged_into is not None and action.withdrawn_at == incident.closed_at


def advice(action: Action) -> str:
    number = action.number
    due = f", `/incident action {number} by {'15:30' if action.during else 'friday'}` says until when"
    off = " Taking the last 🔧 off the message withdraws it." if action.source_ts else ""
    return (
        f"`/incident action {number} @someone` hands it to somebody else{'' if action.due or action.due_at else due}, "
        f"`/incident action done {number}` ends it.{off}"
    )


def line(action: Action, incident: Incident) -> Post:
    text = line_text(action, incident)
    if action.withdrawn_at is not None or action.done_at is not None:
        return Post(text=text)
    buttons = [done_button(action)]
    if action.during:
        buttons.append(blocks.button("After the incident", f"action_after_{action.number}", value(action)))
    elif incident.is_open:
        buttons.append(blocks.button("Needed now", f"action_now_{action.number}", value(action)))
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="action")))


async def owe_line(session: AsyncSession, services: Services, action: Action) -> None:
    """The line is owed, or has to be brought up to date."""
    await runs.owe(
        session,
        kind="follow_up",
        key=f"follow_up:{action.id}",
        lane=f"follow_up:{action.id}",
        now=services.clock.now(),
        incident_id=action.incident_id,
        args={"action_id": action.id},
    )
    await onlookers.tell(session, services, action.incident_id)


async def remind(session: AsyncSession, action: Action) -> None:
    """Set, move or take back the word about what is overdue, as the action stands now."""
    waits = action.during and action.done_at is None and action.withdrawn_at is None
    if not waits or action.due_at is None:
        await reminders.drop(session, kind=REMINDER, subject=str(action.id))
        return
    await reminders.put(
        session, incident_id=action.incident_id, kind=REMINDER, subject=str(action.id), due_at=action.due_at
    )


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """It is overdue: say so, and once more later; never about what is done, or when the incident is over."""
    action = await session.get(Action, int(reminder.subject))
    incident = await incidents.get(session, reminder.incident_id)
    if action is None or incident is None or not overdue(action, incident):
        await session.delete(reminder)
        return
    args = {"action_id": action.id, "due_at": reminder.since.isoformat()}
    await claimed.owe(session, reminder, services, kind="overdue", args=args, lane=f"follow_up:{action.id}")
    at = None if reminder.rung else services.clock.now() + AGAIN_AFTER
    reminder.rung = 1
    await claimed.move(session, reminder, at)


def overdue(action: Action, incident: Incident) -> bool:
    """Whether somebody should still hear of it; its time is the reminder's matter."""
    waits = action.done_at is None and action.withdrawn_at is None
    return waits and action.during and action.due_at is not None and incident.is_open


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Say what has become of it, once, where it was made; later changes change that line."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        action = await session.get(Action, int(run.args["action_id"]))
        message = await made_of(session, incident, action)
    if action is None or incident.channel_id is None or (action.source_ts is not None and message is None):
        return
    kind, post = f"follow-up-{action.id}", line(action, incident)
    surface = await surfaces.find(services, incident.key, kind)
    if surface is None and action.withdrawn_at is not None:
        return  # taken back before it was ever told
    await run.attempt(
        "line",
        partial(placed, run, services, kind, incident.channel_id, post, thread_ts=thread_of(message)),
        loss=f"The line about {noun(action).lower()} {action.number} could not be posted",
    )
    surface = await surfaces.find(services, incident.key, kind)
    if surface is not None:  # it may show what was true before
        await surfaces.show(services, surface, post)


async def made_of(session: AsyncSession, incident: Incident, action: Action | None) -> Message | None:
    if action is None or action.source_ts is None:
        return None
    return await messages.get(session, incident.channel_id or "", action.source_ts)


def thread_of(message: Message | None) -> str:
    return (message.thread_ts or message.ts) if message is not None else ""


async def placed(run: Run, services: Services, kind: str, channel_id: str, post: Post, *, thread_ts: str) -> str:
    return (await surfaces.place(run, services, kind, channel_id, post, thread_ts=thread_ts)).ts


async def run_overdue(run: Run, services: Services) -> None:
    """Ask for it in the thread of where it was made, unless it is done, moved, or no longer matters."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        action = await session.get(Action, int(run.args["action_id"]))
        message = await made_of(session, incident, action)
    if action is None or incident.channel_id is None or not overdue(action, incident):
        return
    if action.due_at is None or action.due_at.isoformat() != run.args["due_at"]:
        return
    surface = await surfaces.find(services, incident.key, f"follow-up-{action.id}")
    thread_ts = thread_of(message) or (surface.ts if surface is not None else "")
    await run.post("overdue", incident.channel_id, overdue_line(action), thread_ts=thread_ts)


def overdue_line(action: Action) -> Post:
    who = person(action.owner or action.created_by)
    text = f"⏰ {who}: action {action.number} was {due_words(action)}: {action.text}. How does it stand?"
    buttons = [
        done_button(action),
        blocks.button("30 min more", f"action_more_{action.number}", value(action)),
        blocks.button("After the incident", f"action_after_{action.number}", value(action)),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="overdue")))
