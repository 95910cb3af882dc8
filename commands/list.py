"""`/incident list`: what is open, most severe first."""

from collections.abc import Sequence
from typing import Final

from commands import near_miss
from commands.request import Reply, SlashRequest, Subcommand, told
from storage import incidents
from storage.models import Incident
from workflows import access
from workflows.card import SIGNS
from workflows.drills import label
from workflows.overview import Overview, overview
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clock_time, escape, person

MOST_SHOWN: Final = 30


async def command(request: SlashRequest, services: Services) -> Reply:
    """Open incidents; `list all` adds the newest that have ended; `list near-misses` is another list."""
    if near_miss.LISTED.fullmatch(request.text.strip()):
        return await near_miss.listed(services)
    policy = services.policy
    async with services.database.read() as session:
        found = list(await incidents.in_status(session))
        if request.text.strip().lower() in {"all", "closed"}:
            found += await incidents.recently_ended(session, 20)
        shown = by_severity(await access.visible(session, found, request.user_id), policy)
        lines = [line(await overview(session, one, policy)) for one in shown[:MOST_SHOWN]]
        guest = await access.is_guest(session, request.user_id)
    if not lines:
        none = "You are in no open incident" if guest else "No incident is open"
        return told(f"{none}. `/incident declare` starts one; `/incident list all` shows ended ones.")
    if len(shown) > MOST_SHOWN:
        lines.append(f"… and {len(shown) - MOST_SHOWN} more, less severe or older.")
    return told("\n".join(lines))


def by_severity(found: Sequence[Incident], policy: Policy) -> list[Incident]:
    """Open ones first, the most severe of them first, the newest of those first."""
    order = {severity.level: place for place, severity in enumerate(policy.severities)}
    return sorted(found, key=lambda one: (not one.is_open, order.get(one.severity, len(order)), -one.key))


def line(view: Overview) -> str:
    incident = view.incident
    ic = f"IC {person(view.ic)}" if view.ic else "no IC"
    due = f" · update due {clock_time(incident.update_due_at)}" if incident.update_due_at and incident.is_open else ""
    where = f" · <#{incident.channel_id}>" if incident.channel_id else ""
    lock = "🔒 " if incident.private else ""
    signs = f"{SIGNS[incident.status]} {label(incident)}{lock}"
    title = f"{signs}*{incident.ref}* {incident.severity} {escape(incident.title)}"
    return f"{title} · {incident.status} · {ic}{due}{where}"


SUBCOMMAND = Subcommand(
    word="list",
    synonyms=("ls", "all"),
    usage="list [all] | list near-misses",
    help="The open incidents, most severe first; or the near misses.",
    function=command,
)
