"""What the classifier was told about an incident, kept with it."""

from storage.models import Classification, Incident
from workflows import classifier, updates
from workflows.change import Change, change
from workflows.classifier import Walk
from workflows.services import Services
from workflows.words import escape


async def classify(services: Services, incident_id: int, walk: Walk, *, press: str, by: str) -> Incident:
    """Keep answers by themselves. Raises `UserError` when the incident has ended, `AlreadyDone` for the same press."""
    async with change(services, incident_id, press=press) as made:
        updates.refuse_ended(made.incident)
        keep(made, walk, by)
    return made.incident


def keep(made: Change, walk: Walk, by: str) -> None:
    """The answers as a row, and as a line of the timeline that explains itself."""
    asked = [{"key": one.question.key, "asked": one.question.ask, "answer": one.answer} for one in walk.steps]
    made.session.add(Classification(incident_id=made.incident.key, at=made.now, by=by, level=walk.level, answers=asked))
    made.tell("classified", f"Classified as {walk.level}: {escape(classifier.explanation(walk))}", by)
