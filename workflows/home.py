"""The home tab: what is open, drawn anew whenever somebody looks. Slack page: App Home."""

from collections.abc import Sequence

from storage import incidents, runs
from workflows import blocks
from workflows.blocks import Block
from workflows.card import SIGNS
from workflows.overview import Overview, overview
from workflows.services import Services
from workflows.steps import Run
from workflows.words import clock_time, escape, person

MOST_SHOWN = 20


async def opened(services: Services, user_id: str) -> None:
    """Somebody looks at the tab: owe them a fresh one. Looking often costs one drawing at a time."""
    async with services.database.write() as session:
        await runs.owe(
            session,
            kind="home",
            key=f"home:{user_id}",
            lane=f"home:{user_id}",
            now=services.clock.now(),
            args={"user_id": user_id},
        )
    services.bell.ring()


async def run(run: Run, services: Services) -> None:
    """Draw the tab. Repeating it draws it again."""
    async with services.database.read() as session:
        found = [one for one in await incidents.in_status(session) if not one.private]
        views = [await overview(session, one, services.policy) for one in found[:MOST_SHOWN]]
    await services.slack.views.publish(str(run.args["user_id"]), home(views, len(found)))


def home(views: Sequence[Overview], total: int) -> Block:
    """The tab's view: a way to declare, then the open incidents."""
    rows: list[Block] = [
        blocks.actions([blocks.button("Declare an incident", "declare_open", style="primary")], block_id="home"),
        blocks.header(f"Open incidents: {total}" if total else "No incident is open"),
        *(blocks.section(line(view)) for view in views),
    ]
    if total > len(views):
        rows.append(blocks.context(f"{total - len(views)} more: `/incident list` in any channel"))
    rows.append(blocks.context("`/incident help` lists what you can type. This page is drawn when you open it."))
    return {"type": "home", "blocks": rows}


def line(view: Overview) -> str:
    incident = view.incident
    mine = f"IC {person(view.ic)}" if view.ic else "no IC"
    due = f" · update due {clock_time(incident.update_due_at)}" if incident.update_due_at else ""
    where = f"<#{incident.channel_id}>" if incident.channel_id else "its channel is being set up"
    title = f"{SIGNS[incident.status]} *{incident.ref} · {escape(incident.severity)} · {escape(incident.title)}*"
    return f"{title}\n{incident.status.capitalize()} · {mine}{due} · {where}"
