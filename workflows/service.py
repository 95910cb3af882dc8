"""Saying which service an incident is about after it was declared: its owner comes, its pages are shown."""

from storage.models import Incident
from workflows import dependencies, parties, updates
from workflows.change import change
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import escape


async def set_service(services: Services, incident_id: int, name: str | None, *, press: str, by: str) -> Incident:
    """Note the service; `None` takes it back, and sends nobody away.

    Raises `UserError` when it is so already or the incident has ended, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        incident, before = made.incident, made.incident.service
        updates.refuse_ended(incident)
        if (before or None) == name:
            about = f"about {escape(name)}" if name else "about no service"
            raise UserError(f"{incident.ref} is {about} already. Nothing was changed.")
        incident.service = name
        instead = f" instead of {escape(before)}" if before else ""
        made.tell(
            "service", f"It is about {escape(name)}{instead}" if name else f"It is not about {escape(before or '')}", by
        )
        await made.refresh()
        owner = parties.owner(incident, services.policy)
        await parties.owe(made, f"service-{incident.version}", [owner] if owner else [])
        await dependencies.owe(made, services.policy)
    return incident
