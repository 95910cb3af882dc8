"""*Declare from message* in a message's menu: the declare form, with what the message says."""

import re
from typing import Final

from commands import declare, speech
from commands.request import Reply, Shortcut, shown
from workflows import access, blocks, origins, people
from workflows.ports import SlackTrouble
from workflows.services import Services
from workflows.words import PERSON, escape, mentioned, one_line, plain

CALLBACK: Final = "declare_from_message"
TITLE: Final = 80  # characters of a suggestion: it names the channel
SUMMARY: Final = 2800
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])")
MARKUP: Final = re.compile(r"(?<!\w)[*_~`]+|[*_~`]+(?!\w)|:[a-z0-9_+'-]+:")


async def from_shortcut(request: Shortcut, services: Services) -> Reply:
    """The form of `/incident declare`, filled in; what comes of it links back to the message."""
    thread_ts = request.thread_ts if request.thread_ts != request.message_ts else ""
    about = {
        **origins.about(request.channel_id, request.message_ts, thread_ts, request.message_user),
        "declared_in": request.channel_id,
    }
    try:
        names = await people.names(services, mentioned(request.text))
    except SlackTrouble:
        names = {}
    severity = speech.find_severity(request.text, services.policy).severity
    typed = {
        "title": title(request.text),
        "summary": one_or_more_lines(plain(request.text, names)),
        "severity": severity.level if severity else "",
    }
    form = declare.form(services.policy, about, typed)
    before = await declared_before(request, services)
    return shown({**form, "blocks": [blocks.section(before), *form["blocks"]]} if before else form)


async def declared_before(request: Shortcut, services: Services) -> str:
    """A sentence when this person may know that an incident was declared from the message already."""
    async with services.database.read() as session:
        known = await origins.known(session, request.channel_id, request.message_ts)
        if known is None or not await access.may_see(session, known, request.user_id):
            return ""
    where = f": <#{known.channel_id}>" if known.channel_id else ""
    return f"{known.ref} “{escape(known.title)}” was declared from this message already{where}."


def title(text: str) -> str:
    """What a message is about, as a suggestion: its first sentence, without people, severity, emoji and markup."""
    lines = [MARKUP.sub("", plain(PERSON.sub("", line))).strip(" :,–-") for line in text.splitlines()]
    first = next((line for line in lines if speech.has_words(line)), "")
    sentence = SENTENCE.split(first)[0].rstrip(".")
    bare = speech.SEVERITY_WORD.sub("", sentence).strip(" :,–-")
    return one_line(bare if speech.has_words(bare) else sentence, TITLE).rstrip("…")


def one_or_more_lines(text: str) -> str:
    """Text that fits the form's field, cut visibly."""
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"
