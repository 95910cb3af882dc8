"""Promises made to people outside: recorded with their time, asked about before it, and ended as kept or missed.

A promise stays while the incident is being resolved and closed: people outside wait for it all the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from storage import promises as stored
from storage.models import Promise, PromiseState, Reminder, Status
from workflows import asking, blocks, claimed
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Post
from workflows.promise_words import ENDED, described, ended_line, moment, question
from workflows.promises_until import Promised
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clipped, clock_time, person

AGAIN: Final = timedelta(minutes=30)  # after the time has passed, until somebody says how it ended
OVER: Final = (Status.CANCELLED, Status.MERGED)


async def make(services: Services, incident_id: int, promised: Promised, *, press: str, by: str) -> Promise:
    """Record a promise by itself. Its texts are Slack-encoded. Raises `UserError` for an incident that is none."""
    async with change(services, incident_id, press=press) as made:
        promise = await record(made, services, promised, by=by)
        await made.refresh()
        text = f"{person(by)} promised outside: {described(promise, made.now)}"
        await made.owe("say", f"promise:{promise.id}", {"text": text})
    return promise


async def record(
    made: Change, services: Services, promised: Promised, *, by: str, update_id: int | None = None
) -> Promise:
    """The rows of a promise inside a change: its own, its line, the time at which it is asked about."""
    incident = made.incident
    if incident.status in OVER:
        raise UserError(f"{incident.ref} is {incident.status}, so nothing is promised for it. Nothing was changed.")
    promise = await stored.add(
        made.session,
        Promise(
            incident_id=incident.key,
            number=0,
            text=clipped(promised.text, 300),
            to_whom=clipped(promised.to_whom, 120),
            due_at=promised.due_at,
            first_due_at=promised.due_at,
            made_by=by,
            made_at=made.now,
            update_id=update_id,
        ),
    )
    made.tell("promise", f"Promised outside: {described(promise, made.now)}", by)
    await remind(made, services, promise)
    return promise


async def remind(made: Change, services: Services, promise: Promise) -> None:
    ask_at = max(made.now, promise.due_at - services.policy.promise_notice)
    if promise.due_at - made.now <= services.policy.promise_notice:
        ask_at = promise.due_at  # whoever has just promised it need not be asked at once
    await made.remind("promise", ask_at, subject=str(promise.id))


async def end(
    services: Services, incident_id: int, number: int, state: PromiseState, *, press: str, by: str, reason: str = ""
) -> Promise:
    """Say how a promise ended. `reason` is Slack-encoded. Raises `UserError` for one that is none, or has ended."""
    async with change(services, incident_id, press=press) as made:
        ended = await end_in(made, number, state, by=by, reason=reason)
    return ended  # noqa: RET504  it is stored only when the block above ends


async def end_in(made: Change, number: int, state: PromiseState, *, by: str, reason: str = "") -> Promise:
    """The same inside a change."""
    promise = await open_one(made, number)
    promise.state, promise.ended_at, promise.ended_by, promise.reason = state, made.now, by, reason
    made.tell("promise", f"Promise {ended_line(promise)}", by)
    await made.forget("promise", subject=str(promise.id))
    await redraw(made, promise)
    return promise


async def move(services: Services, incident_id: int, number: int, due_at: datetime, *, press: str, by: str) -> Promise:
    """Give a promise another time. What was promised at first is kept."""
    async with change(services, incident_id, press=press) as made:
        promise = await open_one(made, number)
        before, promise.due_at = promise.due_at, due_at
        text = f"Promise {number} moved from {moment(before, made.now)} to {moment(due_at, made.now)}: {promise.text}"
        made.tell("promise", text, by)
        await remind(made, services, promise)
        await redraw(made, promise)
    return promise


async def open_one(made: Change, number: int) -> Promise:
    promise = await stored.by_number(made.session, made.incident.key, number)
    if promise is None:
        raise UserError(
            f"{made.incident.ref} has no promise {number}. `/incident promises` lists those there are. "
            "Nothing was changed."
        )
    if promise.state != PromiseState.OPEN:
        at = clock_time(promise.ended_at or promise.due_at)
        raise UserError(f"Promise {number} was {ENDED[promise.state]} at {at} already.")
    return promise


async def redraw(made: Change, promise: Promise) -> None:
    promise.version += 1
    made.session.add(promise)
    key = f"{promise.id}:{promise.version}"  # each change is shown by a run of its own, whose steps are new
    await made.owe("promise_shown", key, {"promise_id": promise.id}, lane=lane(promise))
    await made.refresh()


def lane(promise: Promise) -> str:
    return f"promise:{promise.id}"


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """A promise is due soon, or over time: owe the line that asks, and look again later.

    When the incident is over its line stands, and asks no more: people sleep, and the card says what is open.
    """
    now = services.clock.now()
    promise = await stored.get(session, int(reminder.subject))
    incident = await incidents.get(session, reminder.incident_id)
    if promise is None or incident is None or promise.state != PromiseState.OPEN or incident.status in OVER:
        await session.delete(reminder)
        return
    args = {"promise_id": promise.id, "version": promise.version}
    of = f"{promise.id}:{promise.version}"
    await claimed.owe(session, reminder, services, kind="promise_ask", args=args, of=of, lane=lane(promise))
    again = now + AGAIN if incident.is_open else None
    await claimed.move(session, reminder, promise.due_at if promise.due_at > now else again)


# What follows happens in Slack, and may be entered again at any point.


async def run_ask(run: Run, services: Services) -> None:
    """Ask whether the promise holds, unless it has been answered or moved meanwhile."""
    async with services.database.read() as session:
        promise = await stored.get(session, int(run.args["promise_id"]))
        comms = await incidents.holder(session, run.incident_id, "comms")
        commander = await incidents.holder(session, run.incident_id, "ic")
    incident = await load(services, run.incident_id)
    if promise is None or promise.state != PromiseState.OPEN or promise.version != run.args["version"]:
        return
    if incident.channel_id is None:
        return
    post = question(promise, incident, comms or commander or promise.made_by, services.clock.now())
    await asking.ask(
        run, services, surface_of(promise), incident.channel_id, post, loss="A promise could not be asked about"
    )


async def run_shown(run: Run, services: Services) -> None:
    """The line that asked says how it was answered."""
    async with services.database.read() as session:
        promise = await stored.get(session, int(run.args["promise_id"]))
    if promise is None:
        return
    now = services.clock.now()
    text = f"Promise {ended_line(promise)}" if promise.ended_at else f"Promised outside: {described(promise, now)}"
    await asking.redraw(run, services, surface_of(promise), Post(text=text, blocks=(blocks.section(text),)))


def surface_of(promise: Promise) -> str:
    return f"promise-{promise.id}"
