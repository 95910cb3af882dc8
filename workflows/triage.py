"""Maybe an incident: accepted it becomes one, declined it stays on record with the reason and out of every figure."""

from storage.models import Incident, Status
from workflows import handoff, lifecycle
from workflows.announcing import announce_line
from workflows.change import Change, change
from workflows.course import say, taken_up
from workflows.errors import UserError
from workflows.overview import overview
from workflows.ports import Post
from workflows.services import Services
from workflows.severity import meaning
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape, person


async def accept(services: Services, incident_id: int, *, press: str, by: str) -> Incident:
    """It is an incident: announced as one, with the update clock of its severity.

    Raises `UserError` when it is not in triage, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        refuse_decided(incident)
        incident.status = lifecycle.move(incident.status, "accept")
        incident.acknowledged_at = incident.acknowledged_at or made.now
        await made.reset_clock(services)
        made.tell("status", "Accepted: it is an incident", by, state=incident.status)
        await made.refresh()
        await taken_up(made, services, by)
    return made.incident


def refuse_decided(incident: Incident) -> None:
    if incident.status != Status.TRIAGE:
        raise UserError(f"{incident.ref} is not in triage: it is {incident.status}. Nothing was changed.")


async def decline(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """It is none, for this reason (Slack-encoded). Raises as `accept`."""
    async with change(services, incident_id, press=press) as made:
        refuse_decided(made.incident)
        await call_off(made, reason, by, services)
    return made.incident


async def cancel(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """Call off whatever is open, for this reason (Slack-encoded).

    Raises `UserError` when it has ended, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        await call_off(made, reason, by, services)
    return made.incident


async def call_off(made: Change, reason: str, by: str, services: Services, *, aloud: bool = True) -> None:
    """End it. `aloud`: the channel is told; whoever does without has told it."""
    incident = made.incident
    status = lifecycle.move(incident.status, "cancel")
    word = "Declined" if incident.status == Status.TRIAGE else "Cancelled"
    incident.status, incident.close_reason, incident.closed_at = status, reason, made.now
    await made.reset_clock(services)
    await handoff.overtake(made, by)
    made.tell("status", f"{word}: {reason}", by, state=status)
    await made.refresh()
    if not aloud:
        return
    await say(
        made,
        f"{person(by)}: {word}. {reason}\nIt stays on record and out of the figures. Nobody is reminded any more. "
        "`/incident reopen` if it is one after all.",
    )


# What follows happens in Slack, and may be entered again at any point.


async def run_accepted(run: Run, services: Services) -> None:
    """Say in the channel, and where incidents are announced, that it is one."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    by = person(str(run.args["by"]))
    means = meaning(view.severity)
    ic = f"Incident commander: {person(view.ic)}." if view.ic else "Nobody is incident commander yet."
    accepted = Post(text=f"{by} accepted this as an incident.\n{means}\n{ic}")
    await run.post("line", incident.channel_id, accepted)
    title = f"*{incident.ref}* {escape(incident.severity)} is an incident: {escape(incident.title)}"
    await announce_line(run, services, f"{title}\n{means} {ic} Go to <#{incident.channel_id}>.")
