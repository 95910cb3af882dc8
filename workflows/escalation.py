"""Calling people to an incident: asked for by somebody or by the matrix, answered by a button, passed on in time.

Asking → calling, one link of the chain after the other → answered | exhausted | stopped. Each step is one transaction
(`workflows.escalating` holds its rows); the lines in Slack are drawn from the record (`workflows.escalation_lines`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import escalations, incidents, members
from storage.models import Escalation, EscalationState, Incident, Reminder, Status, Summons
from workflows import claimed, escalating, escalation_watch, matrix
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.escalating import Wanted, parties_of
from workflows.matrix import Due
from workflows.parties import Party
from workflows.policy import Policy
from workflows.services import Services
from workflows.steps import Run
from workflows.words import clock_time, duration, escape, person

COMING: Final = "coming"
CANNOT: Final = "cannot"
REASONS: Final = {
    matrix.OPEN: "It has been open for {after} at {level}",
    matrix.NO_PROGRESS: "No progress for {after}: no key moment, no change of status, no mitigating action",
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Whom somebody wants called, one after the other. `reason` is Slack-encoded.

    `instead_of` is the question whether to escalate that this answers, if it does.
    """

    chain: tuple[Party, ...]
    reason: str = ""
    instead_of: int | None = None


def refuse_ended(incident: Incident) -> None:
    if incident.status in (Status.CLOSED, Status.CANCELLED, Status.MERGED, Status.RESOLVED):
        raise UserError(
            f"{incident.ref} is {incident.status}, so nobody is called to it. `/incident reopen` if it has come back."
        )


async def ask_for(
    services: Services, incident_id: int, *, press: str, by: str, wish: Wish
) -> tuple[Incident, Escalation]:
    """Call people because somebody asks for them.

    Raises `UserError` when the incident is over, when nobody is named, or when they are being called already.
    """
    async with change(services, incident_id, press=press) as made:
        refuse_ended(made.incident)
        refuse_nobody(wish.chain, services)
        await refuse_called_already(made, wish.chain)
        if wish.instead_of is not None:
            await answered_by_naming(made, wish.instead_of, by)
        wanted = Wanted(cause=f"asked {press}", occasion="asked", reason=wish.reason, by=by, chain=wish.chain)
        begun = await escalating.begin(made, services.policy, wanted)
        if begun is None:
            raise LookupError(f"the press {press} has escalated {made.incident.ref} already")
    return made.incident, begun


async def answered_by_naming(made: Change, escalation_id: int, by: str) -> None:
    """The commander was asked whether to escalate, and named somebody."""
    asking = await locked(made, escalation_id)
    if asking.incident_id != made.incident.id:
        raise UserError("That question was about another incident, and nobody was called. Open the form again.")
    if asking.state == EscalationState.ASKING:
        await escalating.end(made, asking, EscalationState.STOPPED, by, "Escalated: somebody was named")


def refuse_nobody(chain: Sequence[Party], services: Services) -> None:
    if not chain:
        raise UserError("Nobody is named. `/incident escalate @person why` calls somebody; alone it opens a form.")
    if any(services.slack.user_id in party.users for party in chain):
        raise UserError("Sitrep cannot be called to an incident: name a person or a user group.")


async def refuse_called_already(made: Change, chain: Sequence[Party]) -> None:
    """Only what was named first counts: who comes after it may be called by several at once."""
    first = (chain[0].users, chain[0].groups)
    for one in await escalations.under_way(made.session, made.incident.key):
        if one.state == EscalationState.CALLING:
            now = parties_of(one)[one.link]
            if (now.users, now.groups) == first:
                raise UserError(
                    f"{now.title} is being called already and can answer until {clock_time(one.due_at or made.now)}. "
                    "Nothing was changed."
                )


