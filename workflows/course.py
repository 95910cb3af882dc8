"""The course of an incident: severity, status and title, each changed in one transaction and told once."""

from datetime import datetime
from typing import Final

from storage import incidents
from storage.models import Incident, Status
from workflows import channel_names, drills, escalating, lifecycle, merge
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import duration, escape, person

NEXT_STEPS: Final = {
    Status.IDENTIFIED: "Mitigate first: roll back, switch off, fail over. The root cause can wait.",
    Status.MITIGATED: "Watch the metrics. When it stays stable: `/incident resolved`.",
    Status.RESOLVED: "It can be closed when it has been stable for a while: `/incident close`.",
    Status.INVESTIGATING: "The update clock runs again.",
}


async def move(services: Services, incident_id: int, action: str, *, press: str, by: str, text: str = "") -> Incident:
    """Take the incident along its life. `text` (Slack-encoded) says what was found or done.

    Raises `UserError` when the step is not possible from here.
    """
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        before, unaccepted = incident.status, is_unaccepted(incident)
        incident.status = lifecycle.move(before, action)
        mark_milestone(incident, made.now)
        if before == Status.MERGED:
            text = await merge.taken_out(made, by, text)
        if before == Status.CANCELLED:
            incident.close_reason = ""
        if text:
            incident.understanding = text
        await made.reset_clock(services)
        made.tell("status", status_line(incident, text), by, state=incident.status)
        await made.refresh()
        await say(made, f"{person(by)}: {status_line(incident, text)}\n{next_step(services, incident)}")
        if unaccepted and incident.is_open:
            await taken_up(made, services, by)
    return made.incident


def is_unaccepted(incident: Incident) -> bool:
    """Whether nobody has said yet that it is an incident: still in triage, or declined there."""
    return incident.acknowledged_at is None and not incident.retrospective


async def taken_up(made: Change, services: Services, by: str) -> None:
    """What may have been none is one: those who have to hear of incidents do."""
    await escalating.declared(made, services.policy)
    await made.owe("accepted", f"{made.incident.id}:{made.incident.version}", {"by": by})


def mark_milestone(incident: Incident, now: datetime) -> None:
    """The first time counts; reopening takes the later milestones back. Whatever leaves triage is acknowledged."""
    incident.acknowledged_at = incident.acknowledged_at or now
    if incident.status == Status.MITIGATED:
        incident.mitigated_at = incident.mitigated_at or now
    elif incident.status == Status.RESOLVED:
        incident.mitigated_at = incident.mitigated_at or now
        incident.resolved_at = now
    elif incident.status == Status.INVESTIGATING:
        incident.mitigated_at = incident.resolved_at = incident.closed_at = None


def status_line(incident: Incident, text: str) -> str:
    began = incident.began_at or incident.declared_at
    reached = incident.resolved_at if incident.status == Status.RESOLVED else incident.mitigated_at
    word = "Reopened" if incident.status == Status.INVESTIGATING else incident.status.capitalize()
    took = f" after {duration(reached - began)}" if reached and incident.status != Status.IDENTIFIED else ""
    return f"{word}{took}" + (f": {text}" if text else "")


def next_step(services: Services, incident: Incident) -> str:
    if incident.status == Status.RESOLVED and incident.drill:
        return "`/incident close` ends the drill, and shows how it went."
    if incident.status == Status.RESOLVED:
        wait = duration(services.policy.stable_for)
        return f"When it has been stable for {wait}: `/incident close`, and the postmortem draft is written."
    return NEXT_STEPS[Status(incident.status)]


async def rename(services: Services, incident_id: int, title: str, *, press: str, by: str) -> Incident:
    """Give the incident another title (plain text); its channel's name follows, with the date it always had."""
    async with change(services, incident_id, press=press) as made:
        incident, before = made.incident, made.incident.title
        if title == before:
            raise UserError("That is its title already. Nothing was changed.")
        incident.title = title
        made.tell("renamed", f"Renamed from “{escape(before)}” to “{escape(title)}”", by)
        await made.refresh()
        await made.owe("rename", f"{incident.id}:{incident.version}")
    return made.incident


async def run_rename(run: Run, services: Services) -> None:
    """Bring the channel's name in line with the title. Repeating it is harmless: Slack renames to the same name."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    topic = drills.topic_of(incident.title, drill=incident.drill)
    base = channel_names.wanted(services, topic, incident.declared_at, hidden=incident.private)
    if channel_names.fits(incident.channel_name, base, hidden=incident.private):
        return
    await run.attempt(
        "rename", lambda: renamed(services, incident, base), loss="The channel could not be renamed; its title could"
    )


async def renamed(services: Services, incident: Incident, base: str) -> str:
    async with services.database.read() as session:
        taken = await incidents.names_like(session, base)
    while True:
        name = channel_names.next_free(channel_names.distinct(base, hidden=incident.private), taken)
        try:
            given = await services.slack.channels.rename(incident.channel_id or "", name)
        except Refused as refused:
            if refused.error != "name_taken":
                raise
            taken |= {name}
            continue
        async with change(services, incident.key) as made:
            made.incident.channel_name = given
        return given


async def say(made: Change, text: str) -> None:
    """Owe one line in the channel."""
    await made.owe("say", f"{made.incident.id}:{made.incident.version}", {"text": text})
