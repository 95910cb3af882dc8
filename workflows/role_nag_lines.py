"""What people read about roles that nobody holds: first the incident commander, privately; then the channel.

One line at a time. It names the roles that are still free, and goes when they are taken or no longer needed.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from storage import incidents, vacancies
from storage.models import Incident, Surface, Vacancy
from workflows import blocks, surfaces
from workflows.overview import Overview, overview
from workflows.policy import ROLES
from workflows.ports import Post, Refused
from workflows.reaching import tell_directly
from workflows.role_nags import KIND, is_grave
from workflows.role_words import TITLES, take_buttons
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import duration, escape, person

MARK: Final = f"{KIND}:"  # how the kinds of its surfaces begin; how often people have been asked follows


async def run(run: Run, services: Services) -> None:
    """Bring the line up to date: put it up, change it, or take it away. A repeat finds what was posted."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        asked = [one for one in await vacancies.still_open(session, incident.key) if one.asked]
        shown = [one for one in await incidents.surfaces(session, incident.key) if one.kind.startswith(MARK)]
        view = await overview(session, incident, services.policy)
    if incident.channel_id is None:
        return
    asked.sort(key=lambda one: ROLES.index(one.role))
    times = max((one.asked for one in asked), default=0)
    kind = f"{MARK}{times}"
    for outdated in shown:
        if not asked or outdated.kind != kind:
            gone = partial(take_away, services, incident.key, outdated.kind)
            await run.attempt(
                f"gone {outdated.kind}", gone, loss="An old question about a free role could not be removed"
            )
    if asked:
        put = partial(put_up, run, services, kind, view, asked)
        await run.attempt("ask", put, loss="Nobody could be asked to take a free role")


async def take_away(services: Services, incident_id: int, kind: str) -> str:
    await surfaces.take_away(services, incident_id, kind)
    return "gone"


async def put_up(run: Run, services: Services, kind: str, view: Overview, asked: Sequence[Vacancy]) -> str:
    """To the commander the first time; to all in the channel after that, or when there is no commander."""
    privately = bool(view.ic) and all(one.asked == 1 for one in asked)
    post = private_line(view, asked) if privately else public_line(view, asked, services)
    known = await surfaces.find(services, run.incident_id, kind)
    if known is not None:
        return await changed(services, known, post)
    channel_id = await services.slack.posts.open_direct(view.ic) if privately else view.incident.channel_id or ""
    return (await surfaces.place(run, services, kind, channel_id, post)).ts


async def changed(services: Services, known: Surface, post: Post) -> str:
    """Some of them have been taken. A line that somebody deleted stays away."""
    try:
        await surfaces.show(services, known, post)
    except Refused as refused:
        if refused.error != "message_not_found":
            raise
    return known.ts


def private_line(view: Overview, asked: Sequence[Vacancy]) -> Post:
    incident = view.incident
    first = asked[0].role
    text = (
        f"{incident.ref} “{escape(incident.title)}” in <#{incident.channel_id}>: nobody is {named(asked)} yet, and "
        f"{escape(incident.severity)} asks for it. Who could do it? `/incident role {first} @somebody` there gives it "
        "to them, with a briefing."
    )
    return with_buttons(text, incident, asked)


def public_line(view: Overview, asked: Sequence[Vacancy], services: Services) -> Post:
    free_for = duration(services.clock.now() - min(one.since for one in asked))
    text = (
        f"Nobody has been {named(asked)} for {free_for}, and {escape(view.incident.severity)} asks for it. "
        "Who takes it? You get a short briefing."
    )
    return with_buttons(text, view.incident, asked)


def with_buttons(text: str, incident: Incident, asked: Sequence[Vacancy]) -> Post:
    buttons = take_buttons([one.role for one in asked], str(incident.id))
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="vacancy")))


def named(asked: Sequence[Vacancy]) -> str:
    """`communications lead or scribe`."""
    titles = [TITLES[one.role] for one in asked]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} or {titles[-1]}"


# Command and the technical work in one hand


async def run_two_hats(run: Run, services: Services) -> None:
    """Tell whoever holds both, directly and once."""
    user = str(run.args["user"])
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        held = {one.role for one in await incidents.holders(session, incident.key) if one.user_id == user}
    if not {"ic", "ops"} <= held or not is_grave(incident, services.policy):
        return
    tell = partial(tell_directly, run, services, "two_hats", user, two_hats(incident))
    await run.attempt("tell", tell, loss=f"{person(user)} could not be told that they hold both ic and ops")


def two_hats(incident: Incident) -> Post:
    where = f" in <#{incident.channel_id}>" if incident.channel_id else ""
    return Post(
        text=(
            f"You are incident commander *and* operations lead of {incident.ref} now. At {escape(incident.severity)} "
            "each of the two takes a whole person: whoever debugs loses sight of the rest. As soon as somebody can "
            f"help, give one away{where}: `/incident role ops @somebody`, or command with "
            "`/incident handoff @somebody`. If nobody else is there yet, go on, and mitigate first."
        )
    )
