"""Words said to the bot: by mentioning it in a channel, or directly. They mean what they mean after `/incident`.

Slack pages: app_mention event, message.im event. An event opens no form and has no private answer of its own, so a form
comes as a button, and the answer is owed (`workflows.mentions`).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from commands.request import ButtonPress, Reply, SlashRequest, told
from storage import incidents
from workflows import blocks, mentions, people
from workflows.card_buttons import button_rows
from workflows.overview import overview
from workflows.ports import Post
from workflows.services import Services
from workflows.words import PERSON, person

BUTTON: Final = "words"  # a button that stands for words: pressing it is typing them
LONGEST: Final = 2000  # characters behind a button. Slack page: Block Kit, button element
GREETING: Final = re.compile(r"(?i)^(?:(?:hey|hi|hello|ok|okay|please|dear|yo)(?:[\s,!.]+|$))+")
COMMAND: Final = re.compile(r"(?i)^/?incident\s+")
FIRST: Final = re.compile(r"\s*(\S+)\s*(.*)", re.DOTALL)
NUMBER: Final = re.compile(r"(?i)^inc-?\d+$")
RunWord = Callable[[str, SlashRequest, Services], Awaitable[Reply]]


@dataclass(frozen=True, kw_only=True)
class Mention:
    """Somebody speaks to the bot. `words` is what they say to it, Slack-encoded; empty when it is only named.

    `thread_ts` is the parent when it was said in a thread; `direct` when it was said where nobody else reads.
    """

    user_id: str
    channel_id: str
    ts: str
    words: str
    thread_ts: str = ""
    direct: bool = False

    @property
    def press(self) -> str:
        """Slack's id of it: the same message has its effect once."""
        return f"mention:{self.channel_id}:{self.ts}"


def words_for(text: str, bot_user_id: str, *, direct: bool) -> str:
    """What a message says to the bot. Whoever only speaks of it ("is @sitrep awake?") asks it to do nothing."""
    said = GREETING.sub("", text.strip())
    named = PERSON.match(said)
    if named is not None and named[1] == bot_user_id:
        said = said[named.end() :].lstrip(" \t\n,:;!–-")
    elif not direct:
        return ""
    return COMMAND.sub("", GREETING.sub("", said)).strip()


def split(words: str) -> tuple[str, str]:
    """The first word in lower case and the rest. An incident may be named first: `INC-7 status` is `status INC-7`."""
    match = FIRST.match(words)
    if match is None:
        return "", ""
    first, rest = match[1].strip(" .,:;!?`*_"), match[2].strip(" `")
    if NUMBER.match(first):
        word, rest = split(rest)
        return word or "status", f"{first} {rest}".strip()
    return first.lower(), rest


async def answer(asked: Mention, services: Services, run_word: RunWord, known: Callable[[str], bool]) -> Reply:
    """Do what was said, or say what can be done here. `known` tells whether a word means anything."""
    word, text = split(asked.words)
    if not word or (word == "help" and not text):
        return await here(asked, services)
    if not known(word):
        return await not_understood(word, asked, services, run_word)
    reply = await run_word(word, request(asked, text), services)
    if reply.form is not None:
        return needs_form(asked.words)
    return reply if reply.post is not None else told("Done.")


def request(asked: Mention, text: str) -> SlashRequest:
    return SlashRequest(press=asked.press, user_id=asked.user_id, channel_id=asked.channel_id, text=text)


async def not_understood(word: str, asked: Mention, services: Services, run_word: RunWord) -> Reply:
    """What may have been meant, and what can be done here."""
    meant = await run_word(word, request(asked, ""), services)
    can = await here(asked, services)
    if meant.post is None or can.post is None:
        return can
    return told(f"{meant.post.text}\n{can.post.text}", blocks.section(meant.post.text), *can.post.blocks)


def needs_form(words: str) -> Reply:
    """A form opens for a press only."""
    text = "That takes a form."
    return told(text, blocks.section(text), blocks.actions([words_button("Open the form", words, style="primary")]))


def words_button(label: str, words: str, *, style: str = "") -> blocks.Block:
    return blocks.button(label, BUTTON, words[:LONGEST], style=style)


def behind(press: ButtonPress) -> tuple[str, SlashRequest] | None:
    """The words that a button stands for, as if they had been typed by who pressed it; `None` for other buttons."""
    if press.action_id != BUTTON:
        return None
    word, text = split(press.value)
    typed = SlashRequest(
        press=press.press,
        user_id=press.user_id,
        channel_id=press.channel_id,
        text=text,
        response_url=press.response_url,
    )
    return word, typed


async def here(asked: Mention, services: Services) -> Reply:
    """What the bot can do in this place: in an incident's channel its state and buttons, elsewhere how to declare."""
    async with services.database.read() as session:
        incident = await incidents.by_channel(session, asked.channel_id)
        view = await overview(session, incident, services.policy) if incident is not None else None
    me = person(services.slack.user_id)
    if view is None:
        buttons = [
            blocks.button("Declare an incident", "declare_open", style="primary"),
            words_button("What is open?", "list"),
        ]
        text = mentions.elsewhere(me, direct=asked.direct)
        return told(text, blocks.section(text), blocks.actions(buttons))
    state = mentions.state(view, await people.names(services, [view.ic]))
    hint = mentions.hint(me, view.incident)
    return Reply(
        post=Post(text=f"{state}\n{hint}", blocks=(blocks.section(state), *button_rows(view), blocks.context(hint)))
    )
