"""`/incident role`: who does what; take a role, give it, leave it. Words come in any order and in any case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import by_id, incident_meant
from storage.models import Incident
from workflows import blocks, roles
from workflows.errors import UserError
from workflows.overview import Overview, overview
from workflows.policy import ROLES
from workflows.role_words import ROLE_NAMES, TITLES, take_buttons
from workflows.services import Services
from workflows.words import escape, person, plain, quoted

SPOKEN: Final[Mapping[str, str]] = {
    **{role: role for role in ROLES},
    "incident commander": "ic",
    "commander": "ic",
    "command": "ic",
    "incident lead": "ic",
    "incident manager": "ic",
    "lead": "ic",
    "comm": "comms",
    "communication": "comms",
    "communications": "comms",
    "comms lead": "comms",
    "communication lead": "comms",
    "communications lead": "comms",
    "operation": "ops",
    "operations": "ops",
    "ops lead": "ops",
    "operations lead": "ops",
    "tech lead": "ops",
    "technical lead": "ops",
    "notes": "scribe",
    "note taker": "scribe",
    "note-taker": "scribe",
    "recorder": "scribe",
    "expert": "sme",
    "experts": "sme",
    "smes": "sme",
    "subject matter expert": "sme",
    "subject-matter expert": "sme",
    "subject-matter experts": "sme",
    "subject matter experts": "sme",
    "responder": "sme",
}
TAKE: Final = frozenset({"take", "claim", "me", "myself", "i'll", "join"})
LEAVE: Final = frozenset({"leave", "drop", "release", "remove", "resign", "end", "unassign"})
FILLERS: Final = frozenset(
    {
        "the",
        "a",
        "an",
        "to",
        "as",
        "for",
        "is",
        "give",
        "assign",
        "set",
        "make",
        "role",
        "of",
        "list",
        "show",
        "all",
        "who",
    }
)


@dataclass(frozen=True, kw_only=True)
class RoleAsked:
    """`action` is list, show, give or leave; `role` may be empty for list and leave; `user` is whom it is about."""

    action: str
    role: str
    user: str


def parse(text: str, user_id: str) -> RoleAsked:
    """`role comms @chen`, `role take comms`, `role leave comms`. Raises `UserError` for a role that does not exist."""
    users, rest = speech.find_people(text)
    for typed in rest.split():
        speech.refuse_stranger(typed)
    words = [word.strip(",.:=").lower() for word in rest.split()]
    named = " ".join(word for word in words if word and word not in TAKE | LEAVE | FILLERS)
    if len(users) > 1:
        raise UserError("One person at a time, please: `/incident role comms @chen`.")
    if named and named not in SPOKEN:
        raise UserError(unknown_role(named))
    role = SPOKEN.get(named, "")
    user = users[0] if users else user_id
    if LEAVE.intersection(words):
        return RoleAsked(action="leave", role=role, user=user)
    if not users and not TAKE.intersection(words):
        return RoleAsked(action="show" if role else "list", role=role, user=user)
    if not role:
        raise UserError(f"Which role? {one_of_them()}. For example `/incident role comms @chen`.")
    return RoleAsked(action="give", role=role, user=user)


def unknown_role(word: str) -> str:
    return (
        f"There is no role {quoted(plain(word))}. There are {one_of_them()}. For example `/incident role comms @chen`."
    )


def one_of_them() -> str:
    return speech.listed([f"*{role}* ({ROLE_NAMES[role].lower()})" for role in ROLES], last="and")


async def command(request: SlashRequest, services: Services) -> Reply:
    """Give, leave or show a role; alone, the list of all."""
    incident, request = await incident_meant(request, services)
    asked = parse(request.text, request.user_id)
    if asked.action == "give":
        await roles.give(services, incident.key, asked.role, asked.user, press=request.press, by=request.user_id)
        return told(f"{person(asked.user)} is {TITLES[asked.role]} of {incident.ref} now, and gets a briefing.")
    if asked.action == "leave":
        role = await roles.leave(
            services, incident.key, asked.role, asked.user, press=request.press, by=request.user_id
        )
        return told(f"{person(asked.user)} is no longer {TITLES[role]}. `/incident role {role} @somebody` fills it.")
    return await on_view(incident, [asked.role] if asked.role else ROLES, services)


async def on_view(incident: Incident, wanted: Sequence[str], services: Services) -> Reply:
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    text = "\n".join([f"*Roles of {incident.ref}*", *(role_line(role, view) for role in wanted)])
    free = [role for role in wanted if role == "sme" or not view.roles.get(role)]
    if not incident.is_open or not free:
        return told(text)
    buttons = blocks.actions(take_buttons(free, str(incident.id)), block_id="roles")
    return told(text, blocks.section(text), buttons)


def role_line(role: str, view: Overview) -> str:
    held = view.roles.get(role)
    if held:
        return f"• {ROLE_NAMES[role]} (`{role}`): {', '.join(person(user) for user in held)}"
    needed = f", needed at {escape(view.severity.level)}" if role in view.severity.roles else ""
    return f"• {ROLE_NAMES[role]} (`{role}`): _free_{needed}"


async def taken(press: ButtonPress, services: Services) -> Reply:
    """*I'll take communications*. Who is second is told who was first."""
    incident = await by_id(press.value, services)
    role = press.action_id.rpartition("_")[2]
    await roles.give(services, incident.key, role, press.user_id, press=press.press, by=press.user_id)
    return NOTHING


SUBCOMMAND = Subcommand(
    word="role",
    synonyms=("roles", "assign"),
    usage="role [comms] [@person | take | leave]",
    help="Who does what: take a role, give it to somebody, or leave it.",
    function=command,
)
