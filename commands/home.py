"""What can be pressed on the home tab and nowhere else."""

from commands.request import NOTHING, ButtonPress, Reply
from commands.which import number_behind
from storage.models import Action, Incident
from workflows import access, actions, home
from workflows.errors import UserError
from workflows.services import Services


async def done(press: ButtonPress, services: Services) -> Reply:
    """*Done* beside what somebody took on. The tab shows at once that it is."""
    number = number_behind(press.value)
    async with services.database.read() as session:
        action = await session.get(Action, number)
        incident = await session.get(Incident, action.incident_id) if action else None
        seen = incident is not None and await access.may_see(session, incident, press.user_id)
    if action is None or not seen:
        raise UserError("That is no longer on record. Look at the home tab again: it shows what there is.")
    try:
        await actions.finish(services, action.incident_id, action.number, press=press.press, by=press.user_id)
    finally:
        await home.opened(services, press.user_id)
    return NOTHING
