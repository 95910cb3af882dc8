"""Where an incident was noticed: the message it was declared from, linked both ways."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from storage.models import Incident, Known
from workflows.change import change
from workflows.errors import AlreadyDone
from workflows.links import labelled, message_link
from workflows.ports import Post, Refused
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape, person, ts_time


def about(channel_id: str, ts: str, thread_ts: str, author: str) -> Mapping[str, str]:
    """What a form carries of the message that it was opened from."""
    return {"from_channel": channel_id, "from_ts": ts, "from_thread": thread_ts, "from_user": author}


async def known(session: AsyncSession, channel_id: str, ts: str) -> Incident | None:
    """The incident that was declared from this message already."""
    found = await session.get(Known, key_of(channel_id, ts))
    return await incidents.get(session, int(found.value)) if found is not None else None


def key_of(channel_id: str, ts: str) -> str:
    return f"origin:{channel_id}:{ts}"


async def link(services: Services, incident: Incident, about: Mapping[str, str], *, press: str, by: str) -> None:
    """Note on the timeline, at the time of the message, where it came from, and owe the links to Slack.

    `about` is that of the form; one that was opened from no message is left alone, and so is a repeat.
    """
    channel_id, ts = about.get("from_channel", ""), about.get("from_ts", "")
    if not channel_id or not ts:
        return
    try:
        async with change(services, incident.key, press=f"{press}:origin") as c:
            await c.session.merge(Known(key=key_of(channel_id, ts), value=str(incident.key)))
            line = came_from(services.slack.team_url, about)
            c.tell("note", line, by, at=ts_time(ts))
            await c.owe("say", f"origin:{incident.key}", {"text": line})
            await c.owe("origin", str(incident.key), dict(about))
    except AlreadyDone:
        return


def came_from(team_url: str, about: Mapping[str, str]) -> str:
    """`Declared from a message by @chen in #alerts`."""
    channel_id, author = about["from_channel"], about.get("from_user", "")
    address = message_link(team_url, channel_id, about["from_ts"], thread_ts=about.get("from_thread", ""))
    whose = person(author) if author.startswith(("U", "W")) else "an app"
    where = f" in <#{channel_id}>" if channel_id.startswith(("C", "G")) else ""
    return f"Declared from {labelled(address, 'a message')} by {whose}{where}"


async def run(run: Run, services: Services) -> None:
    """Say in the message's thread which incident came of it, unless the incident is private."""
    incident = await load(services, run.incident_id)
    if incident.private or incident.channel_id is None:
        return
    text = f"{incident.ref} {escape(incident.severity)} was declared from this: <#{incident.channel_id}>"
    await run.step("told", lambda: tell(run, str(run.args["from_channel"]), Post(text=text)))


async def tell(run: Run, channel_id: str, post: Post) -> str:
    """`no` where the bot cannot write, such as between two people: whoever declared it sees where it went."""
    thread_ts = str(run.args.get("from_thread") or run.args["from_ts"])
    try:
        return await run.post("thread", channel_id, post, thread_ts=thread_ts)
    except Refused:
        return "no"
