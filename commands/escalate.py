"""`/incident escalate`: call people, one after the other until somebody comes; and the answers to being called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant, number_behind
from storage import escalations
from storage.models import Escalation, EscalationState, Incident
from workflows import blocks, escalating, escalation, matrix
from workflows.blocks import Block
from workflows.errors import FormErrors, UserError
from workflows.escalation import Wish
from workflows.parties import Party
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clock_time, escape, person, plain, safe

CALLBACK: Final = "escalate"
CALLBACK_NO: Final = "escalate_no"
ANSWERS: Final[Mapping[str, str]] = {
    "on my way": "coming",
    "omw": "coming",
    "coming": "coming",
    "i'm coming": "coming",
    "cannot": "cannot",
    "can't": "cannot",
    "cannot come": "cannot",
    "no": "cannot",
    "stop": "stop",
    "cancel": "stop",
    "withdraw": "stop",
}
LONGEST_NAME: Final = 4  # words in the name of a group or service


@dataclass(frozen=True, kw_only=True)
class Called:
    """Whom the words name: people, groups as Slack encodes them, or one name of a configured group or service."""

    users: tuple[str, ...]
    groups: tuple[str, ...]
    name: str
    reason: str


async def command(request: SlashRequest, services: Services) -> Reply:
    """`escalate @chen the pool is full`, `escalate payments`, `escalate stop`; without words, the form."""
    incident, request = await incident_meant(request, services)
    text = request.text.strip()
    if not text:
        escalation.refuse_ended(incident)
        return shown(form(incident, services.policy))
    word = ANSWERS.get(text.lower())
    if word == "stop":
        count = await escalation.stop(services, incident.key, press=request.press, by=request.user_id)
        return told("Stopped: nobody else is called." + (f" That ended {count} escalations." if count > 1 else ""))
    if word is not None:
        return await answered_in_words(request, incident, word, services)
    escalation.refuse_ended(incident)
    wish = wished(incident, parse(text, services.policy), services.policy, by=request.user_id)
    incident, begun = await escalation.ask_for(
        services, incident.key, press=request.press, by=request.user_id, wish=wish
    )
    return told(begun_text(incident, begun))


def parse(text: str, policy: Policy) -> Called:
    """Whom it names first, and why."""
    users, rest = speech.find_people(text)
    groups, rest = speech.find_groups(rest)
    words = rest.split()
    if words and words[0].lower() == "to":
        words = words[1:]
    if users or groups:
        return Called(users=users, groups=groups, name="", reason=safe(" ".join(words).lstrip(" ,:–-")))
    named = words[1:] if words and words[0].lower() == "the" else words
    for length in range(min(LONGEST_NAME, len(named)), 0, -1):
        name = plain(" ".join(named[:length])).lstrip("@").rstrip(",:")
        if name.lower() in (*policy.groups, *defaults(policy)) or policy.service(name) is not None:
            return Called(users=(), groups=(), name=name, reason=safe(" ".join(named[length:]).lstrip(" ,:–-")))
    speech.refuse_stranger(" ".join(words))
    return Called(users=(), groups=(), name="", reason=safe(" ".join(words)))


def defaults(policy: Policy) -> set[str]:
    """Groups that the matrix names, configured or not."""
    return {word for line in policy.escalations for word in line.who if not escalating.is_id(word)} - {escalating.OWNER}


def wished(incident: Incident, called: Called, policy: Policy, *, by: str, instead_of: int | None = None) -> Wish:
    """Who is called, and who after them; `by` need not be called to what they see themselves.

    Raises `UserError` when nobody is there to be called.
    """
    chain, _ = escalating.chain_of(policy, incident, [who for line in expertise(policy, incident) for who in line])
    experts = tuple(party for party in chain if party.groups or party.users != (by,))
    if called.users or called.groups:
        names = [*(person(user) for user in called.users), *(group_label(group) for group in called.groups)]
        first = Party(title=speech.listed(names, last="and"), users=called.users, groups=called.groups)
        chain = escalating.distinct((first, *experts))
    elif called.name:
        chain = by_name(incident, called.name, policy)
    else:
        chain = experts
    if not chain:
        raise UserError(nobody(incident, policy))
    return Wish(chain=chain, reason=called.reason, instead_of=instead_of)


def expertise(policy: Policy, incident: Incident) -> list[tuple[str, ...]]:
    return [line.who for line in matrix.at_once(policy, "expertise", incident.severity)]


def group_label(group: str) -> str:
    """A group by name: mentioning it in a line would call all of it again."""
    return escape(plain(group))


def by_name(incident: Incident, name: str, policy: Policy) -> tuple[Party, ...]:
    """A configured group, or the owner of a service and its chain."""
    service = policy.service(name)
    if name.lower() not in policy.groups and service is not None:
        chain, _ = escalating.service_chain(policy, service, incident)
        if not chain:
            raise UserError(f"The catalogue names no owner of {escape(service.name)}. {HOW}")
        return chain
    if not policy.groups.get(name.lower()):
        raise UserError(
            f"*{escape(name.lower())}* is not configured: whoever runs Sitrep can add it under `[groups]` in "
            f"sitrep.toml. Until then name people: `/incident escalate @person why`. Nobody was called."
        )
    return (Party.of(name.lower(), policy.groups[name.lower()]),)


HOW: Final = "Name somebody: `/incident escalate @person why`, a user group, or a service. Nobody was called."


def nobody(incident: Incident, policy: Policy) -> str:
    names = [*policy.groups, *(service.name for service in policy.services if service.owner)]
    known = f" Also known here: {', '.join(escape(name) for name in names[:15])}." if names else ""
    if incident.service:
        service = policy.service(incident.service)
        who = "nobody but you for" if service is not None and service.owner else "no owner of"
        return f"The catalogue names {who} {escape(incident.service)}. {HOW}{known}"
    return f"Who is to be called? {incident.ref} is about no service, so it has no owner. {HOW}{known}"


def begun_text(incident: Incident, begun: Escalation) -> str:
    if begun.state == EscalationState.STOPPED:
        return f"{begun.outcome}."  # a drill
    parties = escalating.parties_of(begun)
    then = f" Then: {escalating.titles(parties[1:])}." if len(parties) > 1 else ""
    return (
        f"Calling {parties[0].title} to {incident.ref}: they are brought in and get a briefing. "
        f"Without an answer until {clock_time(begun.due_at or begun.began_at)} it goes on by itself.{then}"
    )


async def answered_in_words(request: SlashRequest, incident: Incident, word: str, services: Services) -> Reply:
    async with services.database.read() as session:
        open_now = await escalations.under_way(session, incident.key)
    if not open_now:
        raise UserError(f"Nobody is being called to {incident.ref}. Nothing was changed.")
    last = open_now[-1].id or 0
    await escalation.answer(services, last, press=request.press, by=request.user_id, word=word)
    return told("Thank you. The channel knows." if word == "coming" else "Thank you for saying so. Others are called.")


# Buttons and forms.


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Escalate* on the card, or when nobody is left to call."""
    incident = await by_id(press.value, services)
    escalation.refuse_ended(incident)
    return shown(form(incident, services.policy))


