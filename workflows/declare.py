"""Declaring an incident: the record first, in one transaction; then the channel, the card and who is needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError

from storage import incidents
from storage.models import Incident, Status
from workflows import (
    card,
    channel_names,
    channels,
    checklists,
    classifier,
    classifying,
    clocks_asking,
    dependencies,
    drills,
    escalating,
    lookalikes,
    mitigations,
    need_to_know,
    parties,
    patience,
    permissions,
    reaching,
    retyped,
    surfaces,
)
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.inviting import invited, tell_refused
from workflows.overview import overview
from workflows.parties import Party
from workflows.ports import Channel, Post, Refused, SlackTrouble
from workflows.refusals import who_can_fix
from workflows.scenarios import Scenario
from workflows.services import Services
from workflows.steps import Run, done, together
from workflows.surfaces import load
from workflows.words import escape, person

TRIES_FOR_A_NAME: Final = 20
ANNOUNCEMENT: Final = "announcement"  # its surface


@dataclass(frozen=True, kw_only=True)
class DeclareRequest:
    """What somebody wants declared. `title` is plain text; `summary` and `impact` are Slack-encoded.

    `triage`: maybe an incident. `private`: for those alone who need to know. `ended_at`: it is over already.
    `answers` are the classifier's, as it packs them.
    """

    press: str
    user_id: str
    title: str
    severity: str
    ic: str
    invited: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # `<!subteam^S…|@payments>`, as people type them
    summary: str = ""
    impact: str = ""
    service: str | None = None
    declared_in: str = ""
    response_url: str = ""
    view_id: str = ""
    triage: bool = False
    private: bool = False
    security: bool = False  # private in any case
    began_at: datetime | None = None
    ended_at: datetime | None = None
    answers: str = ""
    drill: bool = False
    reaches_out: bool = False  # a drill that may page and call, because somebody asked for it
    scenario: Scenario | None = None

    @property
    def status(self) -> Status:
        """Where the incident's life begins."""
        if self.ended_at is not None:
            return Status.RESOLVED
        return Status.TRIAGE if self.triage else Status.INVESTIGATING


@dataclass(frozen=True, kw_only=True)
class Declared:
    """`alike` are open incidents of the last minutes that may be the same one.

    `again`: the same press has declared it. `retyped`: the same person has, in the same words, so long ago.
    """

    incident: Incident
    alike: Sequence[Incident]
    again: bool = False
    retyped: timedelta | None = None


async def accept(request: DeclareRequest, services: Services) -> Declared:
    """Store the incident, its first line and the work owed to Slack. The same press gives the same incident.

    Raises `UserError` for times that cannot be.
    """
    permissions.require_general(services.asker, services.policy, "declare")
    refuse_times(request, services.clock.now())
    for _ in range(TRIES_FOR_A_NAME):
        try:
            declared = await try_accept(request, services)
        except IntegrityError:  # another process reserved the channel name, or stored this very press, just now
            continue
        services.bell.ring()
        return await without_others(declared, request.user_id, services)
    raise LookupError(f"no free channel name for {request.title!r}")


async def without_others(declared: Declared, user_id: str, services: Services) -> Declared:
    """Without what looks alike, for a guest. Whether they are one is asked only now, when everything is stored."""
    if services.asker is None or services.asker.how == "cli":
        return declared
    try:
        return replace(declared, alike=await lookalikes.known_to(services, declared.alike, user_id))
    except SlackTrouble:
        return replace(declared, alike=())


async def try_accept(request: DeclareRequest, services: Services) -> Declared:
    now = services.clock.now()
    async with services.database.write() as session:
        known = await incidents.by_press(session, request.press)
        if known is not None:
            return Declared(incident=known, alike=(), again=True)
        incident = new_incident(request, now)
        earlier = await retyped.find(session, incident)
        if earlier is not None:
            return Declared(incident=earlier, alike=(), retyped=now - earlier.declared_at)
        alike = await lookalikes.similar(session, services, request.title, user_id=request.user_id, drill=request.drill)
        hidden = request.private or request.security
        topic = drills.topic_of(request.title, drill=request.drill)
        incident.channel_name = await channel_names.free(session, services, topic, hidden=hidden)
        session.add(incident)
        await session.flush()
        if request.ic:  # of a drill, who takes command is part of it
            await incidents.give_role(session, incident.key, "ic", request.ic, now)
        new = Change(session, incident, now)
        await record(new, request, alike, services)
        await need_to_know.begin(new, request.invited, services)
        # That it is set up is told by `welcome`, and that it cannot be by the run itself.
        await patience.watch(
            session, services, press=request.press, incident_id=incident.key, owed=new.owed, ends=False
        )
    return Declared(incident=incident, alike=alike)


