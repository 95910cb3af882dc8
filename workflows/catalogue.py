"""The service catalogue: what was meant by a word, what hangs on what, how a service looks. Pure but for one query."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, process
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from storage.models import Incident
from workflows.policy import Link, Policy, Service
from workflows.severities import folded
from workflows.words import escape

ALIKE: Final = 60  # of 100: what was typed may have been meant to be this


def nearest(policy: Policy, typed: str) -> Service | None:
    """The service that a word, which names none, was probably meant to be."""
    names = [name for service in policy.services for name in (service.name, *service.aliases)]
    found = process.extractOne(typed, names, scorer=fuzz.ratio, processor=folded, score_cutoff=ALIKE)
    return None if found is None else policy.service(found[0])


def needs(policy: Policy, service: Service) -> list[Service]:
    """The services that it depends on, nearest first, those of its dependencies too; circles are walked once."""
    found: dict[str, Service] = {}
    waiting = [*service.depends_on]
    while waiting:
        needed = policy.service(waiting.pop(0))
        if needed is not None and needed.name not in found and needed.name != service.name:
            found[needed.name] = needed
            waiting += needed.depends_on
    return list(found.values())


def needed_by(policy: Policy, service: Service) -> list[Service]:
    """The services that depend on it, also by way of others."""
    return [one for one in policy.services if one.name != service.name and service in needs(policy, one)]


async def open_about(
    session: AsyncSession, services: Sequence[Service], *, except_for: Incident | None = None
) -> list[Incident]:
    """Open incidents about any of these services that everybody may know of, newest first; no drills."""
    found = await incidents.open_about(session, [service.name for service in services])
    skipped = except_for.id if except_for else None
    return [one for one in found if not (one.private or one.drill) and one.id != skipped]


def named(incident: Incident) -> str:
    """An incident in a sentence about another one."""
    where = f", <#{incident.channel_id}>" if incident.channel_id else ""
    return f"{incident.ref} {escape(incident.severity)} “{escape(incident.title)}” ({incident.status}{where})"


def card_line(service: Service) -> str:
    """What helps with a service, on one line; empty when the catalogue knows nothing more than its name."""
    parts = [
        links("runbooks", service.runbooks),
        links("dashboards", service.dashboards),
        f"depends on {', '.join(map(escape, service.depends_on))}" if service.depends_on else "",
    ]
    told = " · ".join(part for part in parts if part)
    return f"*{escape(service.name)}:* {told}" if told else ""


def links(title: str, pages: Sequence[Link]) -> str:
    shown = ", ".join(f"<{page.url}|{escape(page.title)}>" for page in pages)
    return f"{title} {shown}" if shown else ""
