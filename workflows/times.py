"""The milestones of an incident: when it began, was noticed, taken up, ended. They can be corrected, within reason."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from storage.models import Incident, Status
from workflows.change import change
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import day_and_time

# Each milestone: the field of the incident, and what people call it. In the order of an incident's life.
MILESTONES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "began": ("began_at", "Impact began"),
        "detected": ("detected_at", "Detected"),
        "declared": ("declared_at", "Declared"),
        "acknowledged": ("acknowledged_at", "Acknowledged"),
        "mitigated": ("mitigated_at", "Mitigated"),
        "resolved": ("resolved_at", "Resolved"),
        "closed": ("closed_at", "Closed"),
    }
)
FIXED: Final = ("declared", "closed")  # the bot saw these happen
REACHED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mitigated": (Status.MITIGATED, Status.RESOLVED, Status.CLOSED),
        "resolved": (Status.RESOLVED, Status.CLOSED),
    }
)
# What cannot come after what. An incident may be declared after it was resolved, or before somebody acknowledged it.
ORDER: Final = (
    ("began", "detected"),
    ("began", "mitigated"),
    ("began", "resolved"),
    ("detected", "declared"),
    ("detected", "acknowledged"),
    ("detected", "mitigated"),
    ("detected", "resolved"),
    ("mitigated", "resolved"),
    ("resolved", "closed"),
    ("acknowledged", "closed"),
    ("declared", "closed"),
)


class WrongTime(UserError):
    """A time that cannot be. `word` is the milestone which somebody would have to look at again."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


def milestones(incident: Incident) -> dict[str, datetime | None]:
    """Every milestone by its word; empty where it has not been reached, or nobody has said."""
    return {word: getattr(incident, field) for word, (field, _) in MILESTONES.items()}


def contradiction(times: Mapping[str, datetime | None]) -> tuple[str, str] | None:
    """Two milestones that cannot have happened in this order: what would come first, and what before it did."""
    for earlier, later in ORDER:
        first, second = times.get(earlier), times.get(later)
        if first is not None and second is not None and second < first:
            return earlier, later
    return None


async def correct(
    services: Services, incident_id: int, wanted: Mapping[str, datetime | None], *, press: str, by: str
) -> Incident:
    """Set milestones, or take them back (`None`). Each that differs is a line of the timeline.

    Raises `WrongTime` for times that cannot be, `UserError` when nothing differs; `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        incident = made.incident
        known = milestones(incident)
        new = {word: at for word, at in wanted.items() if at != known[word]}
        if not new:
            raise UserError(f"These are the times of {incident.ref} already. Nothing was changed.")
        refuse(incident, known, new, made.now)
        for word, at in new.items():
            field, name = MILESTONES[word]
            setattr(incident, field, at)
            made.tell("times", corrected(name, known[word], at), by)
        await made.refresh()
    return made.incident


def refuse(
    incident: Incident, known: Mapping[str, datetime | None], new: Mapping[str, datetime | None], now: datetime
) -> None:
    """Raise `WrongTime` for what the bot saw itself, what has not happened, and what contradicts the rest."""
    for word, at in new.items():
        sentence = why_not(incident, word, at, now)
        if sentence:
            raise WrongTime(word, sentence)
    clash = contradiction({**known, **new})
    if clash is not None:
        earlier, later = (MILESTONES[word][1] for word in clash)
        before, after = ({**known, **new}[word] for word in clash)
        raise WrongTime(
            next(word for word in reversed(clash) if word in new),
            f"“{later}” ({day_and_time(after or now)}) cannot be before “{earlier}” ({day_and_time(before or now)}). "
            "Nothing was changed.",
        )


def why_not(incident: Incident, word: str, at: datetime | None, now: datetime) -> str:
    """Why a milestone cannot be at this time, or be taken back; empty when it can."""
    name, reached = MILESTONES[word][1], REACHED_BY.get(word)
    if word in FIXED:
        return f"“{name}” is when Sitrep was told, so it stays. “Impact began” may be earlier."
    if at is not None and at > now:
        return f"“{name}” cannot be in the future. Nothing was changed."
    if word == "acknowledged":
        return why_not_acknowledged(incident, at)
    if reached and incident.status not in reached:
        return f"{incident.ref} is {incident.status}: `/incident {word}` first, then its time can be put right."
    if reached and at is None:
        return f"{incident.ref} is {incident.status}, so “{name}” has a time. `/incident reopen` takes it back."
    return ""


def why_not_acknowledged(incident: Incident, at: datetime | None) -> str:
    """That somebody said that it is an incident is told by this time, so it comes and goes with that alone."""
    if incident.acknowledged_at is None and incident.status in (Status.TRIAGE, Status.CANCELLED):
        way = "triage accept" if incident.status == Status.TRIAGE else "reopen"
        return f"{incident.ref} is {incident.status}: `/incident {way}` first, then its time can be put right."
    if at is None:
        return f"{incident.ref} was accepted: “{MILESTONES['acknowledged'][1]}” can be put right, not taken away."
    return ""


def corrected(name: str, before: datetime | None, after: datetime | None) -> str:
    was = f" (was {day_and_time(before)})" if before is not None else ""
    return f"{name}: {day_and_time(after) if after is not None else 'not known'}{was}"