async def pressed(press: ButtonPress, services: Services) -> Reply:
    """*On my way*, *Cannot*, *Escalate*, *Not needed*, *Next in line now*, *Stop*: what it changed is on view."""
    word, number = press.action_id.rpartition("_")[2], number_behind(press.value)
    async with services.database.read() as session:
        begun = await escalation.known(session, number)
    incident = await by_id(str(begun.incident_id), services)
    if word in ("coming", "cannot"):
        await escalation.answer(services, number, press=press.press, by=press.user_id, word=word)
    elif word == "no":
        return shown(no_form(incident, begun))
    elif word == "yes" and not begun.chain:
        return shown(form(incident, services.policy, begun))
    elif word == "yes":
        await escalation.decide(services, number, press=press.press, by=press.user_id, escalate=True)
    elif word == "next":
        await escalation.next_in_line(services, number, press=press.press, by=press.user_id)
    else:
        await escalation.stop(services, incident.key, press=press.press, by=press.user_id, only=number)
    return NOTHING


async def submitted(request: FormSubmission, services: Services) -> Reply:
    """The form that calls somebody. It stays open with what was typed when nobody was named."""
    incident = await by_id(request.about["incident"], services)
    user, name = request.values.get("person", ""), request.values.get("who", "")
    if not user and not name:
        raise FormErrors({"person": "Choose a person, or somebody from the list."})
    called = Called(
        users=(user,) if user else (),
        groups=(),
        name="" if user or name == escalating.OWNER else name,
        reason=escape(request.values.get("reason", "").strip()),
    )
    asked = request.about.get("escalation")
    wish = wished(incident, called, services.policy, by=request.user_id, instead_of=int(asked) if asked else None)
    await escalation.ask_for(services, incident.key, press=request.press, by=request.user_id, wish=wish)
    return NOTHING


async def refused(request: FormSubmission, services: Services) -> Reply:
    """*Not needed, because …*"""
    reason = request.values.get("reason", "").strip()
    if not speech.has_words(reason):
        raise FormErrors({"reason": "A few words, for those who read this later."})
    await escalation.decide(
        services,
        int(request.about["escalation"]),
        press=request.press,
        by=request.user_id,
        escalate=False,
        reason=escape(reason),
    )
    return NOTHING


def form(incident: Incident, policy: Policy, asked: Escalation | None = None) -> Block:
    """Whom to call: a person, or a name that the configuration knows."""
    rows: list[Block] = [
        blocks.person_input("person", "Person", hint="They are brought in, get a briefing, and can say yes or no."),
        *who_input(incident, policy),
        blocks.text_input("reason", "What do you need?", placeholder="Somebody who knows the connection pool"),
    ]
    about = {"incident": str(incident.id)} | ({"escalation": str(asked.id)} if asked else {})
    return blocks.form(f"Escalate {incident.ref}", rows, callback_id=CALLBACK, submit="Call", about=json.dumps(about))


def who_input(incident: Incident, policy: Policy) -> list[Block]:
    service = policy.service(incident.service or "")
    owner = [(escalating.OWNER, f"The owner of {service.name}", "")] if service and service.owner else []
    groups = [(name, name.capitalize(), "") for name, ids in policy.groups.items() if ids]
    others = [(one.name, f"The owner of {one.name}", "") for one in policy.services if one.owner and one is not service]
    options = [*owner, *groups, *others]
    return [blocks.select("who", "Or a group or service", options, optional=True)] if options else []


def no_form(incident: Incident, begun: Escalation) -> Block:
    rows: list[Block] = [
        blocks.text_input("reason", "Why is nobody else needed?", optional=False, placeholder="The fix is rolling out")
    ]
    about = json.dumps({"incident": str(incident.id), "escalation": str(begun.id)})
    return blocks.form("Not needed", rows, callback_id=CALLBACK_NO, submit="Keep", about=about)


SUBCOMMAND = Subcommand(
    word="escalate",
    synonyms=("escalation", "summon", "help-me"),
    usage="escalate [@person | @group | service] [why] | stop",
    help="Call people, one after the other until somebody comes. Without words, a form opens.",
    function=command,
)
