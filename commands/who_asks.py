"""Who asks for what, and how: what every change is checked against and recorded with."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeVar

import commands
from commands.mention import Mention
from commands.request import ButtonPress, FormSubmission, Reply, Shortcut, SlashRequest
from storage import incidents
from workflows import belonging, people, permissions
from workflows.errors import NotAllowed
from workflows.ports import SlackTrouble
from workflows.services import Asker, Services

Asked = SlashRequest | ButtonPress | FormSubmission | Shortcut | Mention
Pressed = TypeVar("Pressed", ButtonPress, FormSubmission, Shortcut)

# How `press`, Slack's id of it, begins.
HOW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "command": "command",
        "press": "button",
        "view": "form",
        "shortcut": "shortcut",
        "mention": "mention",
        "cli": "cli",
    }
)
# Files that serve the buttons and forms of another word.
STANDS_FOR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nag": "update",
        "add_to_timeline": "note",
        "make_action": "action",
        "home": "action",
        "declare_from_message": "declare",
    }
)


def asker(request: Asked) -> Asker:
    """Who pressed, submitted or typed it. What was typed gets its verb when its word is known: see `typed`."""
    return Asker(
        user_id=request.user_id,
        response_url=getattr(request, "response_url", ""),
        press=request.press,
        how=how(request.press),
        verb=verb(request),
        channel_id=getattr(request, "channel_id", ""),
    )


async def typed(word: str, request: SlashRequest, services: Services) -> Services:
    """The services for a word that was typed or said; `word` is one of `commands.SUBCOMMANDS`."""
    behind = services.asker.behind if services.asker is not None else ""
    return await known(replace(asker(request), verb=word, behind=behind), services)


async def known(who: Asker, services: Services) -> Services:
    """With who asks, and the user groups that count for what they ask."""
    await meet(who, services)
    groups = await belonging.groups_of(services, who) if who.how != "cli" else frozenset[str]()
    return replace(services, asker=replace(who, groups=groups))


async def meet(who: Asker, services: Services) -> None:
    """Guests are shown less. Declaring shows nothing and must not wait; when Slack does not tell, nor does the rest."""
    if who.how == "cli" or who.verb == "declare":
        return
    try:
        await people.meet(services, who.user_id)
    except SlackTrouble:
        return


async def do(function: Callable[[Pressed, Services], Awaitable[Reply]], request: Pressed, services: Services) -> Reply:
    """Let a button, form or shortcut do its work; a form that it opens is one that may be answered."""
    services = await known(asker(request), services)
    return await answered(function(request, services), services)


async def answered(work: Awaitable[Reply], services: Services) -> Reply:
    """What somebody is answered. Raises `NotAllowed` with who it was, also instead of a form that nobody would take."""
    try:
        reply = await work
        await check_form(reply, services)
    except NotAllowed as refusal:
        refusal.asker = refusal.asker or services.asker
        raise
    return reply


def how(press: str) -> str:
    return HOW.get(press.partition(":")[0].partition("-")[0], "")


def verb(request: Asked) -> str:
    """The word that a button, form or shortcut stands for: that of the file which deals with it."""
    if isinstance(request, ButtonPress):
        function: Callable[..., Any] | None = commands.button_function(request.action_id)
        step = request.action_id.rpartition("_")[2]
    elif isinstance(request, FormSubmission):
        function, step = commands.FORMS.get(request.callback_id), request.about.get("action", "")
    elif isinstance(request, Shortcut):
        function, step = commands.SHORTCUTS.get(request.callback_id), ""
    else:
        return ""
    return word_of(function, step) if function is not None else ""


def word_of(function: Callable[..., Any], step: str) -> str:
    """The steps of an incident's life share a file, and their button or form says which one is meant."""
    name = function.__module__.rpartition(".")[2]
    if name == "course":
        return step
    own = getattr(sys.modules[function.__module__], "SUBCOMMAND", None)
    return own.word if own is not None else STANDS_FOR.get(name, name.replace("_", "-"))


async def check_form(reply: Reply, services: Services) -> None:
    """Raise `NotAllowed` instead of opening a form whose answer would be refused."""
    about = json.loads(str((reply.form or {}).get("private_metadata") or "{}"))
    number = str(about.get("incident", "")) if isinstance(about, dict) else ""
    if not number.isdigit():
        return
    async with services.database.read() as session:
        incident = await incidents.get(session, int(number))
        if incident is not None:
            await permissions.require(session, incident, services.asker, services.policy)
