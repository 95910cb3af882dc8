"""Roles: who holds which, given in one transaction; then the person is brought in and told what the role asks."""

from collections.abc import Sequence
from functools import partial

from storage import incidents
from storage.models import Incident, Status
from workflows import catchup_visits, handoff, role_nags
from workflows.briefing import role_briefing
from workflows.change import Change, change
from workflows.errors import NotAllowed, UserError
from workflows.overview import overview
from workflows.ports import Post
from workflows.reaching import bring_in, tell_directly
from workflows.role_words import TITLES
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import person


async def give(services: Services, incident_id: int, role: str, user: str, *, press: str, by: str) -> Incident:
    """Make somebody the holder of a role; experts only join. `role` is one of `policy.ROLES`.

    Raises `UserError` when `by` may not, or when it is so already.
    """
    if user == services.slack.user_id:
        raise UserError("Sitrep keeps the record and reminds people; roles are for people. Name somebody else.")
    async with change(services, incident_id, press=press) as made:
        refuse_ended(made.incident)
        before = await holders(made, role)
        if user in before:
            raise UserError(f"{person(user)} is {TITLES[role]} of {made.incident.ref} already. Nothing was changed.")
        if before and role != "sme":
            await refuse_taking(made, role, holder=before[0], user=user, by=by, admins=services.policy.admins)
        if role == "ic":
            await handoff.overtake(made, by)
        await incidents.give_role(made.session, made.incident.key, role, user, made.now)
        made.tell("role", given_line(role, user, before), by)
        await made.session.flush()
        await role_nags.watch(made, services)
        await made.refresh()
        args = {"role": role, "user": user, "by": by, "new": await catchup_visits.owed_with_briefing(made, user)}
        await made.owe("role", f"{incident_id}:{role}:{user}:{made.now.isoformat()}", args)
    return made.incident


def refuse_ended(incident: Incident) -> None:
    if incident.status in (Status.CLOSED, Status.CANCELLED, Status.MERGED):
        raise UserError(f"{incident.ref} is {incident.status}, so its roles rest. `/incident reopen` if it is back.")


async def holders(made: Change, role: str) -> list[str]:
    return [held.user_id for held in await incidents.holders(made.session, made.incident.key) if held.role == role]


async def refuse_taking(made: Change, role: str, *, holder: str, user: str, by: str, admins: Sequence[str]) -> None:
    """A held role is passed on by its holder, the incident commander or an admin; command is handed over."""
    if by in admins:
        return
    if role == "ic":
        raise NotAllowed(command_is_handed_over(holder, user, by), made.incident.key)
    commander = await incidents.holder(made.session, made.incident.key, "ic")
    if by in (holder, commander):
        return
    also = f", and so can {person(commander)}, who is incident commander" if commander else ""
    raise NotAllowed(
        f"{person(holder)} is {TITLES[role]} already. They can pass it on with "
        f"`/incident role {role} @somebody`{also}. Nothing was changed.",
        made.incident.key,
    )


def command_is_handed_over(holder: str, user: str, by: str) -> str:
    """Command is never between two people, so it takes an offer and an answer."""
    if by == holder:
        return (
            f"Command is handed over, so that it is never in doubt who has it: `/incident handoff` and "
            f"{person(user)}. You are incident commander until they accept."
        )
    return (
        f"{person(holder)} is incident commander, and command is handed over: {person(holder)} types "
        f"`/incident handoff` and the name, and {person(user)} accepts. An admin can give it without an answer."
    )


def given_line(role: str, user: str, before: Sequence[str]) -> str:
    instead = f" instead of {person(before[0])}" if before and role != "sme" else ""
    return f"{person(user)} is {TITLES[role]}{instead}"


async def leave(services: Services, incident_id: int, role: str, user: str, *, press: str, by: str) -> str:
    """Take a role back and return which; an empty `role` means the only one that the person can leave.

    Raises `UserError` when they do not hold it, when it is command, or when `by` may not.
    """
    async with change(services, incident_id, press=press) as made:
        refuse_ended(made.incident)
        held = await incidents.holders(made.session, made.incident.key)
        role = role or only_role([one.role for one in held if one.user_id == user], user, by)
        if not any(one.role == role and one.user_id == user for one in held):
            raise UserError(f"{whoever(user, by)} not {TITLES[role]} of {made.incident.ref}. Nothing was changed.")
        if role == "ic":
            raise UserError(
                "An incident always has a commander. Hand over first: `/incident handoff @somebody`. "
                "When they accept, you are free."
            )
        commander = next((one.user_id for one in held if one.role == "ic"), "")
        if by not in (user, commander, *services.policy.admins):
            also = f"{person(commander)} can decide it" if commander else "an admin can decide it"
            text = f"{person(user)} can leave that role themselves, and {also}. Nothing was changed."
            raise NotAllowed(text, incident_id)
        await incidents.end_role(made.session, made.incident.key, role, user, made.now)
        made.tell("role", f"{person(user)} is no longer {TITLES[role]}", by)
        await made.session.flush()
        await role_nags.watch(made, services)
        await made.refresh()
        text = f"{person(user)} is no longer {TITLES[role]}. Who takes it? `/incident role take {role}`"
        await made.owe("say", f"{incident_id}:{made.incident.version}", {"text": text})
    return role


def whoever(user: str, by: str) -> str:
    return "You are" if user == by else f"{person(user)} is"


def only_role(held: Sequence[str], user: str, by: str) -> str:
    """The role that is meant when none was named."""
    left = [role for role in held if role != "ic"] or list(held)
    if not left:
        raise UserError(f"{whoever(user, by)} not in any role here. `/incident role` shows who is.")
    if len(left) > 1:
        raise UserError(f"Which one? {' or '.join(f'`/incident role leave {role}`' for role in left)}")
    return left[0]


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Bring the new holder in, say in the channel who does what, and tell them what the role asks.

    Who knew nothing of the incident reads below it how things stand: one message for both.
    """
    role, user = str(run.args["role"]), str(run.args["user"])
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    if user not in view.roles.get(role, ()) or incident.channel_id is None:
        return
    await bring_in(run, services, incident.channel_id, user)
    if role != "sme":  # experts are many, and the card names them: nobody need read a line about each
        await run.post("line", incident.channel_id, Post(text=f"{person(user)} is {TITLES[role]}."))
    text = role_briefing(role, view, services.policy)
    if run.args.get("new"):
        text += "\n\n" + await catchup_visits.in_all(services, incident)
    tell = partial(tell_directly, run, services, "briefing", user, Post(text=text))
    await run.attempt("brief", tell, loss=f"{person(user)} could not be briefed directly")
