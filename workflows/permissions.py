"""Who may do what with an incident. Asked in one place, `change()`, so that a command, a button, a form, a shortcut and
a mention are all treated alike; a form is not even opened for somebody whose answer would be refused.

What is done on the operator's command line is recorded, and not refused: who can run it holds the database.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, members
from storage.models import Incident
from workflows import access
from workflows.errors import NotAllowed, UserError
from workflows.policy import ROLES, Policy
from workflows.services import Asker
from workflows.words import person

ANYONE: Final = "anyone"
MEMBERS: Final = "members"
HOLDERS: Final = "roles"
ADMINS: Final = "admins"
WORDS: Final = (ANYONE, MEMBERS, HOLDERS, ADMINS, *ROLES)

CHANGE: Final = "change"  # every verb that changes an incident and is not named
READ: Final = "read"  # every verb that only shows something, and what other verbs show
READING: Final = frozenset({"status", "timeline", "list", "help", "catchup", "metrics", "oncall", "postmortem"})

ASK_THEMSELVES: Final = frozenset({"close"})  # they put a refusal on the timeline too
CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        MEMBERS: "people in its channel",
        HOLDERS: "people with a role in it",
        ADMINS: "admins",
        "ic": "the incident commander",
        "comms": "the communications lead",
        "ops": "the operations lead",
        "scribe": "the scribe",
        "sme": "its subject-matter experts",
    }
)


def who_may(policy: Policy, verb: str) -> tuple[str, ...]:
    """The words, people and user groups that may."""
    every = READ if verb in READING else CHANGE
    return policy.permissions.get(verb, policy.permissions[every])


async def require(session: AsyncSession, incident: Incident, asker: Asker | None, policy: Policy) -> None:
    """Raise `NotAllowed` unless this person may do this. What Sitrep does by itself has no asker."""
    if asker is None or not asker.verb or asker.how == "cli":
        return
    await require_sight(session, incident, asker)
    if asker.verb in ASK_THEMSELVES:
        return
    who = who_may(policy, asker.verb)
    if not await is_one_of(session, incident, asker, who, policy):
        raise NotAllowed(await refusal(session, incident, who), incident.key, asker)


async def objection(session: AsyncSession, incident: Incident, asker: Asker | None, policy: Policy) -> str:
    """What `require` would say, for where buttons are left out that would only be refused; empty when they may."""
    try:
        await require(session, incident, asker, policy)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


async def require_reading(session: AsyncSession, incident: Incident, asker: Asker | None, policy: Policy) -> None:
    """Raise `NotAllowed` unless this person may read of it. Who may do what the word does may read what it shows."""
    if asker is None or not asker.verb or asker.how == "cli":
        return
    who = policy.permissions[READ] if asker.verb not in READING else who_may(policy, asker.verb)
    if await is_one_of(session, incident, asker, who, policy):
        return
    await require(session, incident, asker, policy)


def require_general(asker: Asker | None, policy: Policy, verb: str) -> None:
    """For what is about no incident yet: raise `UserError` unless this person may do it."""
    who = who_may(policy, verb)
    if asker is None or asker.how == "cli" or ANYONE in who or asker.user_id in who:
        return
    if not asker.groups.isdisjoint(who) or (ADMINS in who and asker.user_id in policy.admins):
        return
    raise UserError(f"Here `/incident {verb}` is for {listed(who)}. Nothing was done; ask one of them.")


async def require_sight(session: AsyncSession, incident: Incident, asker: Asker | None) -> None:
    """Raise `NotAllowed`, in the words for a number that does not exist, unless this person may know of it."""
    if asker is None or asker.how == "cli" or is_there(incident, asker):
        return
    if not await access.may_see(session, incident, asker.user_id):
        raise NotAllowed(access.unknown(incident.key), incident.key, asker)


def is_there(incident: Incident, asker: Asker) -> bool:
    """Whether it was typed or pressed in the incident's channel: Slack lets its members alone do that."""
    return bool(asker.channel_id) and asker.channel_id == incident.channel_id


async def is_one_of(
    session: AsyncSession, incident: Incident, asker: Asker, who: Sequence[str], policy: Policy
) -> bool:
    """Whether the asker is among `who`: words of `WORDS`, ids of people or of user groups."""
    if ANYONE in who or asker.user_id in who or not asker.groups.isdisjoint(who):
        return True
    if ADMINS in who and asker.user_id in policy.admins:
        return True
    held = {one.role for one in await incidents.holders(session, incident.key) if one.user_id == asker.user_id}
    if (held and (HOLDERS in who or MEMBERS in who)) or not held.isdisjoint(who):
        return True
    return MEMBERS in who and await belongs(session, incident, asker)


async def belongs(session: AsyncSession, incident: Incident, asker: Asker) -> bool:
    """In the channel, or as good as: without a channel there is nothing to join yet."""
    if incident.channel_id is None or is_there(incident, asker) or incident.declared_by == asker.user_id:
        return True
    return await members.is_here(session, incident.key, asker.user_id)


async def refusal(session: AsyncSession, incident: Incident, who: Sequence[str]) -> str:
    """Who may, and how to become or reach them."""
    sentence = f"For {incident.ref} that is for {listed(who)}."
    if MEMBERS in who and incident.channel_id:
        return f"{sentence} Join <#{incident.channel_id}> and do it there. Nothing was changed."
    commander = await incidents.holder(session, incident.key, "ic")
    if commander is None:
        return f"{sentence} It has no incident commander now: `/incident role take ic {incident.ref}`."
    return (
        f"{sentence} {person(commander)} is incident commander: ask them in <#{incident.channel_id}>. "
        "Nothing was changed."
    )


def listed(who: Sequence[str]) -> str:
    """`the incident commander and admins`, without calling anybody."""
    called = [
        CALLED.get(word) or (f"the user group `{word}`" if word.startswith("S") else person(word)) for word in who
    ]
    if len(called) < 2:
        return called[0] if called else "nobody"
    return f"{', '.join(called[:-1])} and {called[-1]}"