async def answer(services: Services, escalation_id: int, *, press: str, by: str, word: str) -> Escalation:
    """*On my way*, or *Cannot*, by somebody who was called. Somebody else who comes is welcome, too.

    Raises `UserError` when it has ended, and for somebody who declines without having been asked.
    """
    async with services.database.read() as session:
        found = await known(session, escalation_id)
        mine = await summons_of(session, escalation_id, by)
    if mine is not None:
        services = unasked(services)
    async with change(services, found.incident_id, press=press) as made:
        begun = await locked(made, escalation_id)
        mine = await summons_of(made.session, escalation_id, by)
        refuse_over(begun, made.incident, mine)
        if mine is None and word == CANNOT:
            raise UserError("Nobody has called you to this, so there is nothing to decline. Nothing was changed.")
        if mine is None:
            [mine] = await escalations.call(made.session, escalation_id, begun.link, [by], made.now)
        mine.answer, mine.answered_at = word, made.now
        made.session.add(mine)
        if word == COMING:
            await escalating.end(made, begun, EscalationState.ANSWERED, by, f"{person(by)} is on the way")
        else:
            await cannot(made, services, begun, by)
    return begun


def unasked(services: Services) -> Services:
    """Whoever was called may answer, also when Slack did not let them into the channel."""
    return replace(services, asker=replace(services.asker, verb="")) if services.asker else services


async def cannot(made: Change, services: Services, begun: Escalation, by: str) -> None:
    """One fewer to wait for; when nobody of this link is left, the next is called at once."""
    made.tell("escalation", f"{person(by)} cannot come", by)
    waiting = [one for one in await escalations.summoned(made.session, begun.id or 0) if not one.answer]
    if any(one.link == begun.link for one in waiting):
        await escalating.moved(made, begun)
        return
    why = f"{parties_of(begun)[begun.link].title} cannot come"
    await escalating.call(made, services.policy, begun, begun.link + 1, why=why, by="sitrep")


async def summons_of(session: AsyncSession, escalation_id: int, user: str) -> Summons | None:
    found = await escalations.summoned(session, escalation_id)
    return next((one for one in found if one.user_id == user), None)


def refuse_over(begun: Escalation, incident: Incident, mine: Summons | None) -> None:
    """Raise `UserError` when an answer changes nothing any more."""
    where = f" <#{incident.channel_id}> is where it happens." if incident.channel_id else ""
    if mine is not None and mine.answer == COMING:
        raise UserError(f"You are on the way already.{where}")
    refuse_ended(incident)
    if begun.state == EscalationState.ANSWERED:
        raise UserError(f"{person(begun.ended_by)} is on the way already, so you are not needed now. Thank you.{where}")
    if begun.state in (EscalationState.STOPPED, EscalationState.UNSET):
        raise UserError(f"Nobody is being called any more.{where}")


async def decide(
    services: Services, escalation_id: int, *, press: str, by: str, escalate: bool, reason: str = ""
) -> Escalation:
    """The answer to *Escalate?*. Anybody may say yes; that it is not needed is for the commander to say.

    Raises `UserError` when it has been decided, and for a no by somebody else while there is a commander.
    """
    async with services.database.read() as session:
        found = await known(session, escalation_id)
    async with change(services, found.incident_id, press=press) as made:
        begun = await locked(made, escalation_id)
        refuse_ended(made.incident)
        if begun.state != EscalationState.ASKING:
            raise UserError("That has been decided already. Nothing was changed.")
        if escalate:
            await escalating.call(made, services.policy, begun, 0, by=by)
        else:
            await refuse_no(made, by, services)
            await escalating.end(made, begun, EscalationState.STOPPED, by, f"Not escalated: {reason}")
    return begun


async def refuse_no(made: Change, by: str, services: Services) -> None:
    commander = await incidents.holder(made.session, made.incident.key, "ic")
    if commander not in (None, by) and by not in services.policy.admins:
        raise UserError(
            f"Whether more people are needed is for {person(commander or '')} to say, who is incident commander. "
            "Nothing was changed."
        )


