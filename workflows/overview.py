"""An incident as it stands, read once and handed to everything that renders it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import checklists, incidents, parts, promises, war_rooms
from storage import clocks as duties
from storage.models import Checklist, ClockQuestion, Handoff, Incident, Promise, Update
from workflows import approved
from workflows.clocks_view import ClockView, of_merged, views
from workflows.policy import Hook, Policy, Service
from workflows.severities import Severity


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`roles` maps a role word to the people who hold it now; a free role is absent. `promises` are those still open.

    `call_url` is empty where there is no call.
    """

    incident: Incident
    severity: Severity
    roles: Mapping[str, Sequence[str]]
    updates: Sequence[Update]
    handoff: Handoff | None
    service: Service | None
    promises: Sequence[Promise] = ()
    runbook: Checklist | None = None
    clocks: Sequence[ClockView] = ()
    clocks_asked: ClockQuestion | None = None
    hooks: Sequence[Hook] = ()
    announcement_url: str = ""
    call_url: str = ""

    @property
    def ic(self) -> str:
        return next(iter(self.roles.get("ic", ())), "")

    @property
    def free_roles(self) -> tuple[str, ...]:
        """The roles that the severity asks for and nobody holds."""
        return tuple(role for role in self.severity.roles if not self.roles.get(role))


async def overview(session: AsyncSession, incident: Incident, policy: Policy) -> Overview:
    roles: dict[str, list[str]] = {}
    for held in await incidents.holders(session, incident.key):
        roles.setdefault(held.role, []).append(held.user_id)
    there = await parts.of_incident(session, incident.key)
    room = await war_rooms.of_incident(session, incident.key) if there.call else None
    return Overview(
        incident=incident,
        severity=severity_of(incident, policy),
        roles=roles,
        updates=await incidents.updates(session, incident.key) if there.updates else (),
        handoff=await incidents.open_handoff(session, incident.key) if there.handoff else None,
        service=policy.service(incident.service) if incident.service else None,
        promises=await promises.still_open(session, incident.key) if there.promises else (),
        runbook=await checklists.foremost(session, incident.key) if there.runbook else None,
        clocks=await clocks_of(session, incident, there),
        clocks_asked=await duties.question(session, incident.key) if incident.kind else None,
        hooks=approved.available(incident, policy),
        call_url=room.url if room is not None else "",
    )


async def clocks_of(session: AsyncSession, incident: Incident, there: parts.Parts) -> Sequence[ClockView]:
    """Its own, and those of what was merged into it."""
    own = await views(session, incident.key) if there.clocks else []
    return [*own, *await of_merged(session, incident)] if there.clocks_of_merged else own


def severity_of(incident: Incident, policy: Policy) -> Severity:
    """The incident's severity; one that is no longer configured keeps its name and asks for nothing."""
    return policy.severity(incident.severity) or Severity(level=incident.severity, name="no longer configured")
