"""`/incident service`: what the incident is about; look, or say it after it was declared."""

from collections.abc import Sequence

from commands import speech
from commands.about_service import known
from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from storage.models import Incident
from workflows import access, catalogue, escalating, service
from workflows.policy import Policy, Service
from workflows.services import Services
from workflows.words import escape, person, plain

NONE = frozenset({"none", "no", "nothing", "-"})


async def command(request: SlashRequest, services: Services) -> Reply:
    """`service checkout` says what it is about, `service none` takes it back; alone it tells what the catalogue has."""
    incident, request = await incident_meant(request, services)
    typed = plain(request.text).strip().strip('"“”')
    if not typed:
        return await on_view(incident, services)
    name = None if typed.lower() in NONE else known(typed, services.policy)
    await service.set_service(services, incident.key, name, press=request.press, by=request.user_id)
    if name is None:
        return told(f"{incident.ref} is about no service of the catalogue now.")
    found = services.policy.service(name)
    owner = " Its owner is brought in." if found is not None and found.owner and not incident.private else ""
    return told(f"{incident.ref} is about {escape(name)} now.{owner}")


async def on_view(incident: Incident, services: Services) -> Reply:
    """Everything that helps with the service, and what is broken below it."""
    policy = services.policy
    found = policy.service(incident.service or "")
    if found is None:
        return told(f"{about(incident)} `/incident service name` says which it is.{there_are(policy)}")
    async with services.database.read() as session:
        below = await catalogue.open_about(session, catalogue.needs(policy, found), except_for=incident)
        if services.asker is not None:
            below = await access.visible(session, below, services.asker.user_id)
    lines = [f"*{incident.ref} is about {escape(found.name)}*", catalogue.card_line(found), owner_line(found)]
    lines.append(chain_line(incident, found, policy))
    lines += [f"• {escape(str(one.service))}, on which it depends, has {catalogue.named(one)}" for one in below]
    return told("\n".join(line for line in lines if line))


def about(incident: Incident) -> str:
    if incident.service:
        return f"{incident.ref} is about {escape(incident.service)}, of which the catalogue knows nothing."
    return f"{incident.ref} is about no service yet."


def there_are(policy: Policy) -> str:
    names = [escape(one.name) for one in policy.services[:20]]
    return f" There are {speech.listed(names, last='and')}." if names else ""


def owner_line(found: Service) -> str:
    return f"*Owner:* {people(found.owner)}" if found.owner else "*Owner:* nobody is named in the catalogue"


def chain_line(incident: Incident, found: Service, policy: Policy) -> str:
    chain, _ = escalating.service_chain(policy, found, incident)
    return f"*Called, one after the other:* {escalating.titles(chain)}" if len(chain) > 1 else ""


def people(ids: Sequence[str]) -> str:
    return ", ".join(f"<!subteam^{one}>" if one.startswith("S") else person(one) for one in ids)


SUBCOMMAND = Subcommand(
    word="service",
    synonyms=("services", "affects", "svc"),
    usage="service [name | none]",
    help="What the incident is about: brings the owner in, shows runbooks, dashboards and dependencies.",
    function=command,
)
