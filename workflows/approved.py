"""Which pre-approved hooks are for which incident. Pure."""

from storage.models import Incident
from workflows.drills import may_reach_out
from workflows.errors import UserError
from workflows.policy import Hook, Policy
from workflows.words import escape


def available(incident: Incident, policy: Policy) -> list[Hook]:
    """The hooks that are meant for an incident like this one, while it is open."""
    if not incident.is_open:
        return []
    return [one for one in policy.hooks if not why_not(one, incident, policy)]


def why_not(hook: Hook, incident: Incident, policy: Policy) -> str:
    """Why a hook is not for this incident; empty when it is."""
    if not may_reach_out(incident):
        return "this is a drill, in which nothing outside is called"
    levels = [found.level for found in map(policy.severity, hook.severities) if found is not None]
    if levels and incident.severity not in levels:
        return f"it is for {', '.join(levels)}, and this is {incident.severity}"
    wanted = [found.name for found in map(policy.service, hook.services) if found is not None]
    service = policy.service(incident.service) if incident.service else None
    if wanted and (service is None or service.name not in wanted):
        return f"it is for {', '.join(wanted)}, and this incident is about {service.name if service else 'no service'}"
    return ""


def named(policy: Policy, name: str) -> Hook:
    """Raises `UserError` when it is not, or no longer, configured."""
    found = next((one for one in policy.hooks if one.name.casefold() == name.strip().casefold()), None)
    if found is None:
        names = ", ".join(f"“{escape(one.name)}”" for one in policy.hooks) or "none"
        raise UserError(f"Nothing called “{escape(name)}” has been approved in advance. There are: {names}.")
    return found
