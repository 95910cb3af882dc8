"""The clocks of an incident as they stand: what applies, what started it, what is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import clocks as stored
from storage import merges
from storage.models import Clock, ClockEvent, ClockState, ClockStep, Incident
from workflows.clocks_due import Due, due
from workflows.clocks_kinds import SUBMITTED, Kind, Step, kept


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock with its rows; `kind` is as it was when the clock was started."""

    clock: Clock
    kind: Kind
    events: Mapping[str, ClockEvent]
    steps: Sequence[ClockStep]

    def happened(self) -> dict[str, datetime]:
        """What steps count from: events, and the reports that were submitted."""
        sent = {f"{SUBMITTED}{one.step}": one.ended_at for one in self.steps if one.state == ClockState.SUBMITTED}
        return {name: event.at for name, event in self.events.items()} | {
            name: at for name, at in sent.items() if at is not None
        }

    def terms(self, step: ClockStep) -> Step:
        found = self.kind.step(step.step)
        if found is None:
            raise LookupError(f"{self.kind.key} has no step {step.step}")
        return found

    def due(self, step: ClockStep) -> Due | None:
        return due(self.kind, self.terms(step), self.happened())

    def called(self, key: str) -> ClockStep | None:
        return next((one for one in self.steps if one.step == key), None)


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report with the clock that it belongs to. `at` is empty where the law gives no number."""

    view: ClockView
    step: ClockStep

    @property
    def terms(self) -> Step:
        return self.view.terms(self.step)

    @property
    def at(self) -> datetime | None:
        return self.step.due_at

    @property
    def tentative(self) -> bool:
        """Whether it counts from something that nobody has recorded yet."""
        found = self.view.due(self.step)
        return found is not None and found.tentative

    @property
    def together(self) -> Sequence[ClockStep]:
        """The reports of the same clock that are owed by the same time, itself included, in the order of the file."""
        here = (self.step.due_at, self.step.state)
        return [one for one in self.view.steps if (one.due_at, one.state) == here]


async def views(session: AsyncSession, incident_id: int) -> list[ClockView]:
    """Every clock of an incident; one query where there is none."""
    clocks = await stored.of_incident(session, incident_id)
    if not clocks:
        return []
    events, steps = await stored.events_of(session, incident_id), await stored.steps_of(session, incident_id)
    return [
        ClockView(
            clock=clock,
            kind=kept(clock.terms),
            events={one.event: one for one in events if one.clock_id == clock.id},
            steps=[one for one in steps if one.clock_id == clock.id],
        )
        for clock in clocks
    ]


async def of_merged(session: AsyncSession, incident: Incident) -> list[ClockView]:
    """Clocks of which something is owed in what was merged into this one; one query where there is none anywhere.

    One that has become private since is told in private ones only.
    """
    owing = await stored.merged_that_owe(session)
    if not owing:
        return []
    here = [one for one in await merges.of(session, incident.key) if incident.private or not one.private]
    return [view for one in here if one.key in owing for view in await views(session, one.key)]


def owed(found: Sequence[ClockView]) -> list[Report]:
    """What is still owed, the most urgent first; what has no deadline comes last."""
    waiting = [
        Report(view=view, step=step) for view in found for step in view.steps if step.state == ClockState.RUNNING
    ]
    return sorted(waiting, key=lambda one: (one.at is None, one.at or one.view.clock.started_at, one.step.key))
