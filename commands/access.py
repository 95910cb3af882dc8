"""`/incident access`: who may see an incident, letting people in and out, and making it private."""

from typing import Final

from commands import speech
from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from storage import audits, members
from storage.models import Incident
from workflows import access, need_to_know
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import day_and_time, escape, person, plain, quoted

ADD: Final = frozenset({"add", "invite", "allow", "give", "let", "grant", "+"})
REMOVE: Final = frozenset({"remove", "revoke", "kick", "drop", "out", "deny", "-"})
HIDE: Final = frozenset({"private", "hide", "confidential", "secret"})
SHOW: Final = frozenset({"public", "open", "unhide"})
FILLERS: Final = frozenset({"in", "to", "for", "and", "access", "make", "it", "from", "list", "show", "who", "please"})


async def command(request: SlashRequest, services: Services) -> Reply:
    """`access` lists; `access add @chen`, `access remove @chen`, `access private`."""
    incident, request = await incident_meant(request, services)
    users, rest = speech.find_people(request.text)
    words = [word for word in (one.strip(",.:").lower() for one in rest.split()) if word and word not in FILLERS]
    for word in words:
        speech.refuse_stranger(word)
    if len(words) > 1 or (words and words[0] not in ADD | REMOVE | HIDE | SHOW):
        raise UserError(unclear(" ".join(words)))
    word = words[0] if words else ""
    if word in SHOW:
        raise UserError(cannot_open(incident))
    if word in HIDE:
        await need_to_know.hide(services, incident.key, press=request.press, by=request.user_id)
        return told(f"{incident.ref} is private from now on. {need_to_know.CANNOT_HIDE}")
    if word in REMOVE:
        return await removed(incident, users, request, services)
    if users:
        return await added(incident, users, request, services)
    if word:
        raise UserError("Whom? `/incident access add @somebody`. Nothing was changed.")
    return await listed(incident, services)


async def added(incident: Incident, users: tuple[str, ...], request: SlashRequest, services: Services) -> Reply:
    await need_to_know.add(services, incident.key, users, press=request.press, by=request.user_id)
    return told(f"{', '.join(map(person, users))} may see {incident.ref} now, and is invited and told.")


async def removed(incident: Incident, users: tuple[str, ...], request: SlashRequest, services: Services) -> Reply:
    if len(users) != 1:
        raise UserError("One person at a time, please: `/incident access remove @chen`. Nothing was changed.")
    await need_to_know.remove(services, incident.key, users[0], press=request.press, by=request.user_id)
    return told(
        f"{person(users[0])} may not see {incident.ref} any more, and is taken out of the channel where Slack allows. "
        "What they have read they know."
    )


async def listed(incident: Incident, services: Services) -> Reply:
    if not incident.private:
        return told(
            f"{incident.ref} is public: everybody in the workspace but guests may see it. `/incident access private` "
            "changes that, as far as Slack allows."
        )
    async with services.database.read() as session:
        who = await access.who_may_see(session, incident)
        here = set(await members.here(session, incident.key))
        exports = await audits.exports(session, incident.key)
    lines = [f"• {person(user)}{'' if user in here else ' (not in the channel)'}" for user in who]
    if exports:
        lines += ["Exports of the record:", *(f"• {day_and_time(at)} by {called(by)}" for at, by in exports[-10:])]
    return told(
        f"*Who may see {incident.ref}*\n" + "\n".join(lines) + "\n"
        "`/incident access add @somebody` lets somebody in, `/incident access remove @somebody` takes them out."
    )


def called(by: str) -> str:
    return person(by) if by.startswith(("U", "W")) and by.isalnum() and by.isupper() else escape(by)


def unclear(words: str) -> str:
    return (
        f"I did not understand {quoted(plain(words))}, and nothing was changed. `/incident access` shows who may see "
        "an incident; `access add @chen`, `access remove @chen` and `access private` change it."
    )


def cannot_open(incident: Incident) -> str:
    if not incident.private:
        return f"{incident.ref} is public already."
    return (
        f"{incident.ref} stays private: Slack does not turn a private channel public for an app, and what was said in "
        "confidence would be open to everybody. What others should know is best said in an update elsewhere: "
        "`/incident comms` drafts one."
    )


SUBCOMMAND = Subcommand(
    word="access",
    synonyms=("private", "who", "permissions", "need-to-know"),
    usage="access [add @person | remove @person | private]",
    help="Who may see an incident; let people in or out; make it private.",
    function=command,
)
