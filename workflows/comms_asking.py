"""The line that asks for the first email to customers, and its two answers: written, or not needed."""

from datetime import datetime

from storage import incidents, reminders
from workflows import asking, blocks
from workflows.change import Change, change
from workflows.comms_email import KIND, WAIVED, lane, settled
from workflows.comms_templates import EMAILS
from workflows.errors import UserError
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clock_time, person, time_left


async def sent(made: Change, template: str) -> None:
    """A message has left; if it was to customers, nobody need ask for it any more."""
    if template in EMAILS:
        await made.forget(KIND)
        await owe_clearing(made)


async def owe_clearing(made: Change) -> None:
    key = f"{made.incident.id}:{made.now.isoformat()}"
    await made.owe("customer_email_done", key, lane=lane(made.incident.key))


async def not_needed(services: Services, incident_id: int, *, press: str, by: str) -> None:
    """No customer is affected: the line goes, and the record says who decided that."""
    async with change(services, incident_id, press=press) as made:
        if await settled(made.session, incident_id):
            raise UserError("That has been answered already. `/incident comms sent` shows what was written.")
        made.tell(WAIVED, "No email to customers: none is affected", by)
        await made.forget(KIND)
        await owe_clearing(made)


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Ask whoever speaks for the email, unless it has been settled meanwhile."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        owed = await reminders.find(session, kind=KIND, subject=str(run.incident_id))
        comms = await incidents.holder(session, run.incident_id, "comms")
        user = comms or await incidents.holder(session, run.incident_id, "ic") or incident.declared_by
    if owed is None or incident.channel_id is None:
        return
    post = question(incident.key, user, datetime.fromisoformat(str(run.args["by"])), services.clock.now())
    loss = "The email to customers could not be asked for"
    await asking.ask(run, services, KIND, incident.channel_id, post, loss=loss)


async def clear(run: Run, services: Services) -> None:
    """The line that asks goes."""
    await asking.take_back(run, services, KIND)


def question(incident_id: int, user: str, by: datetime, now: datetime) -> Post:
    """The line that asks, with both answers."""
    if by > now:
        when = f"A first email to customers is due by {clock_time(by)}, in {time_left(by - now)}."
    else:
        when = f"A first email to customers was due by {clock_time(by)}."
    text = f"✉️ {person(user)}: {when} It says that we know, that we are sorry, and what we do."
    about = str(incident_id)
    buttons = [
        blocks.button("Write it", "comms_open_customer-email", about, style="primary"),
        blocks.button("No customer is affected", "comms_no_email", about),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="customer_email")))
