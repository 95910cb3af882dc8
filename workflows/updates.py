"""Status updates: what changed, said once, kept on the timeline, and the clock starts anew."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from storage import promises as given
from storage.models import Incident, Promise, Status, Update
from workflows import blocks, promises
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Post
from workflows.promise_words import described
from workflows.promises_until import Promised
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clipped, clock_time, in_line, person

NOTHING_NEW: Final = "Nothing new"


async def post_update(
    services: Services,
    incident_id: int,
    *,
    press: str,
    by: str,
    changed: str,
    impact: str = "",
    next_step: str = "",
    next_in: timedelta | None = None,
    promised: Promised | None = None,
) -> Incident:
    """Record an update and owe its post. Texts are Slack-encoded; `next_in` overrules the severity's cadence once.

    `promised` is what people outside were told with it.

    Raises `UserError` when the incident has ended, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        refuse_ended(made.incident)
        if impact:
            made.incident.impact = impact
        if next_step:
            made.incident.next_step = next_step
        if changed != NOTHING_NEW:
            made.incident.understanding = changed
        update = await record(
            made, services, by=by, changed=changed, impact=impact, next_step=next_step, next_in=next_in
        )
        if promised is not None:
            await promises.record(made, services, promised, by=by, update_id=update.id)
    return made.incident


async def record(
    made: Change,
    services: Services,
    *,
    by: str,
    changed: str,
    impact: str = "",
    next_step: str = "",
    next_in: timedelta | None = None,
) -> Update:
    """The rows of an update inside a change: its own, its line, the new due time, the work owed."""
    incident = made.incident
    due_at = incident.update_due_at
    await made.reset_clock(services, after=next_in)
    update = Update(
        incident_id=incident.key,
        at=made.now,
        by=by,
        status=incident.status,
        severity=incident.severity,
        impact=impact,
        changed=changed,
        next_step=next_step,
        due_at=due_at,
        next_due_at=incident.update_due_at,
    )
    made.session.add(update)
    await made.session.flush()
    made.tell("update", as_line(changed, impact, next_step), by)
    await made.refresh()
    await made.owe("update", str(update.id), {"update_id": update.id})
    return update


def refuse_ended(incident: Incident) -> None:
    if incident.status in (Status.CLOSED, Status.CANCELLED, Status.MERGED):
        raise UserError(
            f"{incident.ref} is {incident.status}. `/incident reopen` if it has come back; "
            "what you learned since fits its postmortem."
        )


def as_line(changed: str, impact: str, next_step: str) -> str:
    parts = [changed, f"Impact: {impact}" if impact else "", f"Next: {next_step}" if next_step else ""]
    return " · ".join(part for part in parts if part)


async def run(run: Run, services: Services) -> None:
    """Post the update to the channel, with the time at which it was given."""
    async with services.database.read() as session:
        update = await session.get(Update, int(run.args["update_id"]))
        promised = await given.with_update(session, int(run.args["update_id"]))
    incident = await load(services, run.incident_id)
    if update is None or incident.channel_id is None:
        return
    await run.post("update", incident.channel_id, posted(update, promised, services))


def posted(update: Update, promised: Sequence[Promise], services: Services) -> Post:
    """`[UPDATE 14:35] …`, as the mission's documents have it; the time is the team's."""
    at = update.at.astimezone(services.policy.time_zone)
    lines = [f"*[UPDATE {at:%H:%M}]* {clipped(update.changed, 2000)}"]
    if update.impact:
        lines.append(f"*Impact:* {clipped(update.impact, 500)}")
    if update.next_step:
        lines.append(f"*Next:* {clipped(update.next_step, 400)}")
    lines += [f"*Promised outside:* {described(promise, update.at)}" for promise in promised]
    small = f"{update.severity} · {update.status} · by {person(update.by)}"
    if update.next_due_at is not None:
        small += f" · next update by {clock_time(update.next_due_at)}"
    text = f"[UPDATE {at:%H:%M}] {in_line(update.changed, 300)}"
    return Post(text=text, blocks=(blocks.section("\n".join(lines)), blocks.context(small)))
