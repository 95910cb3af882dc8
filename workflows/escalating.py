"""The rows of an escalation inside a change: begun, passed on along its chain, ended. What Slack shows follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from storage import escalations, incidents
from storage.models import Escalation, EscalationState, Incident, Status
from workflows import matrix
from workflows.drills import may_reach_out
from workflows.parties import Party
from workflows.policy import Escalation as Line
from workflows.policy import Policy, Service
from workflows.services import Services
from workflows.words import duration, escape

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "escalation"  # of the run that shows it, and of the reminder that moves it on
OWNER: Final = "owner"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An escalation to begin. `missing` are groups that it wants and that nobody has configured."""

    cause: str
    occasion: str
    reason: str
    by: str
    chain: tuple[Party, ...]
    missing: tuple[str, ...] = ()
    ask_first: bool = False


def chain_of(policy: Policy, incident: Incident, who: Sequence[str]) -> tuple[tuple[Party, ...], tuple[str, ...]]:
    """Who is called one after the other, and the groups that are not configured. Nobody comes twice."""
    parties: list[Party] = []
    missing: list[str] = []
    for word in who:
        if word == OWNER:
            inner, unset = service_chain(policy, policy.service(incident.service or ""), incident)
            parties += inner
            missing += unset
        elif is_id(word):
            parties.append(Party.of(called(word), [word]))
        elif policy.groups.get(word):
            parties.append(Party.of(word, policy.groups[word]))
        else:
            missing.append(word)
    return distinct(parties), tuple(dict.fromkeys(missing))


def service_chain(
    policy: Policy, service: Service | None, incident: Incident
) -> tuple[tuple[Party, ...], tuple[str, ...]]:
    """The owner of a service, then its chain."""
    if service is None:
        return (), ()
    chain, missing = chain_of(policy, incident, [one for one in service.escalation if one != OWNER])
    return distinct((Party.of(f"the owner of {escape(service.name)}", service.owner), *chain)), missing


def is_id(word: str) -> bool:
    return word[:1] in "UWS" and word.isalnum() and word.isupper()


def called(user_or_group: str) -> str:
    """How somebody is named who is in the configuration by id alone. A group's mention would call all of it again."""
    return f"the user group `{user_or_group}`" if user_or_group.startswith("S") else f"<@{user_or_group}>"


def distinct(parties: Sequence[Party]) -> tuple[Party, ...]:
    """Each once, by whom they consist of; empty ones not at all."""
    found = {(party.users, party.groups): party for party in reversed(parties) if party.users or party.groups}
    return tuple(party for party in parties if found.get((party.users, party.groups)) is party)


def titles(parties: Sequence[Party]) -> str:
    """`the owner of Checkout, then management`."""
    return ", then ".join(party.title for party in parties)


def parties_of(escalation: Escalation) -> list[Party]:
    return [Party.read(stored) for stored in escalation.chain]


async def at_once(made: "Change", policy: Policy, when: str, *, cause: str, reason: str) -> None:
    """Begin what the matrix wants for something that has just happened."""
    if not made.incident.is_open or made.incident.status == Status.TRIAGE:
        return
    for line in matrix.at_once(policy, when, made.incident.severity):
        named = f"{cause} {'+'.join(line.who)}"
        await begin(made, policy, wanted(made.incident, policy, line, cause=named, reason=reason))


def wanted(incident: Incident, policy: Policy, line: Line, *, cause: str, reason: str) -> Wanted:
    """A line of the matrix for this incident. Of a private one nobody hears by a rule: its commander decides."""
    chain, missing = chain_of(policy, incident, line.who)
    return Wanted(
        cause=cause,
        occasion=line.when,
        reason=reason,
        by="sitrep",
        chain=chain,
        missing=missing,
        ask_first=line.ask_first or incident.private,
    )


async def declared(made: "Change", policy: Policy) -> None:
    """The incident was declared at its severity, accepted from triage, or raised to it."""
    level = made.incident.severity
    await at_once(made, policy, "declared", cause=f"declared {level}", reason=f"It is {escape(level)}")


async def raised(made: "Change", policy: Policy, before: str) -> None:
    """The severity was raised. Who is called for that level is, too."""
    reason = f"The severity was raised from {escape(before)} to {escape(made.incident.severity)}"
    cause = f"severity-raised {before} {made.now.isoformat()}"
    await at_once(made, policy, "severity-raised", cause=cause, reason=reason)
    await declared(made, policy)


