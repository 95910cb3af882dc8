"""When the incident commander is asked whether duties to report apply: once, and once more without an answer."""

from datetime import timedelta
from typing import Final

from storage import clocks as stored
from storage.models import ClockQuestion
from workflows.change import Change
from workflows.drills import may_reach_out

SECURITY: Final = "security"  # the kind of incident that is asked about
AGAIN: Final = "clocks_question"  # the reminder, and the run that it owes
AGAIN_AFTER: Final = timedelta(hours=1)  # the shortest of the duties to report leave four


async def ask_once(made: Change) -> None:
    """Owe the question to the incident commander of a security incident, unless it was asked or answered."""
    if made.incident.kind != SECURITY or not may_reach_out(made.incident):
        return
    if await stored.question(made.session, made.incident.key) is not None:
        return
    made.session.add(ClockQuestion(incident_id=made.incident.key, asked_at=made.now))
    await made.owe("clocks_question", str(made.incident.id), lane=f"clocks:{made.incident.id}")
    await made.remind(AGAIN, made.now + AGAIN_AFTER)
