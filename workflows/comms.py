"""What is said to people outside: drafts from the record, sent by a person, kept word for word.

A draft may go to a channel, or be copied and leave by email; either way the record has what was said, where and when.
Secrets are masked before anything leaves.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from storage import actions
from storage import sent as stored
from storage.models import Incident, PromiseState, Sent, Update
from workflows import blocks, channels, comms_asking, comms_copy, drills, people, promises
from workflows.change import Change, change
from workflows.comms_copy import pieces
from workflows.comms_facts import Source, facts
from workflows.comms_templates import Filled, Kind, fill, kinds, name_of
from workflows.errors import UserError
from workflows.masking import Mask
from workflows.overview import overview
from workflows.ports import Post, Refused
from workflows.refusals import who_can_fix
from workflows.services import Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.timeline import timeline
from workflows.words import escape, in_line, mentioned, one_line, person

UPDATES: Final = ("first-notice", "update", "resolution")  # said to everybody here, these are status updates too


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to be sent. `text` is plain; no `channel_id` means that it was copied, to leave by other ways.

    `keeps` is the number of the promise that it keeps, if any.
    """

    kind: str
    text: str
    to_whom: str
    channel_id: str | None = None
    keeps: int | None = None


def kind_named(services: Services, name: str) -> Kind:
    found = next((kind for kind in kinds(services.policy.templates) if kind.name == name), None)
    if found is None:
        raise UserError("There is no such template any more. `/incident comms` shows those there are.")
    return found


async def draft(services: Services, incident: Incident, kind: Kind) -> Filled:
    """The template filled from the record, in plain words; secrets are masked."""
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
        lines = await timeline(session, incident)
        planned = await actions.of_incident(session, incident.key)
    texts = [line.text for line in lines] + [incident.impact, incident.understanding, incident.next_step]
    wanted = {user for text in texts for user in mentioned(text)} | {line.by for line in lines}
    wanted |= {user for users in view.roles.values() for user in users} | {one.owner or "" for one in planned}
    source = Source(
        view=view,
        lines=lines,
        actions=planned,
        names=await people.names(services, wanted - {services.slack.user_id}),
        policy=services.policy,
        now=services.clock.now(),
    )
    filled = fill(kind.name, facts(source), services.policy.templates)
    return Filled(text=drills.warned(incident, Mask()(filled.text)), blanks=filled.blanks)


async def announce_channel(services: Services) -> str:
    """The id of the announcement channel. Raises `UserError` when there is none, with what to do."""
    name = services.policy.announce
    if name is None:
        raise UserError("No announcement channel is configured. Choose another channel.")
    try:
        return await channels.by_name(services, name)
    except Refused as refused:
        raise UserError(
            f"#{name} cannot be found. {who_can_fix(refused.error)} Or choose another channel."
        ) from refused


async def send(services: Services, incident_id: int, message: Message, *, press: str, by: str) -> tuple[Sent, int]:
    """Record what is said, and owe its post if it goes to a channel. Also returns how many secrets were masked.

    Raises `UserError` when it may not go there, `AlreadyDone` for the same press.
    """
    mask = Mask()
    text = mask(message.text.strip())
    kind = kind_named(services, message.kind)
    announce = await announce_channel(services) if services.policy.announce and message.channel_id else None
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        refuse_leak(incident, message.channel_id)
        refuse_alarm(incident, message.channel_id, announce)
        found = Sent(
            incident_id=incident.key,
            template=kind.name,
            at=made.now,
            by=by,
            to_whom=message.to_whom,
            channel_id=message.channel_id,
            text=text,
        )
        made.session.add(found)
        await made.session.flush()
        made.tell("comms", sent_line(kind, found), by)
        if message.keeps is not None:
            await promises.end_in(made, message.keeps, PromiseState.KEPT, by=by)
        await comms_asking.sent(made, kind.name)
        if kind.name in UPDATES and message.channel_id in (incident.channel_id, announce):
            await count_as_update(made, services, found)
        if message.channel_id:
            await made.owe("comms", str(found.id), {"sent_id": found.id})
        await comms_copy.owe(made, found)
        await made.refresh()
    return found, mask.count


def refuse_leak(incident: Incident, channel_id: str | None) -> None:
    """What is private leaves its channel only in the hands of a person."""
    if incident.private and channel_id not in (None, incident.channel_id):
        raise UserError(
            f"{incident.ref} is private, so Sitrep posts about it only in its own channel. "
            "Choose “Copy it” and pass it on to those who may know."
        )


def refuse_alarm(incident: Incident, channel_id: str | None, announce: str | None) -> None:
    """What is said in a drill stays among those who know of drills; other channels may be shared with customers."""
    if channel_id not in (None, incident.channel_id, announce) and not drills.may_reach_out(incident):
        raise UserError(
            f"{incident.ref} is a drill, so Sitrep posts about it only in its own channel and where incidents are "
            "announced. Nothing was sent; what you typed is still here."
        )


async def count_as_update(made: Change, services: Services, said: Sent) -> None:
    """Who has just told everybody is not asked for an update. It is posted by its own run, not a second time."""
    due_at = made.incident.update_due_at
    await made.reset_clock(services)
    made.session.add(
        Update(
            incident_id=made.incident.key,
            at=made.now,
            by=said.by,
            status=made.incident.status,
            severity=made.incident.severity,
            changed=escape(one_line(said.text, 500)),
            due_at=due_at,
            next_due_at=made.incident.update_due_at,
        )
    )


def sent_line(kind: Kind, said: Sent) -> str:
    where = f"posted in <#{said.channel_id}>" if said.channel_id else "copied, to be sent by hand"
    whom = f" for {escape(said.to_whom)}" if said.to_whom else ""
    return f"{escape(kind.title)}{whom}, {where}: {escape(one_line(said.text, 200))}"


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Post what was written, and remember where. Who asked hears what Slack refuses."""
    async with services.database.read() as session:
        said = await stored.get(session, int(run.args["sent_id"]))
    incident = await load(services, run.incident_id)
    if said is None or said.channel_id is None:
        return
    title = name_of(said.template)
    if incident.private and said.channel_id != incident.channel_id:  # it was not when somebody sent this
        told = f"{title} was not posted in <#{said.channel_id}>, as {incident.ref} is private by now"
        await run.keep("withheld", "private", f"{told}; its text is in `/incident comms sent`")
        return
    if said.channel_id != incident.channel_id:
        await run.attempt("join", partial(joined, services, said.channel_id), loss="")
    loss = f"{title} could not be posted in <#{said.channel_id}>; its text is in `/incident comms sent`"
    ts = await run.attempt_post("post", said.channel_id, posted(said, title, incident), loss=loss)
    if ts is not None:
        await run.step("keep", lambda: keep(services, said.id or 0, ts))


async def joined(services: Services, channel_id: str) -> str:
    """Only a member can look whether it was posted. A private channel has to invite us, and posting says so then."""
    return await done(services.slack.channels.join(channel_id))


async def keep(services: Services, sent_id: int, ts: str) -> str:
    async with services.database.write() as session:
        said = await stored.get(session, sent_id)
        if said is not None:
            said.ts = ts
            session.add(said)
    return ts


def posted(said: Sent, title: str, incident: Incident) -> Post:
    """What people read, with who sent it. Nothing in it pings."""
    rows = [blocks.section(escape(piece)) for piece in pieces(said.text)]
    small = blocks.context(f"{escape(title)} · {incident.ref} · by {person(said.by)}")
    return Post(text=in_line(escape(said.text), 300), blocks=(*rows, small))
