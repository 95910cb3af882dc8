"""Roles that the severity asks for and nobody holds: noted when they come up, asked about when they stay so.

`watch` follows every change of severity, status and roles; what is said is `workflows.role_nag_lines`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, runs, vacancies
from storage.models import Incident, Reminder, Status, Vacancy
from workflows import claimed
from workflows.ids import new_id
from workflows.policy import Policy
from workflows.services import Services

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "vacancy"  # of the reminder and its runs
TWO_HATS: Final = "two_hats"
GRAVE: Final = 2  # the most severe levels at which nobody commands and debugs at once


async def watch(made: "Change", services: Services) -> None:
    """Follow who is missing. Call it after every change of severity, status and roles; repeating it is harmless."""
    missing = await missing_roles(made.session, made.incident, services.policy)
    known = await vacancies.still_open(made.session, made.incident.key)
    filled = [one for one in known if one.role not in missing]
    open_now = [one for one in known if one.role in missing]
    anew = [role for role in missing if role not in {one.role for one in known}]
    open_now += [Vacancy(incident_id=made.incident.key, role=role, since=made.now) for role in anew]
    # First the reminder, as `due` has it: who changed these rows first would wait for a tick that waits for them.
    at = next_due(open_now, services.policy.empty_role)
    await (made.forget(KIND) if at is None else made.remind(KIND, at))
    for one in filled:
        one.ended_at = made.now
    made.session.add_all([*filled, *open_now])
    await made.session.flush()
    if any(one.asked for one in filled):
        await owe_lines(made.session, made.incident, made.now)
    await watch_hats(made, services.policy)


async def missing_roles(session: AsyncSession, incident: Incident, policy: Policy) -> tuple[str, ...]:
    """The roles that are needed and free; none before it is an incident, and none when it is over."""
    severity = policy.severity(incident.severity)
    if severity is None or not incident.is_open or incident.status == Status.TRIAGE or not policy.empty_role:
        return ()
    held = {one.role for one in await incidents.holders(session, incident.key)}
    return tuple(role for role in severity.roles if role not in held)


def next_due(open_now: Sequence[Vacancy], rungs: Sequence[timedelta]) -> datetime | None:
    """When somebody is to be asked next."""
    return min((one.since + rungs[one.asked] for one in open_now if one.asked < len(rungs)), default=None)


async def owe_lines(session: AsyncSession, incident: Incident, now: datetime) -> None:
    """Let what Slack shows of it follow. Each time is a run of its own, so that its steps are done anew."""
    await runs.owe(
        session,
        kind=KIND,
        key=f"{KIND}:{incident.key}:{new_id('line')}",
        lane=f"{KIND}:{incident.key}",
        now=now,
        incident_id=incident.key,
    )


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """Some role has been free for so long: owe the line that asks, and move the reminder on."""
    now, rungs = services.clock.now(), services.policy.empty_role
    incident = await incidents.get(session, reminder.incident_id)
    open_now = await vacancies.still_open(session, reminder.incident_id)
    asked_anew = False
    for one in open_now:
        passed = sum(1 for after in rungs if one.since + after <= now)
        if passed > one.asked:
            one.asked, asked_anew = passed, True
            session.add(one)
    if asked_anew and incident is not None:
        await owe_lines(session, incident, now)
    await claimed.move(session, reminder, next_due(open_now, rungs))


# Whoever commands does not debug.


async def watch_hats(made: "Change", policy: Policy) -> None:
    """At the most severe levels one person holds command and the technical work: say so, once to each person."""
    if not is_grave(made.incident, policy):
        return
    commander = await incidents.holder(made.session, made.incident.key, "ic")
    if commander is None or commander != await incidents.holder(made.session, made.incident.key, "ops"):
        return
    key = f"{TWO_HATS}:{made.incident.key}:{commander}"
    if not await runs.with_keys(made.session, [key]):
        await runs.owe(
            made.session,
            kind=TWO_HATS,
            key=key,
            lane=f"incident:{made.incident.key}",
            now=made.now,
            incident_id=made.incident.key,
            args={"user": commander},
        )


def is_grave(incident: Incident, policy: Policy) -> bool:
    levels = [severity.level for severity in policy.severities[:GRAVE]]
    return incident.is_open and incident.severity in levels
