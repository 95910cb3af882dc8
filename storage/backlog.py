"""How far behind the work is, and how much there is: what somebody who watches the bot wants to know."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import OPEN_STATUSES, UNCOUNTED_STATUSES, Incident, Reminder, Run, RunState, Status, Step


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How long the oldest row has waited beyond its time; zero when nothing waits."""

    reminder: timedelta
    run: timedelta


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What is on record. `declared` only grows: what was declined in triage never counted. `runs` by kind and state."""

    declared: int
    open: int
    triage: int
    runs: dict[tuple[str, str], int]


async def lag(session: AsyncSession, now: datetime) -> Lag:
    """Two looks at the ends of indexes; a run counts from when it was owed, however often it was postponed since."""
    reminder = (await session.exec(select(func.min(Reminder.due_at)))).one()
    run = (await session.exec(select(func.min(Run.owed_at)).where(Run.state == RunState.WAITING))).one()
    return Lag(reminder=behind(reminder, now), run=behind(run, now))


def behind(since: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(0), now - since) if since is not None else timedelta(0)


async def totals(session: AsyncSession) -> Totals:
    """Counts whole tables: for once in a while, not for every tick."""
    by_state = await session.exec(select(Run.kind, Run.state, func.count()).group_by(Run.kind, Run.state))
    # Public ones: whoever reads the numbers need not know of the others. Drills are practice.
    public = (col(Incident.private).is_(False), col(Incident.drill).is_(False))
    every = select(func.count()).select_from(Incident).where(*public)
    accepted = or_(col(Incident.acknowledged_at).is_not(None), col(Incident.status).not_in(UNCOUNTED_STATUSES))
    in_triage = col(Incident.status) == Status.TRIAGE
    return Totals(
        declared=(await session.exec(every.where(accepted))).one(),
        open=(await session.exec(every.where(col(Incident.status).in_(OPEN_STATUSES), ~in_triage))).one(),
        triage=(await session.exec(every.where(in_triage))).one(),
        runs={(kind, state): count for kind, state, count in by_state},
    )


async def steps_done(session: AsyncSession, *, kind: str, name: str, refused: str) -> int:
    """How often a step has had a result that does not begin with `refused`."""
    steps = select(func.count()).select_from(Step).join(Run, col(Run.id) == Step.run_id)
    done = steps.where(Run.kind == kind, Step.name == name, ~col(Step.result).startswith(refused))
    return (await session.exec(done)).one()
