"""What the home tab says. Pure: the same record gives the same tab."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from storage.models import Action, Escalation, Handoff, Incident
from workflows import blocks
from workflows.action_lines import noun
from workflows.blocks import Block
from workflows.card import SIGNS
from workflows.drills import label
from workflows.links import labelled
from workflows.role_words import TITLES
from workflows.words import clock_time, day_and_time, duration, escape, in_line, person

MOST_ACTIONS: Final = 12
MOST_WAITING: Final = 3  # of each kind
MOST_BLOCKS: Final = 100  # Slack page: views.publish


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything on one person's tab.

    By incident id: `roles` are theirs, `commanders` everybody's, and `links` lead to postmortem drafts. `how_many`
    incidents are open, of which `open_now` may be the first; for a `guest`, of those they are in. `today` is the
    team's day, YYYY-MM-DD.
    """

    handoffs: Sequence[tuple[Handoff, Incident]] = ()
    calls: Sequence[tuple[Escalation, Incident]] = ()
    mine: Sequence[Incident] = ()
    roles: Mapping[int, Sequence[str]] = field(default_factory=dict)
    actions: Sequence[tuple[Action, Incident]] = ()
    open_now: Sequence[Incident] = ()
    commanders: Mapping[int, str] = field(default_factory=dict)
    how_many: int = 0
    guest: bool = False
    recent: Sequence[Incident] = ()
    today: str = ""
    now: datetime | None = None
    links: Mapping[int, str] = field(default_factory=dict)


def home(desk: Desk) -> Block:
    """The tab's view, with what asks for something first. At most a hundred blocks."""
    declare = blocks.button("Declare an incident", "declare_open", style="primary")
    rows = [
        blocks.actions([declare], block_id="home"),
        *waiting(desk),
        *mine(desk),
        *actions(desk),
        *open_now(desk),
        *recent(desk),
    ]
    rows.append(blocks.context("`/incident help` lists what you can type. While you look, this page follows."))
    return {"type": "home", "blocks": rows[:MOST_BLOCKS]}


def waiting(desk: Desk) -> Iterator[Block]:
    """What somebody waits for an answer to: command that is offered, a call for help."""
    if not desk.handoffs and not desk.calls:
        return
    yield blocks.header("Waiting for you")
    for offer, incident in desk.handoffs[:MOST_WAITING]:
        text = f"{person(offer.from_user)} asks you to take over as incident commander"
        until = f"answer until {clock_time(offer.expires_at)}"
        yield blocks.section(f"{title(incident)}\n{text} · {until} · {where(incident)}")
        yield answers(("Accept", "handoff_accept"), ("Decline", "handoff_decline"), str(offer.id))
    for call, incident in desk.calls[:MOST_WAITING]:
        yield blocks.section(f"{title(incident)}\nYou are called: {in_line(call.reason, 300)} · {where(incident)}")
        yield answers(("On my way", "escalate_coming"), ("Cannot", "escalate_cannot"), str(call.id))


def answers(yes: tuple[str, str], no: tuple[str, str], about: str) -> Block:
    """Two buttons, each with its label and action id."""
    return blocks.actions([blocks.button(*yes, about, style="primary"), blocks.button(*no, about)])


def mine(desk: Desk) -> Iterator[Block]:
    if not desk.mine:
        return
    yield blocks.header("Yours")
    for incident in desk.mine:
        post = blocks.button("Post update", "update_open", str(incident.id))
        yield blocks.section(own_line(incident, desk.roles.get(incident.key, ())), accessory=post)


def actions(desk: Desk) -> Iterator[Block]:
    if not desk.actions:
        return
    yield blocks.header(f"What you took on: {len(desk.actions)}")
    for action, incident in desk.actions[:MOST_ACTIONS]:
        done = blocks.button("Done", "home_done", str(action.id))
        yield blocks.section(action_line(action, incident, desk.today, desk.now), accessory=done)
    if len(desk.actions) > MOST_ACTIONS:
        more = len(desk.actions) - MOST_ACTIONS
        yield blocks.context(f"{more} more, which are due later: `/incident action` in each incident's channel")


def open_now(desk: Desk) -> Iterator[Block]:
    """What is open besides what is theirs: that stands above."""
    own = {one.key for one in desk.mine if not one.drill}
    others = [one for one in desk.open_now if one.key not in own]
    how_many = max(len(others), desk.how_many - len(own))
    if how_many:
        yield blocks.header(f"{'Other open' if own else 'Open'} incidents: {how_many}")
    elif not desk.mine:
        yield blocks.header("You are in no open incident" if desk.guest else "No incident is open")
    yield from (blocks.section(line(one, desk.commanders.get(one.key, ""))) for one in others)
    if how_many > len(others):
        yield blocks.context(f"{how_many - len(others)} more: `/incident list` in any channel")


def recent(desk: Desk) -> Iterator[Block]:
    if not desk.recent:
        return
    yield blocks.header("Ended in the last days")
    lines = [ended_line(one, desk.links.get(one.key, "")) for one in desk.recent]
    yield blocks.section("\n".join(lines))


def line(incident: Incident, commander: str) -> str:
    ic = f"IC {person(commander)}" if commander else "no IC"
    return f"{title(incident)}\n{state(incident, ic)}"


def own_line(incident: Incident, roles: Sequence[str]) -> str:
    held = " and ".join(TITLES.get(role, role) for role in roles)
    return f"{title(incident)}\n{state(incident, f'you are {held}')}"


def title(incident: Incident) -> str:
    lock = "🔒 " if incident.private else ""
    signs = f"{label(incident)}{lock}{SIGNS[incident.status]}"
    return f"{signs} *{incident.ref} · {escape(incident.severity)} · {escape(incident.title)}*"


def state(incident: Incident, who: str) -> str:
    due = f" · update due {clock_time(incident.update_due_at)}" if incident.update_due_at else ""
    return f"{incident.status.capitalize()} · {who}{due} · {where(incident)}"


def where(incident: Incident) -> str:
    return f"<#{incident.channel_id}>" if incident.channel_id else "its channel is being set up"


def action_line(action: Action, incident: Incident, today: str, now: datetime | None) -> str:
    due = "no date yet"
    if action.due_at:
        when = day_and_time(action.due_at)
        due = f"*was due {when}*" if now is not None and action.due_at < now else f"due {when}"
    elif action.due:
        due = f"*was due {action.due}*" if action.due < today else f"due {action.due}"
    return f"{action.text}\n{due} · {noun(action).lower()} {action.number} of {incident.ref} · {where(incident)}"


def ended_line(incident: Incident, draft: str) -> str:
    ended = incident.closed_at or incident.resolved_at or incident.declared_at
    took = duration((incident.resolved_at or ended) - (incident.began_at or incident.declared_at))
    words = [f"{incident.status} {day_and_time(ended)}", f"took {took}"]
    if incident.channel_id:
        words.append(f"<#{incident.channel_id}>")
    if draft:
        words.append(labelled(draft, "postmortem draft"))
    return f"{title(incident)} · {' · '.join(words)}"
