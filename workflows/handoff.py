"""Handing over command: an offer, an answer by the receiver alone, and until then nothing has changed.

Proposed → accepted | declined | expired | withdrawn. Each answer is one transaction; the lines in Slack that show the
offer are surfaces, drawn anew from the record whenever it changes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import handoffs, incidents
from storage.models import Handoff, HandoffState, Incident, Person, Reminder, Status
from workflows import claimed, need_to_know, role_nags
from workflows.change import Change, change
from workflows.errors import NotAllowed, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.steps import Run
from workflows.words import clock_time, duration, person

# What the timeline says about an end; the receiver is {to}, who made the offer {giver}.
ENDS: Final[Mapping[str, str]] = {
    HandoffState.ACCEPTED: "{to} took over as incident commander from {giver}",
    HandoffState.DECLINED: "{to} declined to take over; {giver} stays incident commander",
    HandoffState.EXPIRED: "{to} did not answer in time; {giver} stays incident commander",
    HandoffState.WITHDRAWN: "The offer to {to} to take over was withdrawn",
}


class StillOpen(UserError):
    """Somebody has been asked already; `handoff` is that offer."""

    def __init__(self, handoff: Handoff) -> None:
        self.handoff = handoff
        super().__init__(
            f"{person(handoff.to_user)} has been asked to take over and can answer until "
            f"{clock_time(handoff.expires_at)}. To ask somebody else, withdraw that first: "
            "`/incident handoff withdraw`."
        )


async def refuse_offering(
    session: AsyncSession, incident: Incident, by: str, policy: Policy, now: datetime
) -> tuple[str, Handoff | None]:
    """The commander, and an offer whose time is over but which nobody has ended yet.

    Raises `UserError` when command cannot be offered now, or not by this person; `StillOpen` when it is on offer.
    """
    refuse_ended(incident)
    commander = await incidents.holder(session, incident.key, "ic")
    if commander is None:
        raise UserError(f"{incident.ref} has no incident commander. `/incident role take ic` makes it you, at once.")
    if by != commander and by not in policy.admins:
        raise NotAllowed(
            f"{person(commander)} is incident commander, so only they can hand over {incident.ref}. "
            "Ask them in the channel; an admin can also give command with `/incident role ic @somebody`.",
            incident.key,
        )
    found = await incidents.open_handoff(session, incident.key)
    if found is not None and found.expires_at > now:
        raise StillOpen(found)
    return commander, found


def refuse_ended(incident: Incident) -> None:
    if incident.status in (Status.CLOSED, Status.CANCELLED, Status.MERGED):
        raise UserError(
            f"{incident.ref} is {incident.status}, so there is nothing to hand over. "
            "`/incident reopen` if it has come back."
        )


async def propose(services: Services, incident_id: int, *, press: str, by: str, to: str, note: str = "") -> Handoff:
    """Offer command to somebody; the commander stays until they accept. `note` is Slack-encoded.

    Raises `UserError` with what would work, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        commander, overdue = await refuse_offering(made.session, made.incident, by, services.policy, made.now)
        await refuse_receiver(made, to, commander, by, services)
        if overdue is not None:
            await end(made, overdue, HandoffState.EXPIRED, "sitrep")
            await made.session.flush()
        offer = await handoffs.add(
            made.session,
            incident_id=incident_id,
            from_user=commander,
            to_user=to,
            note=note,
            now=made.now,
            ends=made.now + services.policy.handoff_answer_within,
        )
        if made.incident.private:  # whoever is asked must know of what
            await need_to_know.let_in(made, [to], by)
        because = f": {note}" if note else ""
        made.tell("handoff", f"{person(to)} was asked to take over as incident commander{because}", by)
        await made.remind("handoff", offer.expires_at, subject=str(offer.id))
        await redraw(made, offer)
        await made.refresh()
    return offer


async def refuse_receiver(made: Change, to: str, commander: str, by: str, services: Services) -> None:
    known = await made.session.get(Person, to)
    if to in (services.slack.user_id, "USLACKBOT") or (known is not None and known.is_bot):
        raise UserError("A bot cannot command an incident. Name a person.")
    if to != commander:
        return
    if to == by:
        raise UserError("You are incident commander already. Name the person who takes over.")
    raise UserError(f"{person(to)} is incident commander already. Nothing was changed.")


