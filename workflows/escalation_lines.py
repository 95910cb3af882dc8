"""How an escalation looks in Slack: a line in the channel that follows the record, a message to each who is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from storage import actions, escalations, visits
from storage.models import Escalation, EscalationState, Incident, Summons
from workflows import blocks, escalating, groups, surfaces
from workflows.blocks import Block
from workflows.briefing import Known, incident_briefing
from workflows.change import change
from workflows.escalating import parties_of
from workflows.escalation import CANNOT, COMING, admit, locked
from workflows.overview import overview
from workflows.parties import Party
from workflows.ports import Post
from workflows.reaching import place, show, tell_directly
from workflows.services import Services
from workflows.steps import Run, together
from workflows.surfaces import load
from workflows.timeline import timeline
from workflows.words import clipped, clock_time, escape, person

MOST_NAMED: Final = 8  # people in a line


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a surface of an escalation is, or is to be."""

    kind: str
    channel_id: str


async def run(run: Run, services: Services) -> None:
    """Call whoever is to be called now, and make what people see equal to the record."""
    incident = await load(services, run.incident_id)
    begun = await read(services, run)
    if incident.channel_id is None and not run.args["alone"]:
        return  # shown when the channel is there
    if begun.state == EscalationState.CALLING:
        await summon(run, services, incident, begun)
        begun = await read(services, run)
    async with services.database.read() as session:
        summoned = await escalations.summoned(session, begun.id or 0)
        view = await overview(session, incident, services.policy)
        known = Known(
            view=view,
            lines=await timeline(session, incident),
            actions=await actions.of_incident(session, incident.key),
        )
    if begun.state == EscalationState.UNSET:
        await tell_unset(run, services, begun, view.ic or incident.declared_by, incident)
        return
    await together(*(draw_direct(run, services, begun, one, known) for one in summoned))
    if incident.channel_id is None:
        return
    line = channel_line(begun, summoned, view.ic or incident.declared_by)
    await draw(run, services, begun, Place(kind=f"escalation-{begun.id}", channel_id=incident.channel_id), line)
    await word(run, services, incident, begun, view.ic)


async def read(services: Services, run: Run) -> Escalation:
    async with services.database.read() as session:
        found = await escalations.get(session, int(run.args["escalation_id"]))
    if found is None:
        raise LookupError(f"there is no escalation {run.args['escalation_id']}")
    return found


async def summon(run: Run, services: Services, incident: Incident, begun: Escalation) -> None:
    """Find out who this link is, keep that they are called, and bring them in. An empty link passes it on at once."""
    party, link = parties_of(begun)[begun.link], begun.link
    people = await people_of(run, services, party)
    async with change(services, incident.key) as made:
        standing = await locked(made, begun.id or 0)
        if standing.state != EscalationState.CALLING or standing.link != link:
            return
        await escalations.call(made.session, begun.id or 0, link, people, made.now)
        await admit(made, standing, people)
        for user in people:  # the briefing is all of it, so that joining needs no catch-up
            await visits.note(made.session, incident.key, user, made.now)
        called = await escalations.summoned(made.session, begun.id or 0)
        if not any(one.link == link and not one.answer for one in called):
            why = f"nobody could be called through {party.title}"
            await escalating.call(made, services.policy, standing, link + 1, why=why, by="sitrep")
            return
    if incident.channel_id is not None:
        await groups.bring_in(run, services, incident.channel_id, f"link_{link}", people)


async def people_of(run: Run, services: Services, party: Party) -> list[str]:
    """Everybody in a link, each once. A group that cannot be read leaves the others."""
    found = [*party.users]
    for group in party.groups:
        found += await groups.people_of(run, services, group, party.title) or ()
    return [user for user in dict.fromkeys(found) if user != services.slack.user_id]


async def draw(run: Run, services: Services, begun: Escalation, place_in: Place, post: Post) -> None:
    """Post a surface of the escalation, or bring it up to date."""
    kind, channel_id = place_in.kind, place_in.channel_id
    surface = await surfaces.find(services, run.incident_id, kind)
    if surface is not None:
        loss = "The line about an escalation could not be brought up to date"
        await run.attempt(f"{kind}_{begun.version}", partial(show, services, surface, post), loss=loss)
    else:
        loss = "The line about an escalation could not be posted"
        await run.attempt(kind, partial(place, run, services, kind, channel_id, post), loss=loss)


