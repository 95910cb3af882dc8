"""Maybe an incident: accepted it becomes one, declined it stays on record with the reason and out of every figure."""

from storage import incidents
from storage.models import Incident, Status
from workflows import handoff, lifecycle
from workflows.announcing import announce_line
from workflows.change import Change, change
from workflows.course import say
from workflows.errors import UserError
from workflows.overview import overview
from workflows.policy import Policy
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
        if incident.status != Status.TRIAGE:
            raise UserError(f"{incident.ref} is not in triage: it is {incident.status}. Nothing was changed.")
        incident.status = lifecycle.move(incident.status, "accept")
        incident.acknowledged_at = incident.acknowledged_at or made.now
        await made.reset_clock(services)
        made.tell("status", "Accepted: it is an incident", by, state=incident.status)
        await made.refresh()
        await made.owe("accepted", f"{incident.id}:{incident.version}", {"by": by})
    return made.incident


async def cancel(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """Call it off: what is in triage is declined, by anybody; an incident by its commander or an admin.

    `reason` is Slack-encoded. Raises `UserError` when it has ended, or this person may not; the latter is noted on the
    timeline. `AlreadyDone` for the same press.
    """
    refusal = ""
    async with change(services, incident_id, press=press) as made:
        status = lifecycle.move(made.incident.status, "cancel")
        refusal = await who_may(made, by, services.policy)
        if refusal:
            made.tell("refused", "Cancelling was asked for by somebody who may not. Nothing was changed.", by)
        else:
            await call_off(made, status, reason, by, services)
    if refusal:
        raise UserError(refusal)
    return made.incident


async def who_may(made: Change, by: str, policy: Policy) -> str:
    """Why this person may not cancel it, and what would work; empty when they may."""
    incident = made.incident
    if incident.status == Status.TRIAGE or by in policy.admins:
        return ""
    commander = await incidents.holder(made.session, incident.key, "ic")
    if by == commander:
        return ""
    if commander is None:
        return f"{incident.ref} has no incident commander, and cancelling is for that person: `/incident role take ic`."
    return (
        f"{person(commander)} is incident commander of {incident.ref}, so cancelling it is for them and for admins. "
        "Ask them in the channel. Nothing was changed."
    )


async def call_off(made: Change, status: Status, reason: str, by: str, services: Services) -> None:
    incident = made.incident
    word = "Declined" if incident.status == Status.TRIAGE else "Cancelled"
    incident.status, incident.close_reason = status, reason
    await made.reset_clock(services)
    await handoff.overtake(made, by)
    made.tell("status", f"{word}: {reason}", by, state=status)
    await made.refresh()
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