async def answer(services: Services, handoff_id: int, *, press: str, by: str, accept: bool) -> Handoff:
    """The receiver's yes or no. With yes the role moves in the same transaction.

    Raises `UserError` for everybody else, and when the offer has ended.
    """
    async with change(services, await incident_of(services, handoff_id), press=press) as made:
        offer = await locked(made, handoff_id)
        if by != offer.to_user:
            raise NotAllowed(
                f"Only {person(offer.to_user)}, who was asked, can answer this. {person(offer.from_user)} is "
                "incident commander until then. Nothing was changed.",
                offer.incident_id,
            )
        refuse_answered(offer, made.now)
        refuse_ended(made.incident)
        if accept:
            await incidents.give_role(made.session, made.incident.key, "ic", by, made.now)
            await role_nags.watch(made, services)
        await end(made, offer, HandoffState.ACCEPTED if accept else HandoffState.DECLINED, by)
    return offer


async def withdraw(services: Services, handoff_id: int, *, press: str, by: str) -> Handoff:
    """Take an offer back. Raises `UserError` for anybody but who made it and admins, and when it has ended."""
    async with change(services, await incident_of(services, handoff_id), press=press) as made:
        offer = await locked(made, handoff_id)
        if by != offer.from_user and by not in services.policy.admins:
            decline = " If you would rather not, press *Decline*." if by == offer.to_user else ""
            raise NotAllowed(
                f"Only {person(offer.from_user)}, who asked, can withdraw this.{decline}", offer.incident_id
            )
        refuse_answered(offer, made.now)
        await end(made, offer, HandoffState.WITHDRAWN, by)
    return offer


async def overtake(made: Change, by: str) -> None:
    """Command went another way: an open offer of it is void."""
    offer = await incidents.open_handoff(made.session, made.incident.key)
    if offer is not None:
        await end(made, offer, HandoffState.WITHDRAWN, by)


async def incident_of(services: Services, handoff_id: int) -> int:
    async with services.database.read() as session:
        found = await handoffs.get(session, handoff_id)
    if found is None:
        raise UserError("This offer is no longer on record. `/incident handoff @somebody` makes a new one.")
    return found.incident_id


async def locked(made: Change, handoff_id: int) -> Handoff:
    offer = await handoffs.locked(made.session, handoff_id)
    if offer is None:
        raise LookupError(f"there is no handoff {handoff_id}")
    return offer


def refuse_answered(offer: Handoff, now: datetime) -> None:
    """Raise `UserError` when the offer has ended, with how, and what can be done."""
    to, giver = person(offer.to_user), person(offer.from_user)
    at = clock_time(offer.answered_at or offer.expires_at)
    if offer.state == HandoffState.ACCEPTED:
        raise UserError(f"{to} took over at {at}. Nothing was changed again.")
    if offer.state == HandoffState.DECLINED:
        raise UserError(f"{to} declined at {at}. {giver} can ask again: `/incident handoff @somebody`.")
    if offer.state == HandoffState.WITHDRAWN:
        raise UserError(f"This offer was withdrawn at {at}. Nothing was changed.")
    if offer.state == HandoffState.EXPIRED or offer.expires_at <= now:
        raise UserError(
            f"This offer ended at {clock_time(offer.expires_at)} without an answer, so nothing was changed. "
            f"{giver} can ask {to} again: `/incident handoff`."
        )


async def end(made: Change, offer: Handoff, state: HandoffState, by: str) -> None:
    """The rows of an answer: the offer's own, its line, no more expiry, and everything that shows it."""
    offer.state, offer.answered_at = state, made.now
    offer.version += 1
    made.session.add(offer)
    made.tell("handoff", ENDS[state].format(to=person(offer.to_user), giver=person(offer.from_user)), by)
    await made.forget("handoff", subject=str(offer.id))
    await redraw(made, offer)
    await made.refresh()


async def redraw(made: Change, offer: Handoff) -> None:
    # In the incident's own lane, so that it waits for a channel that is still being set up.
    await made.owe("handoff", str(offer.id), {"handoff_id": offer.id})


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """The time to answer is over: owe the run that ends the offer."""
    args = {"handoff_id": int(reminder.subject)}
    await claimed.owe(session, reminder, services, kind="handoff_expiry", args=args)
    await session.delete(reminder)


async def expire(run: Run, services: Services) -> None:
    """End an offer that nobody answered. A repeat finds it ended."""
    async with change(services, run.incident_id) as made:
        offer = await locked(made, int(run.args["handoff_id"]))
        if offer.state == HandoffState.PROPOSED and offer.expires_at <= made.now:
            await end(made, offer, HandoffState.EXPIRED, "sitrep")


def offered(offer: Handoff, policy: Policy) -> str:
    """What the person who offers reads at once."""
    return (
        f"{person(offer.to_user)} has been asked and has {duration(policy.handoff_answer_within)} to answer. "
        f"Until they accept, {person(offer.from_user)} is incident commander."
    )
