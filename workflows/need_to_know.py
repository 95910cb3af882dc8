"""The need-to-know list of a private incident: who is let in or out, and making an incident private afterwards."""

from collections.abc import Iterable, Sequence

from storage import incidents, members
from storage.models import Incident
from workflows import access, audit, clocks_asking
from workflows.change import Change, change
from workflows.errors import NotAllowed, UserError
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import clipped, person

CANNOT_HIDE = (
    "What cannot be taken back: what was said of it elsewhere, and what people have read. Slack does not let an app "
    "make a channel private: until somebody in it does (channel name → *Settings* → *Change to a private "
    "channel*), everybody in the workspace can find the channel and read it."
)


async def begin(new: Change, invited: Iterable[str], services: Services) -> None:
    """Who may know from the first second, beside declarer and role holders; and that somebody declared it."""
    await audit.changed(new.session, services.asker, new.incident.key, new.now)
    if new.incident.private:
        await let_in(new, [*invited, *by_rule(services.policy)], new.incident.declared_by)


def by_rule(policy: Policy) -> Sequence[str]:
    """Admins, where the configuration says so."""
    return policy.admins if policy.admins_see_private else ()


async def let_in(made: Change, users: Iterable[str], by: str) -> None:
    for user in dict.fromkeys(users):
        await members.decide(made.session, made.incident.key, user, allowed=True, by=by, at=made.now)


async def add(services: Services, incident_id: int, users: Sequence[str], *, press: str, by: str) -> Incident:
    """Let people in, and owe their invitations. Raises `UserError` for an incident that everybody may see."""
    async with change(services, incident_id, press=press) as made:
        refuse_public(made.incident)
        new = [user for user in users if not await access.may_see(made.session, made.incident, user)]
        if not new:
            raise UserError(f"They may see {made.incident.ref} already. Nothing was changed.")
        await let_in(made, new, by)
        made.tell("access", f"{', '.join(map(person, new))} may see this incident", by)
        await made.owe("let_in", f"{incident_id}:{press}", {"users": new})
    return made.incident


async def remove(services: Services, incident_id: int, user: str, *, press: str, by: str) -> Incident:
    """Shut somebody out, and owe that they are taken out of the channel.

    Raises `UserError` for whoever holds a role or is not in, `NotAllowed` unless `by` is them, the incident
    commander, the declarer or an admin.
    """
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        refuse_public(incident)
        await refuse_removing(made, user, by, services)
        await members.decide(made.session, incident.key, user, allowed=False, by=by, at=made.now)
        known = await members.find(made.session, incident.key, user)
        if known is not None:  # as Slack will say when it has happened; a later joining counts again
            known.here, known.left_at = False, made.now
            made.session.add(known)
        made.tell("access", f"{person(user)} may not see this incident any more", by)
        await made.owe("shut_out", f"{incident_id}:{press}", {"user": user})
    return made.incident


async def refuse_removing(made: Change, user: str, by: str, services: Services) -> None:
    incident = made.incident
    held = await incidents.holders(made.session, incident.key)
    commander = next((one.user_id for one in held if one.role == "ic"), "")
    asker = services.asker
    if by not in (user, commander, incident.declared_by, *services.policy.admins):
        whom = f"{person(commander)}, who is incident commander," if commander else "its incident commander"
        text = f"Taking people out of {incident.ref} is for {whom} and admins."
        raise NotAllowed(f"{text} Nothing was changed.", incident.key, asker)
    if not await access.may_see(made.session, incident, user):
        raise UserError(f"{person(user)} is not among those who may see {incident.ref}. Nothing was changed.")
    role = next((one.role for one in held if one.user_id == user), "")
    if role:
        again = "`/incident handoff` first" if role == "ic" else f"`/incident role leave {role} {person(user)}` first"
        raise UserError(f"{person(user)} has a role in {incident.ref}: {again}. Nothing was changed.")


def refuse_public(incident: Incident) -> None:
    if not incident.private:
        raise UserError(
            f"{incident.ref} is not private: everybody in the workspace but guests may see it. "
            "`/incident access private` makes it private, as far as Slack allows."
        )


async def hide(services: Services, incident_id: int, *, press: str, by: str) -> Incident:
    """Make a public incident private: no announcement, no mention to others. Raises `UserError` when it is already."""
    async with change(services, incident_id, press=press) as made:
        if made.incident.private:
            raise UserError(f"{made.incident.ref} is private already. `/incident access` shows who may see it.")
        await hidden(made, by, services)
        text = f"{person(by)} made {made.incident.ref} private. The announcement goes. {CANNOT_HIDE}"
        await made.owe("say", f"{incident_id}:private", {"text": text})
    return made.incident


def refuse_security(incident: Incident) -> None:
    if incident.kind == clocks_asking.SECURITY:
        raise UserError(
            f"{incident.ref} is a security incident already. `/incident clocks` shows what has to be reported, "
            "`/incident access` who may see it."
        )


async def security(services: Services, incident_id: int, reason: str, *, press: str, by: str) -> Incident:
    """It turns out to be a security incident: private from now on, and its commander is asked for duties to report.

    `reason` is Slack-encoded. Raises `UserError` when it is one already.
    """
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        refuse_security(incident)
        incident.kind = clocks_asking.SECURITY
        made.tell("access", f"It is a security incident: {clipped(reason, 500)}", by)
        text = f"{person(by)}: {incident.ref} is a security incident. {clipped(reason, 500)}"
        if incident.private:
            await made.refresh()
        else:
            await hidden(made, by, services)
            text += f"\nIt is private from now on, and the announcement goes. {CANNOT_HIDE}"
        await clocks_asking.ask_once(made)
        await made.owe("say", f"{incident_id}:security", {"text": text})
    return made.incident


async def hidden(made: Change, by: str, services: Services) -> None:
    """The rows of it: everything that shows the incident elsewhere goes, and who is in the channel is read anew."""
    incident = made.incident
    incident.private = True
    await let_in(made, by_rule(services.policy), by)
    made.tell("access", "The incident is private from now on. It is not announced any longer.", by)
    await made.owe("withdraw", f"{incident.key}:announcement", lane=f"refresh:{incident.key}")
    if incident.channel_id is not None:
        await made.owe("reconcile", f"{incident.key}:{made.now.isoformat()}", {}, lane="reconcile")
    await made.refresh()
