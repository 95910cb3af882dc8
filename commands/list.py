"""`/incident list`: what is open, most severe first."""

from commands import near_miss
from commands.request import Reply, SlashRequest, Subcommand, told
from storage import incidents
from workflows import access
from workflows.card import SIGNS
from workflows.overview import Overview, overview
from workflows.services import Services
from workflows.words import clock_time, escape, person


async def command(request: SlashRequest, services: Services) -> Reply:
    """Open incidents; `list all` adds the newest that have ended; `list near-misses` is another list."""
    if near_miss.LISTED.fullmatch(request.text.strip()):
        return await near_miss.listed(services)
    policy = services.policy
    async with services.database.read() as session:
        found = list(await incidents.in_status(session))
        if request.text.strip().lower() in {"all", "closed"}:
            found += await incidents.recently_ended(session, 20)
        shown = await access.visible(session, found, request.user_id)
        views = [await overview(session, one, policy) for one in shown]
    if not views:
        return told("No incident is open. `/incident declare` starts one; `/incident list all` shows ended ones.")
    order = {severity.level: place for place, severity in enumerate(policy.severities)}
    views.sort(key=lambda view: (not view.incident.is_open, order.get(view.incident.severity, 99), view.incident.key))
    return told("\n".join(line(view) for view in views[:30]))


def line(view: Overview) -> str:
    incident = view.incident
    ic = f"IC {person(view.ic)}" if view.ic else "no IC"
    due = f" · update due {clock_time(incident.update_due_at)}" if incident.update_due_at and incident.is_open else ""
    where = f" · <#{incident.channel_id}>" if incident.channel_id else ""
    lock = "🔒 " if incident.private else ""
    title = f"{SIGNS[incident.status]} {lock}*{incident.ref}* {incident.severity} {escape(incident.title)}"
    return f"{title} · {incident.status} · {ic}{due}{where}"


SUBCOMMAND = Subcommand(
    word="list",
    synonyms=("ls", "all"),
    usage="list [all] | list near-misses",
    help="The open incidents, most severe first; or the near misses.",
    function=command,
)