async def begin(made: "Change", policy: Policy, wanted: Wanted) -> Escalation | None:
    """Ask the commander, call the first in the chain, or note that there is nobody to call.

    `None` when this cause has had its escalation, or when everybody in it is being called by another one.
    """
    known = await escalations.of_incident(made.session, made.incident.key)
    if wanted.cause in {one.cause for one in known}:
        return None
    chain = wanted.chain if wanted.by != "sitrep" else not_called_now(wanted.chain, known)
    begun = Escalation(
        incident_id=made.incident.key,
        cause=wanted.cause,
        occasion=wanted.occasion,
        reason=wanted.reason,
        by=wanted.by,
        chain=[party.stored() for party in chain],
        missing=list(wanted.missing),
        state=EscalationState.STOPPED,
        began_at=made.now,
    )
    made.session.add(begun)
    await made.session.flush()
    if wanted.chain and not chain:
        return None
    commander = await incidents.holder(made.session, made.incident.key, "ic")
    if wanted.ask_first and (commander or not chain):
        await ask(made, policy, begun)
    elif chain:
        await call(made, policy, begun, 0)
    elif wanted.missing:
        await note_unset(made, begun, known)
    return begun


def not_called_now(chain: Sequence[Party], known: Sequence[Escalation]) -> tuple[Party, ...]:
    """Without those whom another escalation is calling at this moment, or who are on their way."""
    busy = [
        (party.users, party.groups)
        for one in known
        if one.state in (EscalationState.CALLING, EscalationState.ANSWERED)
        for party in parties_of(one)[: one.link + 1]
    ]
    return tuple(party for party in chain if (party.users, party.groups) not in busy)


async def ask(made: "Change", policy: Policy, begun: Escalation) -> None:
    """The incident commander decides; without an answer it goes on by itself."""
    begun.state, begun.due_at = EscalationState.ASKING, made.now + policy.escalation_answer_within
    made.tell("escalation", f"{begun.reason}: the incident commander was asked whether to escalate", begun.by)
    await moved(made, begun)


async def call(made: "Change", policy: Policy, begun: Escalation, link: int, *, why: str = "", by: str = "") -> None:
    """Call a link of the chain. Behind the last one is the end, where people can see it."""
    parties = parties_of(begun)
    if link >= len(parties):
        text = "Nobody is left to call" + (f": {why}" if why else "")
        await end(made, begun, EscalationState.EXHAUSTED, by or "sitrep", text)
        return
    if not may_reach_out(made.incident):
        because = f": {why or begun.reason}" if why or begun.reason else ""
        text = f"Now {titles(parties[link:])} would be called{because}. This is a drill, so nobody was"
        await end(made, begun, EscalationState.STOPPED, by or begun.by, text)
        return
    begun.link, begun.state = link, EscalationState.CALLING
    begun.due_at = made.now + policy.escalation_answer_within
    because = why or begun.reason
    made.tell("escalation", f"Escalated to {parties[link].title}" + (f": {because}" if because else ""), by or begun.by)
    await moved(made, begun)


async def note_unset(made: "Change", begun: Escalation, known: Sequence[Escalation]) -> None:
    """The matrix wants a group that nobody has configured: said once for each, and never silently."""
    begun.state = EscalationState.UNSET
    told = {name for one in known for name in one.missing}
    fresh = [name for name in begun.missing if name not in told]
    if fresh:
        text = f"{begun.reason}, but nobody could be called: {' and '.join(fresh)} is not configured"
        made.tell("escalation", text, "sitrep")
        await moved(made, begun)


async def end(made: "Change", begun: Escalation, state: EscalationState, by: str, text: str) -> None:
    begun.state, begun.due_at = state, None
    begun.ended_at, begun.ended_by, begun.outcome = made.now, by, text
    made.tell("escalation", text, by)
    await moved(made, begun)


async def moved(made: "Change", begun: Escalation) -> None:
    """Something changed: the reminder follows, and what Slack shows is drawn again."""
    begun.version += 1
    made.session.add(begun)
    if begun.due_at is None:
        await made.forget(KIND, subject=str(begun.id))
    else:
        await made.remind(KIND, begun.due_at, subject=str(begun.id))
    await show(made, begun)


async def show(made: "Change", begun: Escalation, *, alone: bool = False) -> None:
    args = {"escalation_id": begun.id, "alone": alone}
    await made.owe(KIND, str(begun.id), args, lane=f"{KIND}:{begun.id}")


async def follow(made: "Change", _: Services) -> None:
    """Once the incident is not open any more, nobody else is called to it."""
    if made.incident.is_open:
        return
    for begun in await escalations.under_way(made.session, made.incident.key):
        text = f"Nobody else is called: it is {made.incident.status}"
        await end(made, begun, EscalationState.STOPPED, "sitrep", text)


async def channel_ready(made: "Change") -> None:
    """What began before there was a channel is shown there now."""
    for begun in await escalations.of_incident(made.session, made.incident.key):
        if begun.state != EscalationState.STOPPED or made.incident.drill:
            await show(made, begun)


async def channel_refused(made: "Change") -> None:
    """There will be no channel for now: people are called all the same, directly alone."""
    for begun in await escalations.under_way(made.session, made.incident.key):
        await show(made, begun, alone=True)


def too_long(policy: Policy) -> str:
    return f"within {duration(policy.escalation_answer_within)}"
