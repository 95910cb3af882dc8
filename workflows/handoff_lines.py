"""How an offer of command looks in Slack: a line in the channel, a briefing for the receiver, word for the giver."""

from datetime import datetime
from functools import partial

from storage import actions, handoffs
from storage.models import Handoff, HandoffState, Incident
from workflows import blocks, surfaces
from workflows.blocks import Block
from workflows.briefing import Known, incident_briefing
from workflows.overview import overview
from workflows.policy import Policy
from workflows.ports import Post
from workflows.reaching import bring_in, place, show, tell_directly
from workflows.role_wording import duties
from workflows.services import Services
from workflows.steps import Run, together
from workflows.surfaces import load
from workflows.timeline import timeline
from workflows.words import clipped, clock_time, duration, escape, person


async def run(run: Run, services: Services) -> None:
    """Make what people see of an offer equal to the record. Entered again whenever it changed."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        offer = await handoffs.get(session, int(run.args["handoff_id"]))
        known = Known(
            view=await overview(session, incident, services.policy),
            lines=await timeline(session, incident),
            actions=await actions.of_incident(session, incident.key),
            note=offer.note if offer else "",
        )
    if offer is None or incident.channel_id is None:
        return
    if offer.state == HandoffState.PROPOSED:
        await bring_in(run, services, incident.channel_id, offer.to_user)
    await together(
        draw(run, services, offer, f"handoff-{offer.id}", channel_id=incident.channel_id, post=line(offer, incident)),
        draw_direct(run, services, offer, direct(offer, known, services.policy, services.clock.now())),
    )
    word = word_for_giver(offer, incident, services.policy)
    if word is not None:
        tell = partial(tell_directly, run, services, "word", offer.from_user, word)
        await run.attempt("tell_giver", tell, loss=f"{person(offer.from_user)} could not be told directly")


async def draw(run: Run, services: Services, offer: Handoff, kind: str, *, channel_id: str, post: Post) -> None:
    """Post a surface of the offer, or bring it up to date. An offer that ended unseen is not shown any more."""
    surface = await surfaces.find(services, run.incident_id, kind)
    loss = f"{person(offer.to_user)} could not be shown the handoff"
    if surface is not None:
        await run.attempt(f"{kind}_{offer.version}", lambda: show(services, surface, post), loss=loss)
    elif offer.state in (HandoffState.PROPOSED, HandoffState.ACCEPTED):
        await run.attempt(kind, lambda: place(run, services, kind, channel_id, post), loss=loss)


async def draw_direct(run: Run, services: Services, offer: Handoff, post: Post) -> None:
    """The same for the receiver's direct message; it can be changed only by the id of its conversation."""
    loss = f"{person(offer.to_user)} could not be sent the briefing"
    opened = await run.attempt("open", lambda: services.slack.posts.open_direct(offer.to_user), loss=loss)
    if opened is not None:
        await draw(run, services, offer, f"handoff-dm-{offer.id}", channel_id=opened, post=post)


def line(offer: Handoff, incident: Incident) -> Post:
    """The channel's line: the question while it is open, then how it was answered."""
    if offer.state != HandoffState.PROPOSED:
        text = ended(offer)
        return Post(text=text, blocks=(blocks.section(text),))
    giver, until = person(offer.from_user), clock_time(offer.expires_at)
    text = (
        f"{person(offer.to_user)}: {giver} asks you to take over as incident commander of {incident.ref}. "
        f"{giver} stays until you accept; the offer ends {until}."
    )
    quoted = f"\n>{clipped(' '.join(offer.note.split()), 500)}" if offer.note else ""
    buttons = [*answers(offer), blocks.button("Withdraw", "handoff_withdraw", str(offer.id))]
    return Post(text=text, blocks=(blocks.section(text + quoted), blocks.actions(buttons, block_id="handoff")))


def answers(offer: Handoff) -> list[Block]:
    return [
        blocks.button("Accept", "handoff_accept", str(offer.id), style="primary"),
        blocks.button("Decline", "handoff_decline", str(offer.id)),
    ]


def ended(offer: Handoff) -> str:
    """How an offer was answered, for everybody."""
    to, giver, at = person(offer.to_user), person(offer.from_user), clock_time(offer.answered_at or offer.expires_at)
    return {
        HandoffState.ACCEPTED: f"{to} took over as incident commander from {giver} at {at}.",
        HandoffState.DECLINED: f"{to} declined at {at}. {giver} stays incident commander.",
        HandoffState.EXPIRED: f"{to} did not answer by {at}. {giver} stays incident commander.",
        HandoffState.WITHDRAWN: f"The offer to {to} to take over was withdrawn at {at}.",
    }[HandoffState(offer.state)]


def direct(offer: Handoff, known: Known, policy: Policy, now: datetime) -> Post:
    """The receiver's message: the question over the briefing, then what it means to have taken over."""
    incident = known.view.incident
    where = f"<#{incident.channel_id}>"
    giver, until = person(offer.from_user), clock_time(offer.expires_at)
    if offer.state == HandoffState.PROPOSED:
        text = (
            f"{giver} asks you to take over as incident commander of {incident.ref}, {where}. "
            f"You can answer until {until}."
        )
        rows = [blocks.section(text), blocks.section(incident_briefing(known, now))]
        return Post(text=text, blocks=(*rows, blocks.actions(answers(offer), block_id="handoff")))
    if offer.state == HandoffState.ACCEPTED:
        at = clock_time(offer.answered_at or now)
        text = f"You took over as incident commander of {incident.ref} at {at}: {where}."
        job = "\n".join(f"• {duty}" for duty in duties("ic", known.view, policy))
        return Post(text=text, blocks=(blocks.section(f"{text}\n{job}"), blocks.section(incident_briefing(known, now))))
    text = f"{incident.ref} “{escape(incident.title)}”: {ended(offer)}"
    return Post(text=text, blocks=(blocks.section(text),))


def word_for_giver(offer: Handoff, incident: Incident, policy: Policy) -> Post | None:
    """What the person who asked must know: edits of a message notify nobody."""
    to, where = person(offer.to_user), f"<#{incident.channel_id}>"
    again = [blocks.actions([blocks.button("Hand over", "handoff_open", str(incident.id))], block_id="again")]
    if offer.state == HandoffState.ACCEPTED:
        return Post(text=f"{to} is incident commander of {incident.ref} now. You are free; thank you.")
    if offer.state == HandoffState.DECLINED:
        text = (
            f"{to} cannot take over {incident.ref} now, so you are still incident commander. Ask somebody else {where}."
        )
        return Post(text=text, blocks=(blocks.section(text), *again))
    if offer.state == HandoffState.EXPIRED:
        text = (
            f"{to} did not answer within {duration(policy.handoff_answer_within)}, so you are still incident commander "
            f"of {incident.ref}. Call them, ask again, or ask somebody else: {where}."
        )
        return Post(text=text, blocks=(blocks.section(text), *again))
    return None
