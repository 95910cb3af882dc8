"""Snoozing reminders: with a reason, for everybody to see, and never for long."""

from datetime import datetime, timedelta
from typing import Final

from storage.models import Incident
from workflows import nags
from workflows.change import change
from workflows.errors import UserError
from workflows.overview import severity_of
from workflows.policy import Policy
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clock_time, duration, escape, person

LONGEST: Final = timedelta(minutes=30)
USUAL: Final = (timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=30))


def longest(incident: Incident, policy: Policy) -> timedelta:
    """How long reminders may be silent at a time: half an hour, or less where updates are due more often."""
    return min(severity_of(incident, policy).update_every or LONGEST, LONGEST)


def lengths(incident: Incident, policy: Policy) -> tuple[timedelta, ...]:
    """What people can choose from, shortest first; the policy's usual length is among them unless it is too long."""
    most = longest(incident, policy)
    return tuple(sorted({length for length in (policy.snooze, *USUAL) if length <= most} or {most}))


def refuse_calm(incident: Incident, policy: Policy, now: datetime) -> None:
    """Raise `UserError` when there is no reminder that could be snoozed, with when one would come."""
    if not incident.is_open:
        raise UserError(f"{incident.ref} is {incident.status}, so nobody is reminded of updates. Nothing to snooze.")
    if incident.update_due_at is None:
        level = escape(severity_of(incident, policy).level)
        raise UserError(f"At {level} nobody is reminded of updates. Nothing to snooze.")
    if incident.snoozed_until is not None and incident.snoozed_until > now:
        raise UserError(f"The reminders are snoozed already, until {clock_time(incident.snoozed_until)}.")
    if incident.update_due_at > now:
        raise UserError(
            f"No update is due yet: the next one is due {clock_time(incident.update_due_at)}. "
            "A reminder can be snoozed once it has come."
        )


async def snooze(
    services: Services, incident_id: int, *, press: str, by: str, reason: str, length: timedelta
) -> Incident:
    """Keep quiet for `length`, then begin to remind anew. `reason` is Slack-encoded.

    Raises `UserError` when nothing is due, or `length` is more than `longest`.
    """
    policy = services.policy
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        refuse_calm(incident, policy, made.now)
        if length > longest(incident, policy):
            most = duration(longest(incident, policy))
            raise UserError(f"At {incident.severity} reminders can be snoozed for {most} at most.")
        until = made.now + length
        incident.snoozed_until = until
        await made.remind("update", until)
        made.tell("snooze", f"Reminders snoozed for {duration(length)}: {reason}", by)
        await made.refresh()
        args = {"until": until.isoformat(), "by": by, "reason": reason}
        await made.owe("snooze", f"{incident.id}:{until.isoformat()}", args, lane=f"nag:{incident.id}")
    return incident


async def run(run: Run, services: Services) -> None:
    """Take the reminder away and say in the channel who wants quiet, until when and why, while that still holds."""
    incident = await load(services, run.incident_id)
    if not nags.asks(incident, services.clock.now()):
        await nags.remove_lines(run, services)
    until = datetime.fromisoformat(str(run.args["until"]))
    if incident.channel_id is None or incident.snoozed_until != until:
        return
    who, reason = person(str(run.args["by"])), str(run.args["reason"])
    text = f"{who} snoozed the reminders until {clock_time(until)}: {reason}"
    await run.post("line", incident.channel_id, Post(text=text))
