"""Mitigation before root cause: what usually helps, offered until somebody has tried something."""

from dataclasses import dataclass
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import actions, incidents, messages, timeline
from storage.models import Action, Incident, Reminder, Status
from workflows import blocks, claimed, updates
from workflows.blocks import Block
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.overview import severity_of
from workflows.ports import Post
from workflows.services import Services
from workflows.words import person

KIND: Final = "action"  # what somebody did: of lines on the timeline, and of messages that were marked
REMINDER: Final = "mitigation"


@dataclass(frozen=True, kw_only=True)
class Mitigation:
    """`key` is part of a button's id; `when` says when it helps, `name` is what somebody tries."""

    key: str
    name: str
    when: str


MITIGATIONS: Final = (
    Mitigation(key="rollback", name="roll back", when="something was deployed or configured shortly before it began"),
    Mitigation(key="flag", name="switch the feature off", when="one feature is to blame, and people can do without it"),
    Mitigation(key="scale", name="scale up", when="machines, pools or queues are full"),
    Mitigation(key="failover", name="fail over", when="one region, zone or primary is ill, and another one is well"),
    Mitigation(key="shed", name="shed load", when="there is more traffic than can be served: keep what matters most"),
    Mitigation(key="restore", name="restore", when="data is lost or wrong, and there is a good copy"),
)


def named(key: str) -> Mitigation:
    """Raises `UserError` for a key that no button of ours carries."""
    found = next((one for one in MITIGATIONS if key in (one.key, one.name)), None)
    if found is None:
        words = ", ".join(one.name for one in MITIGATIONS)
        raise UserError(f"There is no such mitigation. The common ones: {words}.")
    return found


async def tried(session: AsyncSession, incident: Incident) -> bool:
    """Whether anybody has done anything yet: ticked a step, tried a mitigation, pressed a hook, or marked a message."""
    if incident.status not in (Status.TRIAGE, Status.INVESTIGATING, Status.IDENTIFIED):
        return True
    lines = await timeline.entries(session, incident.key)
    marks = await messages.marks_of(session, incident.key)
    return KIND in {*(line.kind for line in lines), *(mark.kind for mark in marks)}


async def attempt(services: Services, incident_id: int, key: str, *, press: str, by: str) -> Action:
    """Somebody tries one: it is on the timeline, and an action of theirs until they say how it went."""
    mitigation = named(key)
    async with change(services, incident_id, press=press) as c:
        updates.refuse_ended(c.incident)
        text = f"Trying: {mitigation.name}"
        made = Action(
            incident_id=incident_id,
            number=0,
            text=mitigation.name,
            owner=by,
            created_by=by,
            created_at=c.now,
            during=True,
        )
        await actions.add(c.session, made)
        c.tell(KIND, text, by)
        said = f"⚡ {person(by)} is trying: {mitigation.name}. `/incident action done {made.number}` when it is done."
        await c.owe("say", f"mitigation:{made.id}", {"text": said})
        await c.refresh()
    return made


def offered(incident: Incident) -> Post:
    """The list, with a button for each."""
    lines = [f"• *{one.name.capitalize()}* when {one.when}" for one in MITIGATIONS]
    text = (
        f"*Stop the pain first, the cause can wait.* What could help {incident.ref} now?\n"
        + "\n".join(lines)
        + "\nPressing one says so in the channel and on the timeline; doing it is up to you."
    )
    buttons: list[Block] = [
        blocks.button(one.name.capitalize(), f"mitigation_try_{one.key}", str(incident.id)) for one in MITIGATIONS
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="mitigations")))


# The reminder: once, to the commander, when nothing has been tried for a while.


async def watch(new: Change, services: Services) -> None:
    """Look again so long after the declaration, at severities at which time counts, however long setting up took."""
    after = services.policy.runbooks.hint_after
    if after is not None and severity_of(new.incident, services.policy).escalate_after is not None:
        await new.remind(REMINDER, new.incident.declared_at + after)


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    incident = await incidents.get(session, reminder.incident_id)
    await session.delete(reminder)
    if incident is None or await tried(session, incident):
        return
    await claimed.owe(session, reminder, services, kind="mitigation_hint")