async def stop(services: Services, incident_id: int, *, press: str, by: str, only: int | None = None) -> int:
    """Call nobody else: of one escalation, or of all that are under way. Returns how many that were."""
    async with change(services, incident_id, press=press) as made:
        standing = [one for one in await escalations.under_way(made.session, incident_id) if only in (None, one.id)]
        if not standing:
            raise UserError(f"Nobody is being called to {made.incident.ref}. Nothing was changed.")
        for one in standing:
            begun = await locked(made, one.id or 0)
            await escalating.end(made, begun, EscalationState.STOPPED, by, "Escalation stopped: nobody else is called")
    return len(standing)


async def next_in_line(services: Services, escalation_id: int, *, press: str, by: str) -> Escalation:
    """Do not wait for those who are being called. Raises `UserError` when nobody comes after them."""
    async with services.database.read() as session:
        found = await known(session, escalation_id)
    async with change(services, found.incident_id, press=press) as made:
        begun = await locked(made, escalation_id)
        refuse_ended(made.incident)
        parties = parties_of(begun)
        if begun.state != EscalationState.CALLING or begun.link + 1 >= len(parties):
            raise UserError("Nobody is next in line. `/incident escalate @person why` calls somebody else.")
        await escalating.call(made, services.policy, begun, begun.link + 1, why="without waiting longer", by=by)
    return begun


async def known(session: AsyncSession, escalation_id: int) -> Escalation:
    found = await escalations.get(session, escalation_id)
    if found is None:
        raise UserError("This is no longer on record. `/incident escalate` calls somebody.")
    return found


async def locked(made: Change, escalation_id: int) -> Escalation:
    found = await escalations.locked(made.session, escalation_id)
    if found is None:
        raise LookupError(f"there is no escalation {escalation_id}")
    return found


async def admit(made: Change, begun: Escalation, users: Sequence[str]) -> None:
    """Who is called needs to know of it: of a private incident, and guests of any, also when Slack lets them not in."""
    for user in users:
        await members.decide(made.session, made.incident.key, user, allowed=True, by=begun.by, at=made.now)


# What the clock brings about.


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """The time to answer is over: owe the run that passes it on."""
    args = {"escalation_id": int(reminder.subject)}
    await claimed.owe(session, reminder, services, kind="escalation_due", args=args)
    await session.delete(reminder)


async def run_due(run: Run, services: Services) -> None:
    """Pass on what nobody answered. A repeat finds it passed on; what is over by now calls nobody."""
    policy = services.policy
    async with change(services, run.incident_id) as made:
        begun = await locked(made, int(run.args["escalation_id"]))
        if begun.due_at is None or begun.due_at > made.now:
            return
        if not made.incident.is_open:
            await escalating.end(made, begun, EscalationState.STOPPED, "sitrep", "Nobody else is called: it is over")
        elif begun.state == EscalationState.ASKING:
            why = f"{begun.reason}; nobody decided {escalating.too_long(policy)}"
            await escalating.call(made, policy, begun, 0, why=why, by="sitrep")
        elif begun.state == EscalationState.CALLING:
            why = f"no answer from {parties_of(begun)[begun.link].title} {escalating.too_long(policy)}"
            await escalating.call(made, policy, begun, begun.link + 1, why=why, by="sitrep")


async def run_watch(run: Run, services: Services) -> None:
    """Look at the matrix: begin what has come true, and plan the next look.

    First the calls, then the questions, which say as well which groups are not configured.
    """
    policy = services.policy
    async with change(services, run.incident_id) as made:
        if not escalation_watch.awake(made.incident, policy):
            return
        standing = await escalation_watch.standing(made.session, made.incident)
        found, _ = matrix.look(policy, standing, made.now)
        wanted = [wanted_by(one, made.incident, policy) for one in found]
        for one in sorted(wanted, key=lambda one: 1 if one.ask_first else 0 if one.chain else 2):
            await escalating.begin(made, policy, one)
        at = await escalation_watch.next_look(made.session, made.incident, policy, made.now)
        if at is not None:
            await made.remind(escalation_watch.KIND, at)


def wanted_by(due: Due, incident: Incident, policy: Policy) -> Wanted:
    reason = REASONS[due.line.when].format(after=duration(due.after), level=escape(incident.severity))
    return escalating.wanted(incident, policy, due.line, cause=due.cause, reason=reason)
