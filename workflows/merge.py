"""Two incidents turn out to be one: the merged one ends, its people move, and the survivor shows its timeline."""

from storage import incidents, members
from storage import merges as merged_rows
from storage.models import OPEN_STATUSES, Incident, Status
from workflows import access, handoff, lifecycle, merge_work
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.inviting import invited, tell_refused
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape, person

MAY_SURVIVE = (*OPEN_STATUSES, Status.RESOLVED)


async def merge(
    services: Services, merged_id: int, survivor_id: int, *, press: str, by: str
) -> tuple[Incident, Incident]:
    """End one incident in favour of another; both timelines say so. Returns the merged one and the survivor.

    Raises `UserError` when that makes no sense, or would show somebody what they may not see; `AlreadyDone`.
    """
    if merged_id == survivor_id:
        raise UserError(f"INC-{merged_id} cannot be merged into itself. Name the one that goes on.")
    async with change(services, merged_id, press=press, along=[survivor_id]) as made:
        survivor = await incidents.get(made.session, survivor_id)
        if survivor is None or not await access.may_see(made.session, survivor, by):
            raise UserError(access.unknown(survivor_id))
        status = lifecycle.move(made.incident.status, "merge")
        refuse(made.incident, survivor)
        await end(made, survivor, status, by, services)
        goes_on = beside(made, survivor)
        moved = await merge_work.move(made, goes_on, services, by)
        await take_in(goes_on, made.incident, moved, by, services)
        made.session.add(survivor)
    return made.incident, survivor


def beside(made: Change, incident: Incident) -> Change:
    """Another incident, changed in the same transaction."""
    other = Change(made.session, incident, made.now)
    other.owed = made.owed
    return other


def refuse(merged: Incident, survivor: Incident) -> None:
    """Raise `UserError` when the survivor cannot go on for it, or one of the two is private and the other is not."""
    if survivor.merged_into == merged.id:  # two people have merged them into each other at the same moment
        raise UserError(
            f"{survivor.ref} was merged into {merged.ref} already: both go on in {merged.ref}. Nothing was changed."
        )
    if survivor.status not in MAY_SURVIVE:
        instead = (
            f" It was merged into INC-{survivor.merged_into}; merge this into that." if survivor.merged_into else ""
        )
        raise UserError(f"{survivor.ref} is {survivor.status}, so nothing goes on there.{instead} Nothing was changed.")
    if merged.drill != survivor.drill:
        raise UserError(
            f"One of {merged.ref} and {survivor.ref} is a drill and the other is not, so they cannot be the same. "
            "Nothing was changed."
        )
    if merged.private != survivor.private:
        raise UserError(
            f"One of {merged.ref} and {survivor.ref} is private and the other is not, so merging them would show "
            "people what they may not see. Nothing was changed."
        )


async def end(made: Change, survivor: Incident, status: Status, by: str, services: Services) -> None:
    """The merged one: its clock stops, offers are void, and it says where things go on."""
    incident = made.incident
    incident.status, incident.merged_into, incident.closed_at = status, survivor.id, made.now
    await made.reset_clock(services)
    await handoff.overtake(made, by)
    made.tell("status", f"Merged into {survivor.ref} “{escape(survivor.title)}”", by, state=status)
    await made.refresh()
    await made.owe("merged", f"{incident.id}:{incident.version}", {"by": by, "survivor": survivor.id})


async def take_in(made: Change, merged: Incident, moved: str, by: str, services: Services) -> None:
    """The survivor: it names what was merged into it, whether that was worse, and what work came with it."""
    worse = services.policy.more_severe(merged.severity, made.incident.severity)
    made.tell("merged", f"{merged.ref} {merged.severity} “{escape(merged.title)}” was merged into this incident", by)
    await made.refresh()
    args = {"by": by, "merged": merged.id, "worse": worse, "moved": moved}
    await made.owe("taken_in", f"{made.incident.id}:{merged.id}:{merged.version}", args)


async def taken_out(made: Change, by: str, text: str) -> str:
    """Reopening undoes a merge: tell the survivor, and say here what that means. Returns the text of the reopening."""
    incident = made.incident
    survivor = await incidents.get(made.session, incident.merged_into or 0)
    incident.merged_into = None
    if survivor is None:
        return text
    other = beside(made, survivor)
    other.tell("merged", f"{incident.ref} “{escape(incident.title)}” was reopened and stands on its own again", by)
    line = f"{person(by)} reopened {incident.ref}, which was merged into this one: it stands on its own again."
    await other.owe("refresh", str(survivor.id), lane=f"refresh:{survivor.id}")  # its card showed what is owed here
    await other.owe("say", f"{survivor.id}:taken-out:{incident.id}:{incident.version}", {"text": line})
    means = (
        f"it stands on its own again, no longer part of {survivor.ref}. People invited there stay in both channels, "
    )
    means += "and actions and promises that moved stay there"
    return f"{text} ({means})" if text else means


# What follows happens in Slack, and may be entered again at any point.


async def run_merged(run: Run, services: Services) -> None:
    """Invite everybody over, and say in the old channel where to go."""
    incident, survivor = await load(services, run.incident_id), await load(services, int(run.args["survivor"]))
    if survivor.channel_id is not None:
        await move_people(run, services, incident, survivor.channel_id)
    if incident.channel_id is None:
        return
    where = f"<#{survivor.channel_id}>" if survivor.channel_id else f"{survivor.ref}, whose channel is on its way"
    text = (
        f"{person(str(run.args['by']))} merged {incident.ref} into {survivor.ref} “{escape(survivor.title)}”. "
        f"Go on in {where}; everybody here is invited there. What was said here stays on record, and "
        f"`/incident timeline` there shows it. `/incident reopen` undoes this."
    )
    await run.post("line", incident.channel_id, Post(text=text))


async def move_people(run: Run, services: Services, merged: Incident, channel_id: str) -> None:
    """Invite those who are in the merged one's channel or hold a role in it; who cannot come is on its timeline."""
    async with services.database.read() as session:
        here = list(await members.here(session, merged.key))
        held = [role.user_id for role in await incidents.holders(session, merged.key)]
        survivor = await incidents.by_channel(session, channel_id)
        there = set(await members.here(session, survivor.key)) if survivor is not None else set()
    users = [user for user in dict.fromkeys([*held, *here]) if user not in there]
    if not users:
        return
    refused = await run.step("invite", lambda: invited(services, channel_id, users))
    if refused != "{}":
        await run.step("invite_refused", lambda: tell_refused(run, services, refused))


async def run_taken_in(run: Run, services: Services) -> None:
    """Say in the survivor's channel what has been merged into it."""
    incident, merged = await load(services, run.incident_id), await load(services, int(run.args["merged"]))
    if incident.channel_id is None:
        return
    where = f" What was said there is in <#{merged.channel_id}>" if merged.channel_id else ""
    worse = (
        f"\n{merged.ref} was {merged.severity}, this is {incident.severity}: is that still right? `/incident severity`"
    )
    moved = run.args.get("moved")  # empty in runs that were owed before there was such a thing
    brought = f" It brought {moved}, numbered anew here." if moved else ""
    text = (
        f"{person(str(run.args['by']))} merged {merged.ref} “{escape(merged.title)}” into this incident.{where}; "
        f"`/incident timeline` shows both.{brought}{worse if run.args['worse'] else ''}"
    )
    await run.post("line", incident.channel_id, Post(text=text))


async def merged_into(services: Services, incident_id: int) -> list[Incident]:
    """What goes on in this incident, also through others, in the order in which it was declared."""
    async with services.database.read() as session:
        return await merged_rows.of(session, incident_id)
