"""What is said about duties to report: the one question to the incident commander, and the reminders."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import clocks as stored
from storage import incidents
from storage.models import ClockState, Incident, Reminder, Status
from workflows import access, asking, claimed, groups
from workflows import clocks_words as words
from workflows.clocks_due import moments, next_moment
from workflows.clocks_view import Report, views
from workflows.reaching import tell_directly
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load

QUESTION: Final = "clocks-question"  # the direct message that asks


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """A report is owed: owe the line that says what is left of its time, and look again at the next moment."""
    now = services.clock.now()
    report = await find(session, reminder.incident_id, int(reminder.subject))
    if report is None or report.step.state != ClockState.RUNNING:
        await session.delete(reminder)
        return
    if not told_by_another(report, reminder.due_at):
        args = {"step_id": report.step.key, "version": report.step.version}
        of = f"{report.step.key}:{report.step.version}"
        await claimed.owe(session, reminder, services, args=args, of=of)
    await claimed.move(session, reminder, next_moment(report.terms, report.step.began_at or now, report.at, now))


async def question_due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """Nobody has answered yet whether a duty to report applies: owe the question once more, and never again."""
    asked = await stored.question(session, reminder.incident_id)
    if asked is not None and asked.answered_at is None:
        lane = f"clocks:{reminder.incident_id}"
        await claimed.owe(session, reminder, services, args={"again": True}, lane=lane)
    await claimed.move(session, reminder, None)


def told_by_another(report: Report, moment: datetime) -> bool:
    """Whether the reminder of a report that is owed by the same time names this one now: one line says it all."""
    first = Report(view=report.view, step=report.together[0])
    if first.step is report.step:
        return False
    if first.at is None or moment >= first.at:
        return True
    return moment in moments(first.terms, first.step.began_at or moment, first.at)


async def find(session: AsyncSession, incident_id: int, step_id: int) -> Report | None:
    found = ((view, step) for view in await views(session, incident_id) for step in view.steps)
    return next((Report(view=view, step=step) for view, step in found if step.key == step_id), None)


# What follows happens in Slack, and may be entered again at any point.


async def run_question(run: Run, services: Services) -> None:
    """Ask the incident commander directly, unless somebody has answered meanwhile."""
    incident = await load(services, run.incident_id)
    place = await where_it_goes_on(services, incident)
    async with services.database.read() as session:
        asked = await stored.question(session, run.incident_id)
        commander = await incidents.holder(session, place.key, "ic") or place.declared_by
    if asked is None or asked.answered_at is not None or incident.status == Status.CANCELLED:
        return
    loss = "The incident commander could not be asked whether a duty to report applies: `/incident clocks`"
    direct = await run.attempt(f"open_{commander}", partial(services.slack.posts.open_direct, commander), loss=loss)
    if direct is not None:
        await asking.ask(
            run, services, QUESTION, direct, words.question(incident, again=bool(run.args.get("again"))), loss=loss
        )


async def run_answered(run: Run, services: Services) -> None:
    """The message that asked says what was answered."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        asked = await stored.question(session, run.incident_id)
        found = await views(session, run.incident_id)
    if asked is not None and asked.answered_at is not None:
        await asking.redraw(run, services, QUESTION, words.answered(incident, asked, found))


async def run(run: Run, services: Services) -> None:
    """Remind in the incident's channel, unless it has been dealt with; directly where the channel takes nothing."""
    incident = await load(services, run.incident_id)
    place = await where_it_goes_on(services, incident)
    async with services.database.read() as session:
        report = await find(session, run.incident_id, int(run.args["step_id"]))
        people = await who_is_told(session, place, services)
    if report is None or report.step.state != ClockState.RUNNING or report.step.version != run.args["version"]:
        return
    post = words.reminder(report, incident, people, services.clock.now())
    loss = "A reminder of a duty to report could not be posted here, so people were told directly"
    channel_id = place.channel_id
    if channel_id and await asking.ask(run, services, surface_of(report), channel_id, post, loss=loss):
        return
    for user in await one_by_one(run, services, incident, people):
        await run.attempt(
            f"direct_{user}",
            partial(tell_directly, run, services, f"told_{user}", user, post),
            loss="A reminder of a duty to report could not be sent directly",
        )


async def run_shown(run: Run, services: Services) -> None:
    """The line that reminded says what was recorded, or what is left by now."""
    incident = await load(services, run.incident_id)
    place = await where_it_goes_on(services, incident)
    async with services.database.read() as session:
        report = await find(session, run.incident_id, int(run.args["step_id"]))
        people = await who_is_told(session, place, services)
    if report is None:
        return
    running = report.step.state == ClockState.RUNNING
    now = services.clock.now()
    post = words.reminder(report, incident, people, now) if running else words.ended(report)
    await asking.redraw(run, services, surface_of(report), post)


def surface_of(report: Report) -> str:
    return f"clock-{report.step.key}"


async def where_it_goes_on(services: Services, incident: Incident) -> Incident:
    """The incident itself, or the one that it was merged into, at the end of all mergers: there people are.

    What has become private since is not told where it is not.
    """
    while incident.merged_into is not None:
        survivor = await load(services, incident.merged_into)
        if incident.private and not survivor.private:
            break
        incident = survivor
    return incident


async def who_is_told(session: AsyncSession, incident: Incident, services: Services) -> Sequence[str]:
    """Incident commander, communications lead, and whom the configuration names; each once."""
    held = [await incidents.holder(session, incident.key, role) for role in ("ic", "comms")]
    first = [user for user in held if user] or [incident.declared_by]
    return tuple(dict.fromkeys([*first, *services.policy.clocks.tell]))


async def one_by_one(run: Run, services: Services, incident: Incident, people: Sequence[str]) -> Sequence[str]:
    """The people themselves, those of groups included, as far as they may know of the incident."""
    users = [one for one in people if not one.startswith("S")]
    for group in (one for one in people if one.startswith("S")):
        users += await groups.people_of(run, services, group, words.TOLD) or ()
    async with services.database.read() as session:
        return [user for user in dict.fromkeys(users) if await access.may_see(session, incident, user)]