def refuse_times(request: DeclareRequest, now: datetime) -> None:
    began, ended = request.began_at, request.ended_at
    if ended is not None and (began is None or began >= ended):
        raise UserError(
            "To record what is over, say when it began and when it ended, the earlier one first: "
            "`/incident declare sev2 Search was slow --began yesterday 22:10 --ended yesterday 23:40`."
        )
    if any(at is not None and at > now for at in (began, ended)):
        raise UserError("That time is still to come, and nothing was done. When did it begin?")


def new_incident(request: DeclareRequest, now: datetime) -> Incident:
    """The row, still without a channel name.

    What is over when it is declared was acknowledged at no time that anybody knows.
    """
    begins = request.status == Status.INVESTIGATING
    return Incident(
        press=request.press,
        title=request.title,
        severity=request.severity,
        status=request.status,
        summary=request.summary,
        impact=request.impact,
        service=request.service,
        private=request.private or request.security,
        kind="security" if request.security else None,
        declared_by=request.user_id,
        declared_in=request.declared_in,
        declared_at=now,
        began_at=request.began_at,
        acknowledged_at=now if begins else None,
        mitigated_at=request.ended_at,
        resolved_at=request.ended_at,
        retrospective=request.ended_at is not None,
        drill=request.drill,
        drill_reaches_out=request.drill and request.reaches_out,
        channel_name="",
    )


async def record(new: Change, request: DeclareRequest, alike: Sequence[Incident], services: Services) -> None:
    """The first lines of the timeline, the update clock, and the run that sets everything up."""
    maybe = " for triage" if request.triage else ""
    what = " as a security incident" if request.security else " as a private incident" if request.private else ""
    drill = " as a drill" if request.drill else ""
    text = f"Declared {request.severity}{drill}{maybe}{what}: {escape(request.title)}"
    new.tell("declared", text, request.user_id, state=request.severity)
    if request.began_at is not None:
        new.tell("times", "The impact began", request.user_id, at=request.began_at)
    if request.ended_at is not None:
        new.tell("status", "Resolved", request.user_id, at=request.ended_at, state=Status.RESOLVED)
    if request.answers:
        walk = classifier.walk(services.policy, classifier.unpacked(request.answers))
        classifying.keep(new, walk, request.user_id)
    if request.ic not in ("", request.user_id):
        new.tell("role", f"{person(request.ic)} is incident commander", request.user_id)
    if request.drill:
        await drills.begin(new, request.scenario)
    await new.reset_clock(services)
    await escalating.declared(new, services.policy)
    await new.owe(
        "declare",
        str(new.incident.id),
        {
            "invited": [user for user in (request.user_id, request.ic, *request.invited) if user],
            "parties": [party.stored() for party in parties.called_for(new.incident, request.groups, services.policy)],
            # They point at each other in their channels, where not everybody may know of a private one.
            "alike": [other.id for other in alike if not (other.private or new.incident.private)],
            "user_id": request.user_id,
            "response_url": request.response_url,
            "view_id": request.view_id,
        },
    )


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Open the channel, pin the card, bring people in; then everything that can wait a moment."""
    try:
        channel_id = await open_channel(run, services)
    except Refused as refused:
        await tell_failure(run, services, refused)
        raise
    await together(pin_card(run, services, channel_id), invite(run, services, channel_id))
    runbook = await checklists.best(services, run.incident_id)
    async with change(services, run.incident_id) as after:
        await checklists.offer(after, runbook)
        await mitigations.watch(after, services)
        await clocks_asking.ask_once(after)
        for kind in ("announce", "welcome"):
            await after.owe(kind, str(run.incident_id), run.args, lane=f"{kind}:{run.incident_id}")
        await parties.owe(after, "declared", [Party.read(one) for one in run.args.get("parties") or ()])
        await dependencies.owe(after, services.policy)
        await escalating.channel_ready(after)
        await drills.channel_ready(after)
        await after.refresh()


async def open_channel(run: Run, services: Services) -> str:
    """Create the channel and store its id. A repeat adopts the channel that an earlier entry made."""
    while True:
        incident = await load(services, run.incident_id)
        if incident.channel_id is not None:
            return incident.channel_id
        channel = await create_or_adopt(run, services, incident)
        async with change(services, run.incident_id) as made:
            if made.incident.channel_id is not None:  # another process was faster
                continue
            if channel is None:
                made.incident.channel_name = await channel_names.another(made.session, incident.channel_name)
                continue
            made.incident.channel_id, made.incident.channel_name = channel.id, channel.name
        services.incident_channels[channel.id] = incident.key
        return channel.id


async def tell_failure(run: Run, services: Services, refused: Refused) -> None:
    """The person who declared must not wait for a channel that will not come."""
    incident = await load(services, run.incident_id)
    text = (
        f"{incident.ref} is on record, but Slack refused to create its channel (`{refused}`). "
        f"{who_can_fix(refused.error)} Then: `/incident status repair {incident.ref}`. "
        f"Until then go on in any channel: `/incident update {incident.ref} …` works everywhere."
    )
    await run.attempt("failed", lambda: tell_declarer(run, services, Post(text=text)), loss="The declarer was not told")
    async with change(services, run.incident_id) as made:
        await escalating.channel_refused(made)


async def create_or_adopt(run: Run, services: Services, incident: Incident) -> Channel | None:
    """`None` when the name belongs to somebody else's channel."""
    port = services.slack.channels
    try:
        return await port.create(incident.channel_name, private=incident.private)
    except Refused as refused:
        if refused.error != "name_taken":
            raise
    return await port.find_own(incident.channel_name) if run.repeat else None