async def draw_direct(run: Run, services: Services, begun: Escalation, one: Summons, known: Known) -> None:
    """The message to somebody who was called; it can be changed only by the id of its conversation."""
    loss = f"{person(one.user_id)} was called, but could not be told directly"
    opened = await run.attempt(f"open_{one.id}", partial(services.slack.posts.open_direct, one.user_id), loss=loss)
    if opened is not None:
        post = direct(begun, one, known, services.clock.now())
        await draw(run, services, begun, Place(kind=f"escalation-dm-{one.id}", channel_id=opened), post)


async def tell_unset(run: Run, services: Services, begun: Escalation, ic: str, incident: Incident) -> None:
    """The commander hears that nobody was called: the matrix wants a group that nobody has configured."""
    names = " and ".join(begun.missing)
    text = (
        f"{incident.ref}: {begun.reason}. *{names}* should know now; nobody was called, as sitrep.toml names nobody "
        f"for it. If you need them: `/incident escalate @person why` in <#{incident.channel_id}>. When there is time, "
        "whoever runs Sitrep can name them under `[groups]`."
    )
    tell = partial(tell_directly, run, services, "unset", ic, Post(text=text))
    await run.attempt("tell_unset", tell, loss=f"{person(ic)} could not be told that {names} is not configured")


async def word(run: Run, services: Services, incident: Incident, begun: Escalation, ic: str) -> None:
    """What people must notice, as edits of a line notify nobody: help is coming, or none is."""
    channel_id = incident.channel_id or ""
    if begun.state == EscalationState.ANSWERED:
        text = f"{person(begun.ended_by)} is on the way."
        await run.attempt(
            "coming", partial(run.post, "coming_line", channel_id, Post(text=text)), loss=f"Unsaid: {text}"
        )
    elif begun.state == EscalationState.EXHAUSTED and begun.chain:
        text = (
            f"{person(ic or incident.declared_by)}: nobody who was called has answered, and nobody is left to call. "
            "Phone somebody, or name somebody else."
        )
        button = blocks.button("Escalate", "escalate_open", str(incident.id), style="primary")
        post = Post(text=text, blocks=(blocks.section(text), blocks.actions([button], block_id="exhausted")))
        loss = "The channel could not be told that nobody is left to call"
        await run.attempt("alone", partial(run.post, "alone_line", channel_id, post), loss=loss)


# What the lines say. Pure.


def channel_line(begun: Escalation, summoned: Sequence[Summons], ic: str) -> Post:
    """The question, whom it waits for, or how it ended; with the buttons that make sense then."""
    if begun.state == EscalationState.ASKING:
        return question(begun, ic)
    text = {
        EscalationState.CALLING: calling,
        EscalationState.ANSWERED: answered,
        EscalationState.EXHAUSTED: exhausted,
    }.get(EscalationState(begun.state), stopped)(begun, summoned)
    rows: list[Block] = [blocks.section(text)]
    if begun.state == EscalationState.CALLING:
        rows.append(blocks.actions(calling_buttons(begun), block_id="escalation"))
    return Post(text=text, blocks=tuple(rows))


def question(begun: Escalation, ic: str) -> Post:
    until, parties = clock_time(begun.due_at or begun.began_at), parties_of(begun)
    if parties:
        what = f"Escalate to {escalating.titles(parties)}? Without an answer it happens at {until}."
    else:
        what = "Who could help? *Escalate* lets you name somebody."
    missing = f" Not configured: {', '.join(begun.missing)}." if begun.missing else ""
    text = f"{person(ic)}: {begun.reason}. {what}{missing}"
    about = str(begun.id)
    buttons = [
        blocks.button("Escalate", "escalate_yes", about, style="primary"),
        blocks.button("Not needed, because …", "escalate_no", about),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="escalation")))


def calling(begun: Escalation, summoned: Sequence[Summons]) -> str:
    parties = parties_of(begun)
    waiting = [one.user_id for one in summoned if one.link == begun.link and not one.answer]
    then = f", then {parties[begun.link + 1].title}" if begun.link + 1 < len(parties) else ""
    return (
        f"*Escalated to {who(parties[begun.link], waiting)}*{because(begun)}\n"
        f"Waiting for an answer until {clock_time(begun.due_at or begun.began_at)}{then}."
    )


