"""Drills are incidents in which nothing is real. Two things are decided here, each for everything there is.

Whether anything may reach out of a drill is `may_reach_out`: whoever pages, calls, writes to or counts for somebody
outside asks it. Every post on behalf of a drill says that it is one, because the runs of a drill are handed a Slack
that adds it (`services_for`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from storage import drills as stored
from storage import incidents
from storage.models import Drill, DrillState, Incident, Inject, Status
from workflows import blocks
from workflows.passing import PassedOn
from workflows.ports import Files, Post
from workflows.scenarios import Scenario
from workflows.services import Services
from workflows.words import escape

if TYPE_CHECKING:
    from workflows.change import Change

WORD: Final = "DRILL"
SIGN: Final = "🎓"
BANNER: Final = f"{SIGN} *{WORD}* · practice, nothing here is real {SIGN}"
TOPIC: Final = "drill-"  # how the topic of a drill's channel begins
MOST_BLOCKS: Final = 50  # Slack page: Blocks, of a message
KIND: Final = "drill"  # the kind of the run that says what is practised
INJECT: Final = "inject"  # the kind of the reminder, of its run, and of the line on the timeline
SCORE: Final = "drill_score"  # the kind of the run
OVER: Final = (Status.CLOSED, Status.CANCELLED, Status.MERGED)


def may_reach_out(incident: Incident) -> bool:
    """Whether something of this incident may reach those who are not in it: page, call, write to, count for, invite."""
    return not incident.drill or incident.drill_reaches_out


def label(incident: Incident) -> str:
    """What stands before a drill's title wherever it is named; nothing for an incident."""
    return f"{SIGN} {WORD} " if incident.drill else ""


def topic_of(title: str, *, drill: bool) -> str:
    """The title as the channel's name is made of it."""
    return f"{TOPIC}{title}" if drill else title


# The rows of a drill, inside a change.


async def begin(made: "Change", scenario: Scenario | None) -> None:
    """Keep what is practised, and when what happens in it."""
    drill = Drill(incident_id=made.incident.key)
    if scenario is not None:
        drill.scenario, drill.title, drill.expects_handoff = (
            scenario.key,
            escape(scenario.title),
            scenario.expects_handoff,
        )
        drill.hypothesis, drill.blast_radius = escape(scenario.hypothesis), escape(scenario.blast_radius)
        drill.abort_rule = escape(scenario.abort_rule)
        for place, beat in enumerate(scenario.beats):
            due_at = made.now + beat.after
            made.session.add(
                Inject(
                    incident_id=made.incident.key,
                    place=place,
                    due_at=due_at,
                    text=escape(beat.text),
                    source=beat.source,
                )
            )
    made.session.add(drill)
    await made.session.flush()


async def channel_ready(made: "Change") -> None:
    """There is a place to say what is practised, and for what happens in it.

    Times count from the declaration, and so are the same when this is entered again. What setting up has overtaken by
    more than a moment moves with all that follows, as after any other absence of the bot.
    """
    if not made.incident.drill:
        return
    await made.owe(KIND, str(made.incident.id))
    drill = await stored.of_incident(made.session, made.incident.key)
    waiting = await stored.waiting(made.session, made.incident.key)
    if waiting and made.incident.is_open and drill is not None and drill.state == DrillState.RUNNING:
        await made.remind(INJECT, waiting[0].due_at)


async def follow(made: "Change", _: Services) -> None:
    """The incident goes on or ends, and the drill with it: nothing more happens in it, and it is scored once closed."""
    drill = await stored.of_incident(made.session, made.incident.key) if made.incident.drill else None
    if drill is None:
        return
    if made.incident.is_open:
        if drill.state == DrillState.ENDED:
            drill.state = DrillState.RUNNING  # reopened; it is scored anew
        return
    await drop_injects(made)
    if made.incident.status in OVER:
        drill.state = DrillState.ENDED if drill.state != DrillState.ABORTED else drill.state
        ended_at = made.incident.closed_at or made.now  # asked again after the end, it is not posted again
        await made.owe(SCORE, f"{made.incident.id}:{ended_at.isoformat()}")


async def drop_injects(made: "Change") -> None:
    await made.forget(INJECT)
    for inject in await stored.waiting(made.session, made.incident.key):
        inject.dropped = True


# What the runs of a drill are given.


def warned(incident: Incident, text: str) -> str:
    """Plain text for people outside, which says first that it is about a drill."""
    return f"{WORD} – practice, nothing in this is real.\n\n{text}" if incident.drill else text


async def services_for(incident_id: int | None, services: Services) -> Services:
    """What a run of this incident is given: of a drill, a Slack in which every post says that it is one."""
    if incident_id is None or not await is_drill(incident_id, services):
        return services
    slack = services.slack
    return replace(services, slack=replace(slack, posts=MarkedPosts(posts=slack.posts), files=MarkedFiles(slack.files)))


async def is_drill(incident_id: int, services: Services) -> bool:
    """What is a drill stays one, so it is looked up once."""
    known = services.drills.get(incident_id)
    if known is None:
        async with services.database.read() as session:
            incident = await incidents.get(session, incident_id)
        known = services.drills[incident_id] = incident is not None and incident.drill
    return known


def marked(post: Post) -> Post:
    """The post with the banner above it, and its word in the notification."""
    if post.blocks:
        rows: tuple[Mapping[str, object], ...] = (blocks.context(BANNER), *post.blocks)
        if len(rows) > MOST_BLOCKS:  # the notification and the channel's name have to do
            rows = post.blocks
        return Post(text=worded(post.text), blocks=rows)
    return Post(text=f"{BANNER}\n{post.text}")


def worded(text: str) -> str:
    return text if WORD in text else f"{WORD}: {text}"


class MarkedPosts(PassedOn):
    """Posts of a drill. What is not said is as in `posts`."""

    async def shown(self, channel_id: str, post: Post) -> Post:
        return marked(post)


@dataclass(frozen=True)
class MarkedFiles:
    """Files of a drill, shared with the same word. What is not said is as in `files`."""

    files: Files

    async def upload(self, channel_id: str, name: str, content: bytes, *, title: str, comment: str) -> str:
        comment = f"{BANNER}\n{comment}"
        return await self.files.upload(channel_id, name, content, title=worded(title), comment=comment)

    async def find(self, channel_id: str, name: str) -> str | None:
        return await self.files.find(channel_id, name)

    async def canvas(self, channel_id: str, markdown: str) -> str:
        return await self.files.canvas(channel_id, f"**{WORD}: practice, nothing here is real**\n\n{markdown}")
