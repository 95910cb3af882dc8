"""The line that asks for an email to customers, and its two answers: written, or not needed."""

from datetime import datetime

from storage import incidents, reminders
from workflows import asking, blocks
from workflows.change import Change, change
from workflows.comms_email import DETAILS, FIRST, KIND, WAIVED, asks_for, lane, settled
from workflows.comms_templates import EMAILS
from workflows.errors import UserError
from workflows.ports import Post
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import clock_time, day_and_time, person, time_left


async def sent(made: Change, template: str) -> None:
    """A message has left; if it was the email that is asked for, or says more, nobody need ask for it any more."""
    known = await reminders.find(made.session, kind=KIND, subject=str(made.incident.key))
    if template == DETAILS or (template in EMAILS and (known is None or asks_for(known) == FIRST)):
        await made.forget(KIND)
        await owe_clearing(made)


async def owe_clearing(made: Change) -> None:
    key = f"{made.incident.id}:{made.now.isoformat()}"
    await made.owe("customer_email_done", key, lane=lane(made.incident.key))


async def not_needed(services: Services, incident_id: int, *, press: str, by: str) -> None:
    """No customer is affected: the line goes, and the record says who decided that."""
    async with change(services, incident_id, press=press) as made:
        mail = FIRST if made.incident.is_open else DETAILS
        if await settled(made.session, incident_id, mail):
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
    by, mail = datetime.fromisoformat(str(run.args["by"])), str(run.args.get("mail", FIRST))
    if asks_for(owed) != mail:
        return
    post = question(incident.key, user, mail, by, services.clock.now())
    loss = "The email to customers could not be asked for"
    await asking.ask(run, services, KIND, incident.channel_id, post, loss=loss)


async def clear(run: Run, services: Services) -> None:
    """The line that asks goes."""
    await asking.take_back(run, services, KIND)


def question(incident_id: int, user: str, mail: str, by: datetime, now: datetime) -> Post:
    """The line that asks, with both answers."""
    text = f"✉️ {person(user)}: {full_story(by) if mail == DETAILS else first_word(by, now)}"
    about = str(incident_id)
    buttons = [
        blocks.button("Write it", f"comms_open_{mail}", about, style="primary"),
        blocks.button("No customer is affected", "comms_no_email", about),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="customer_email")))


def first_word(by: datetime, now: datetime) -> str:
    if by > now:
        when = f"A first email to customers is due by {clock_time(by)}, in {time_left(by - now)}."
    else:
        when = f"A first email to customers was due by {clock_time(by)}."
    return f"{when} It says that we know, that we are sorry, and what we do."


def full_story(by: datetime) -> str:
    return (
        f"It is over, and customers are owed the full story by {day_and_time(by)}: what happened, and what we change. "
        "It can wait until you have slept."
    )