def who(party: Party, waiting: Sequence[str]) -> str:
    """`the owner of Checkout (@bilal, @chen)`; a person alone is named once."""
    named = ", ".join(person(user) for user in waiting[:MOST_NAMED])
    more = len(waiting) - MOST_NAMED
    people = f"{named} and {more} more" if more > 0 else named
    return people if party.title == people or not people else f"{party.title} ({people})"


def because(begun: Escalation) -> str:
    asked = f" by {person(begun.by)}" if begun.by != "sitrep" else ""
    return f"{asked}: {clipped(begun.reason, 500)}" if begun.reason else f"{asked}."


def calling_buttons(begun: Escalation) -> list[Block]:
    about = str(begun.id)
    more = begun.link + 1 < len(begun.chain)
    return [
        *answers(begun),
        *([blocks.button("Next in line now", "escalate_next", about)] if more else []),
        blocks.button("Stop", "escalate_stop", about),
    ]


def answers(begun: Escalation) -> list[Block]:
    return [
        blocks.button("On my way", f"escalate_{COMING}", str(begun.id), style="primary"),
        blocks.button("Cannot", f"escalate_{CANNOT}", str(begun.id)),
    ]


def answered(begun: Escalation, summoned: Sequence[Summons]) -> str:
    title = parties_of(begun)[begun.link].title
    coming = person(begun.ended_by)
    asked = "" if title == coming else f" ({title} had been called)"
    why = f", asked{because(begun)}" if begun.by != "sitrep" else because(begun)
    return f"{coming} is on the way since {clock_time(begun.ended_at or begun.began_at)}{asked}{why}"


def exhausted(begun: Escalation, summoned: Sequence[Summons]) -> str:
    if not begun.chain:
        return f"{begun.reason}. Nobody was called: nobody is configured to be. `/incident escalate @person` names one."
    named = ", ".join(person(one.user_id) for one in summoned[:MOST_NAMED])
    called = f" Called: {named}." if named else ""
    return (
        f"Nobody answered: {escalating.titles(parties_of(begun))}.{called} `/incident escalate @person` names others."
    )


def stopped(begun: Escalation, summoned: Sequence[Summons]) -> str:
    by = "" if begun.ended_by == "sitrep" else f" ({person(begun.ended_by)})"
    about = f"\nIt was about: {clipped(begun.reason, 500)}" if begun.reason else ""
    return f"{begun.outcome}{by}, {clock_time(begun.ended_at or begun.began_at)}{about}"


def direct(begun: Escalation, one: Summons, known: Known, now: datetime) -> Post:
    """What somebody who was called reads: why, the incident in a minute and a half, and how to answer."""
    incident = known.view.incident
    briefing = blocks.section(incident_briefing(known, now))
    if one.answer == COMING:
        text = f"You are on the way to {incident.ref}, {where(incident)}. Thank you."
        return Post(text=text, blocks=(blocks.section(text), briefing))
    if begun.state in (EscalationState.CALLING, EscalationState.EXHAUSTED) and not one.answer:
        text = call_for_help(begun, incident)
        rows = (blocks.section(text), briefing, blocks.actions(answers(begun), block_id="escalation"))
        return Post(text=text, blocks=rows)
    text = f"{incident.ref} “{escape(incident.title)}”: {no_more(begun, one)}"
    return Post(text=text, blocks=(blocks.section(text),))


def call_for_help(begun: Escalation, incident: Incident) -> str:
    asks = f"{person(begun.by)} asks for your help" if begun.by != "sitrep" else "Your help is needed"
    title = f"{incident.ref} {escape(incident.severity)} “{escape(incident.title)}”, {where(incident)}"
    why = f": {clipped(begun.reason, 500)}" if begun.reason else "."
    return f"{asks} with {title}{why}\nCan you come? Without an answer others are called."


def where(incident: Incident) -> str:
    """Slack may refuse to make the channel; then people meet where they can."""
    if incident.channel_id is not None:
        return f"<#{incident.channel_id}>"
    return f"which has no channel yet ({person(incident.declared_by)} declared it)"


def no_more(begun: Escalation, one: Summons) -> str:
    if one.answer == CANNOT:
        return "you said that you cannot come, so others are called. Thank you for saying so."
    if begun.state == EscalationState.ANSWERED:
        return f"{person(begun.ended_by)} is on the way, so you are not needed now. Thank you."
    return "nobody else is needed. Thank you."
