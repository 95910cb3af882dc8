"""Answering who speaks to the bot. What they asked for is on record by then; the answer is owed like everything else.

What was asked in words is answered privately, as `/incident` is; who only names the bot is answered in the thread.
"""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from storage import runs
from storage.models import Incident
from workflows.card import SIGNS, due_line
from workflows.overview import Overview
from workflows.ports import Post, Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.words import escape

KIND = "mention"


async def answered(services: Services, press: str) -> bool:
    """Whether an answer to this is owed already: Slack sends events again."""
    async with services.database.read() as session:
        return bool(await runs.with_keys(session, [f"{KIND}:{press}"]))


async def owe(
    services: Services, press: str, post: Post, *, channel_id: str, thread_ts: str, user_id: str, private: bool
) -> None:
    """Owe an answer, once for each press. `private`: for that person alone."""
    args = {
        "channel_id": channel_id,
        "thread_ts": thread_ts,
        "user_id": user_id,
        "private": private,
        "text": post.text,
        "blocks": [dict(block) for block in post.blocks],
    }
    key = f"{KIND}:{press}"
    try:
        async with services.database.write() as session:
            if not await runs.with_keys(session, [key]):
                await runs.owe(
                    session, kind=KIND, key=key, lane=f"{KIND}:{channel_id}", now=services.clock.now(), args=args
                )
    except IntegrityError:
        return  # another process heard the same and answers
    services.bell.ring()


async def run(run: Run, services: Services) -> None:
    """Post the answer where it was asked for. A private one that Slack does not show there is sent directly."""
    args = run.args
    post = Post(text=str(args["text"]), blocks=tuple(args["blocks"]))
    channel_id, thread_ts = str(args["channel_id"]), str(args["thread_ts"])
    if not args["private"]:
        await run.attempt("said", lambda: said(run, channel_id, thread_ts, post), loss="")
        return
    whispered = await run.step("whispered", lambda: whisper(services, args, post))
    if whispered == "no":
        await run.attempt("direct", lambda: direct(run, services, str(args["user_id"]), post), loss="")


async def said(run: Run, channel_id: str, thread_ts: str, post: Post) -> str:
    return await run.post("post", channel_id, post, thread_ts=thread_ts)


async def whisper(services: Services, args: Mapping[str, object], post: Post) -> str:
    """`yes`, or `no` where Slack shows this person nothing. A lost answer shows it twice, rather than never."""
    channel_id, user_id, thread_ts = (str(args[name]) for name in ("channel_id", "user_id", "thread_ts"))
    try:
        await services.slack.posts.whisper(channel_id, user_id, post, thread_ts=thread_ts)
    except Refused:
        return "no"
    return "yes"


async def direct(run: Run, services: Services, user_id: str, post: Post) -> str:
    conversation = await run.step("open", lambda: services.slack.posts.open_direct(user_id))
    return await run.post("told", conversation, post)


# What it says. Pure.


def elsewhere(me: str, *, direct: bool) -> str:
    """Where no incident lives. `me` is how the bot is mentioned."""
    say = "say" if direct else f"say {me}"
    where = "Here" if direct else "This channel belongs to no incident. Here"
    return (
        f"I run incidents in Slack. {where} you can declare one: press the button, or {say} "
        "`declare sev1 Checkout is failing`. "
        "Everything that works after `/incident` works here too; `/incident help` lists it."
    )


def state(view: Overview, names: Mapping[str, str]) -> str:
    """An incident in two lines that ping nobody."""
    incident = view.incident
    ic = f"IC {escape(names.get(view.ic, view.ic))}" if view.ic else "no IC"
    title = f"{SIGNS[incident.status]} *{incident.ref} · {escape(incident.severity)} · {escape(incident.title)}*"
    return f"{title}\n{incident.status.capitalize()} · {ic} · {due_line(view).replace('*', '')}"


def hint(me: str, incident: Incident) -> str:
    """What to say in this incident's channel."""
    if not incident.is_open:
        return f"{me} `status`, `timeline`, `action @someone what by when`, `reopen why` · `/incident help` lists all"
    return (
        f"Say it as you would type it: {me} `update rolled back`, {me} `role comms @someone`, {me} `handoff @someone`. "
        "📌 on a message puts it on the timeline; `/incident help` lists all."
    )