async def pin_card(run: Run, services: Services, channel_id: str) -> None:
    async with services.database.read() as session:
        incident = await incidents.get(session, run.incident_id)
        if incident is None:
            raise LookupError(run.incident_id)
        post = card.card(await overview(session, incident, services.policy))
    surface = await surfaces.place(run, services, "card", channel_id, post)
    await run.attempt(
        "pin", lambda: done(services.slack.decor.pin(channel_id, surface.ts)), loss="The card could not be pinned"
    )


async def invite(run: Run, services: Services, channel_id: str) -> None:
    """Bring in the declarer, the incident commander and everybody named. Who cannot come is on the timeline."""
    users = [str(user) for user in run.args["invited"]]
    refused = await run.step("invite", lambda: invited(services, channel_id, users))
    if refused == "{}":
        return
    await run.step("invite_refused", lambda: tell_refused(run, services, refused))


async def welcome(run: Run, services: Services) -> None:
    """Tell the declarer that the channel is ready, and point incidents that look alike at each other."""
    incident = await load(services, run.incident_id)
    ready = Post(text=f"{incident.ref} is set up: <#{incident.channel_id}>. The card is pinned there.")
    await run.attempt("ready", lambda: tell_declarer(run, services, ready), loss="The declarer could not be told")
    others = [await load(services, int(other_id)) for other_id in run.args.get("alike") or ()]
    known = {one.key for one in await lookalikes.known_to(services, others, incident.declared_by)}
    for other in others:
        if other.key in known:
            await lookalikes.point_at(run, services, incident, other)
        await lookalikes.point_at(run, services, other, incident)


async def tell_declarer(run: Run, services: Services, ready: Post) -> str:
    """Where the person is looking: the form they submitted, or below the command they typed."""
    view_id, response_url = str(run.args.get("view_id") or ""), str(run.args.get("response_url") or "")
    if view_id:
        await services.slack.views.update(view_id, card.ready_form(ready.text))
    elif response_url:
        await services.slack.posts.answer(response_url, ready)
    return "told"


async def announce(run: Run, services: Services) -> None:
    """One line in the announcement channel, kept current from then on."""
    name = services.policy.announce
    incident = await load(services, run.incident_id)
    if name is None or (incident.private and not run.repeat):
        return
    loss = f"#{name} could not be told: create the channel, or set another one in sitrep.toml"
    channel_id = await run.attempt("find_announce", lambda: channels.by_name(services, name), loss=loss)
    if channel_id is None:
        return
    if incident.private:
        await run.attempt("gone", lambda: gone(run, services, channel_id), loss="The announcement could not be removed")
        return
    async with services.database.read() as session:
        post = card.announcement(await overview(session, incident, services.policy))
    # Only a member can read back what was posted; a private channel has to invite us, and posting says so then.
    await run.attempt("join", lambda: channels.join(services, name), loss=f"#{name} was not joined")
    await run.attempt("announce", lambda: placed(run, services, name, post), loss=loss)
    async with change(services, run.incident_id) as after:
        await after.refresh()
        if after.incident.private:  # made so just now, and whoever took the announcement away found none
            await after.owe("withdraw", f"{run.incident_id}:announced", lane=f"refresh:{run.incident_id}")


async def gone(run: Run, services: Services, channel_id: str) -> str:
    """It became private, and an earlier entry may have announced it without hearing so."""
    lost = await services.slack.posts.find(channel_id, run.step_key(ANNOUNCEMENT), run.since)
    if lost is not None:
        await services.slack.posts.delete(channel_id, lost)
    return "gone"


async def placed(run: Run, services: Services, name: str, post: Post) -> str:
    return await reaching.place(run, services, ANNOUNCEMENT, await channels.by_name(services, name), post)
