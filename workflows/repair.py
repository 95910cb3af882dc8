"""Trying again what Slack refused, once somebody may have put it right: when asked, and at each start.

Failed runs are owed again. Of runs that went on without something, the refusal is forgotten and the run entered
again: what has been done stays done.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, runs
from storage.models import Incident, Run, RunState
from workflows import patience
from workflows.change import change
from workflows.services import Services
from workflows.steps import REFUSED

# What people call the work of each kind of run. A kind that is not here is called by its own name.
CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "the word that it is an incident",
        "announce": "the announcement",
        "close": "the postmortem draft and the last word",
        "declare": "the channel, its card, the invitations",
        "bookmarks": "a bookmark",
        "follow_up": "the line about a follow-up",
        "escalation": "calling people",
        "groups": "bringing in the people of a service, severity or user group",
        "handoff": "the handoff",
        "let_in": "inviting who was let in",
        "merged": "moving people to the incident that goes on",
        "nag": "a reminder",
        "origin": "the link to the message it was declared from",
        "nag_clear": "removing an old reminder",
        "reconcile": "reading the channel back",
        "refresh": "card, topic and announcement",
        "rename": "the channel's name",
        "role": "bringing in who took a role",
        "say": "a line in the channel",
        "severity": "the line about a change of severity",
        "shut_out": "taking somebody out of the channel",
        "snooze": "the line about a snooze",
        "taken_in": "the line about what was merged into it",
        "two_hats": "a word to who holds both command and operations",
        "update": "an update",
        "vacancy": "asking who takes a role",
        "war_room": "the call",
        "welcome": "telling the declarer",
    }
)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What Slack does not show although it should: `what`, and Slack's word for why (empty: it only waits)."""

    what: str
    error: str


async def missing(session: AsyncSession, incident_id: int) -> list[Missing]:
    """What was refused, or waits because something went wrong, in the order in which it was owed."""
    found: dict[Missing, None] = {}
    troubled = await runs.in_trouble(session, incident_id)
    results = await runs.results_of(session, [run.id or 0 for run in troubled]) if troubled else {}
    for run in troubled:
        if run.kind == patience.KIND:
            continue
        errors = [error for one in refused_steps(results.get(run.id or 0, {})).values() for error in one]
        if run.state == RunState.FAILED:
            errors.append(run.error or "an error inside Sitrep")
        if run.state == RunState.WAITING and run.trouble and not errors:
            errors.append("")
        found |= {Missing(what=called(run), error=error): None for error in errors}
    return list(found)


def called(run: Run) -> str:
    return CALLED.get(run.kind, run.kind.replace("_", " "))


def refused_steps(results: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The steps of a run that Slack refused, by the results of all its steps, each with Slack's words for why."""
    found: dict[str, tuple[str, ...]] = {
        name: (value.removeprefix(REFUSED),) for name, value in results.items() if value.startswith(REFUSED)
    }
    for name, value in results.items():
        step, _, which = name.partition(":")
        if step == "invite" and value != runs.NOBODY:
            found[name] = tuple(json.loads(value).values())
            found[f"invite_refused:{which}" if which else "invite_refused"] = ()  # who could not come is told again
    return found


async def repair(services: Services, incident_id: int, *, press: str) -> Sequence[Missing]:
    """Owe again what was refused for this incident, and let what waits begin at once. Returns what that is.

    Raises `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        found = await missing(made.session, incident_id)
        made.owed += await again(made.session, made.incident, services)
    return found


async def owe_all(services: Services) -> None:
    """At start: try again whatever Slack has refused of open incidents; somebody may have put it right."""
    async with services.database.write() as session:
        for incident_id in await runs.refused(session):
            incident = await incidents.get(session, incident_id)
            if incident is not None:
                await again(session, incident, services)
    services.bell.ring()


async def again(session: AsyncSession, incident: Incident, services: Services) -> list[str]:
    """The keys of the runs that are entered again."""
    now = services.clock.now()
    owed: list[str] = []
    found = await (runs.in_trouble if incident.channel_id else runs.of_incident)(session, incident.key)
    results = await runs.results_of(session, [run.id or 0 for run in found])
    for run in found:
        if run.kind == patience.KIND:
            continue
        steps = list(refused_steps(results.get(run.id or 0, {})))
        if not (steps or run.state == RunState.FAILED or needs_channel(incident, run) or waits(run)):
            continue
        await runs.forget_results(session, run_id=run.id or 0, names=steps)
        runs.ask_again(run, None, now)
        run.due_at = min(run.due_at, now)
        session.add(run)
        owed.append(run.key)
    return owed


def needs_channel(incident: Incident, run: Run) -> bool:
    """Whatever ended without a channel to say it in is said once there is one."""
    return incident.channel_id is None and run.lane == f"incident:{incident.id}"


def waits(run: Run) -> bool:
    """A run that is postponed after trouble need not wait any longer."""
    return run.state == RunState.WAITING and bool(run.trouble) and run.leased_by is None
