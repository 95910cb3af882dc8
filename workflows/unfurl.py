"""`INC-7` in a conversation, or a link into an incident's channel: one small line in the thread says what it is.

Slack sends apps events about links to domains that they register, and none about bare words, so this reads what is said
in the channels that the bot is in. A private incident is told to who named it and may know of it, and to nobody else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, runs
from storage.models import Incident
from workflows import access, blocks, outward, people
from workflows.card import SIGNS
from workflows.drills import label
from workflows.overview import Overview, overview
from workflows.ports import Heard, Post, Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import ENTITY, clock_time, escape

KIND: Final = "unfurl"
AGAIN: Final = timedelta(hours=1)  # an incident is explained once in that time in a thread, and once beside threads
MOST: Final = 3  # incidents of one message
NUMBER: Final = re.compile(r"(?i)(?<![\w/.-])inc-(\d{1,9})(?![\w-]|\.\w)")
CODE: Final = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ARCHIVES: Final = re.compile(r"archives/([CG][A-Z0-9]+)")


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a text names: incidents by number, and by the channels that its links lead to; each once, in order."""

    numbers: tuple[int, ...]
    channels: tuple[str, ...]


def named(text: str, team_url: str) -> Named:
    """The references in Slack-encoded text. What stands in code, or within an address elsewhere, names nothing."""
    prose = CODE.sub(" ", text)
    links = [inside.partition("|")[0] for inside in ENTITY.findall(prose)]
    own = [link[len(team_url) :] for link in links if team_url and link.startswith(team_url)]
    found = [match[1] for match in map(ARCHIVES.match, own) if match is not None]
    numbers = [int(digits) for digits in NUMBER.findall(ENTITY.sub(" ", prose))]
    return Named(numbers=tuple(dict.fromkeys(numbers)), channels=tuple(dict.fromkeys(found)))


async def heard(services: Services, message: Heard) -> None:
    """Somebody said something: owe a line for each incident that it names and that they may know of."""
    me = services.slack.user_id
    if message.by_app or message.user_id in ("", me) or f"<@{me}" in message.text or message.channel_id.startswith("D"):
        return
    if not services.policy.explain:
        return
    names = named(message.text, services.slack.team_url)
    if not names.numbers and not names.channels:
        return
    async with services.database.read() as session:
        meant = await which(session, names, message)
    if not meant:
        return
    try:
        async with services.database.write() as session:
            owed = [await owe(session, services, incident, message) for incident in meant]
    except IntegrityError:
        return  # another process heard the same and explains it
    if any(owed):
        services.bell.ring()


async def which(session: AsyncSession, names: Named, message: Heard) -> Sequence[Incident]:
    """The incidents that are meant, without the one that lives here and those that the author must not know of."""
    found = [await incidents.get(session, number) for number in names.numbers[:MOST]]
    found += [await incidents.by_channel(session, channel_id) for channel_id in names.channels[:MOST]]
    others = {one.key: one for one in found if one is not None and one.channel_id != message.channel_id}
    return (await access.visible(session, others.values(), message.user_id))[:MOST]


async def owe(session: AsyncSession, services: Services, incident: Incident, message: Heard) -> bool:
    """Owe the line, unless it was told here within the hour; says whether it is owed."""
    now = services.clock.now()
    audience = message.user_id if incident.private else "all"
    key = f"{KIND}:{incident.key}:{message.channel_id}:{message.thread_ts or 'channel'}:{audience}"
    for told in await runs.with_keys(session, [key]):
        if told.owed_at > now - AGAIN:
            return False
    args = {
        "incident": incident.key,
        "channel_id": message.channel_id,
        "ts": message.ts,
        "thread_ts": message.thread_ts or "",
        "user_id": message.user_id,
        "private": incident.private,
    }
    await runs.owe(session, kind=KIND, key=key, lane=key, now=now, args=args)
    return True


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Say it under the message, or to its author alone. One that became private meanwhile is not told at all."""
    incident, author = await load(services, int(run.args["incident"])), str(run.args["user_id"])
    await people.meet(services, author)
    async with services.database.read() as session:
        if incident.private != run.args["private"] or not await access.may_see(session, incident, author):
            return
        view = await overview(session, incident, services.policy)
    text = line(view, await people.names(services, [view.ic]))
    small = f"{text} · as of {clock_time(services.clock.now())}"
    post = Post(text=text, blocks=(blocks.context(small),))
    await run.step(f"told-{run.args['ts']}", lambda: tell(run, services, outward.without_secrets(post)))


async def tell(run: Run, services: Services, post: Post) -> str:
    """`no` where Slack does not let us: nobody asked for it, so nobody misses it."""
    channel_id, ts, thread_ts = (str(run.args[name]) for name in ("channel_id", "ts", "thread_ts"))
    try:
        if not run.args["private"]:
            return await run.post(f"line-{ts}", channel_id, post, thread_ts=thread_ts or ts)
        await services.slack.posts.whisper(channel_id, str(run.args["user_id"]), post, thread_ts=thread_ts)
    except Refused:
        return "no"
    return "yes"


def line(view: Overview, names: Mapping[str, str]) -> str:
    """An incident in one line that pings nobody."""
    incident = view.incident
    ic = f"IC {escape(names.get(view.ic, view.ic))}" if view.ic else "no IC"
    where = f" · <#{incident.channel_id}>" if incident.channel_id else ""
    title = f"{label(incident)}*{incident.ref} · {escape(incident.severity)} · {escape(incident.title)}*"
    return f"{SIGNS[incident.status]} {title} · {incident.status} · {ic}{where}"
