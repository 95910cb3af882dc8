"""Runs and their steps: what is owed to Slack, who is working on it, and what has been done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, Integer, Update, bindparam, case, func
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, and_, col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from storage.database import dialect
from storage.inserts import once
from storage.models import OPEN_STATUSES, Incident, Run, RunState, Step

REFUSED: Final = "refused:"  # how the result of a step begins that Slack refused; its word follows
# No work is put off farther than this; what seems to be was owed before the clock was set back.
FARTHEST: Final = timedelta(minutes=5)
NOBODY: Final = "{}"  # the result of an invitation that nobody was refused of
Found = TypeVar("Found")
RUNS: Final = SQLModel.metadata.tables["run"]
STEPS: Final = SQLModel.metadata.tables["step"]
IDS: Final[SelectOfScalar[int]] = select(RUNS.c.id)
WITH_KEY: Final = select(Run).where(col(Run.key) == bindparam("of_key")).with_for_update()
NEW_STEP: Final = once(STEPS, ("run_id", "name"))


async def owe(
    session: AsyncSession,
    *,
    kind: str,
    key: str,
    lane: str,
    now: datetime,
    incident_id: int | None = None,
    args: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Run:
    """Note work to be done. Owing a key again makes its run, finished or not, go through once more."""
    found = (await session.exec(WITH_KEY, params={"of_key": key})).first()
    if found is not None:
        return ask_again(found, args, due_at or now)
    run = Run(
        kind=kind,
        key=key,
        lane=lane,
        incident_id=incident_id,
        args=dict(args or {}),
        created_at=now,
        owed_at=due_at or now,
        due_at=due_at or now,
    )
    session.add(run)
    await session.flush()
    return run


def ask_again(run: Run, args: Mapping[str, Any] | None, due_at: datetime) -> Run:
    run.asked += 1
    run.failures = 0
    if args is not None:
        run.args = dict(args)
    if run.state != RunState.WAITING:
        run.state = RunState.WAITING
        run.owed_at = run.due_at = due_at
    return run


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Who says to be working on a run, and until when nobody else may."""

    run_id: int
    owner: str
    until: datetime


async def leases(session: AsyncSession) -> list[Lease]:
    """Every lease that stands, run out or not."""
    columns = select(Run.id, Run.leased_by, Run.leased_until)
    found = await session.exec(columns.where(Run.state == RunState.WAITING, col(Run.leased_by).is_not(None)))
    return [Lease(run_id=run_id, owner=by, until=until) for run_id, by, until in found if run_id and by and until]


async def with_keys(session: AsyncSession, keys: Sequence[str]) -> Sequence[Run]:
    return (await session.exec(select(Run).where(col(Run.key).in_(keys)).order_by(col(Run.id)))).all()


async def of_incident(session: AsyncSession, incident_id: int) -> Sequence[Run]:
    """Every run of an incident, in the order in which they were owed."""
    return (await session.exec(select(Run).where(Run.incident_id == incident_id).order_by(col(Run.id)))).all()


async def in_trouble(session: AsyncSession, incident_id: int) -> Sequence[Run]:
    """The runs of an incident that failed, that Slack refused a step of, or that wait because something went wrong."""
    return (await session.exec(troubled(), params={"of_incident": incident_id})).all()


def refused_in(incident_id: BindParameter[int]) -> SelectOfScalar[int]:
    """The runs of an incident of which Slack refused a step."""
    steps = select(Step.run_id).join(Run, col(Run.id) == col(Step.run_id)).where(col(Run.incident_id) == incident_id)
    return steps.where(or_(col(Step.result).startswith(REFUSED), and_(*invitations())))


async def refused(session: AsyncSession) -> Sequence[int]:
    """Open incidents of which Slack refused a run or one of its steps."""
    wrong = or_(col(Step.result).startswith(REFUSED), and_(*invitations()))
    steps = select(Step.id).where(Step.run_id == Run.id, wrong).exists()
    statement = select(Run.incident_id).join(Incident, col(Incident.id) == col(Run.incident_id))
    statement = statement.where(col(Incident.status).in_(OPEN_STATUSES), or_(Run.state == RunState.FAILED, steps))
    return [incident_id for incident_id in await session.exec(statement.distinct()) if incident_id is not None]


def invitations() -> tuple[Any, ...]:
    """The steps in which somebody could not be invited."""
    return or_(Step.name == "invite", col(Step.name).startswith("invite:")), Step.result != NOBODY


async def forget_results(session: AsyncSession, *, run_id: int, names: Sequence[str]) -> None:
    """Let these steps of a run be done again."""
    await session.exec(delete(Step).where(col(Step.run_id) == run_id, col(Step.name).in_(names)))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which runs a process would take on: due by `now`, of `kinds` that it knows, and not in its hands (`busy`).

    `forsaken` are the leases that may be taken over; without them, those that have run out by `now`.
    """

    now: datetime
    kinds: Collection[str]
    busy: Collection[int] = ()
    forsaken: Collection[Lease] | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        return {**times(self.now), "kinds": list(self.kinds), "busy": list(self.busy)}


async def anything_due(session: AsyncSession, wanted: Wanted) -> bool:
    """A look without a lock: idle ticks must not take the write lock."""
    look = takeable(IDS, wanted.forsaken).limit(1) if wanted.forsaken else looking(wanted.forsaken is None)
    return (await session.exec(look, params=wanted.parameters)).first() is not None


async def claim(session: AsyncSession, wanted: Wanted, *, owner: str, lease: timedelta, most: int) -> Sequence[Run]:
    """Take up to `most` due runs for `owner`, at most the first of each lane."""
    some = (
        claiming(wanted.forsaken is None) if not wanted.forsaken else first_of(takeable(select(Run), wanted.forsaken))
    )
    due = (await session.exec(some, params={**wanted.parameters, "most": most})).all()
    for run in due:
        run.leased_by, run.leased_until = owner, wanted.now + lease
        run.attempts += 1
        session.add(run)
    return due


def takeable(runs: SelectOfScalar[Found], forsaken: Collection[Lease] | None) -> SelectOfScalar[Found]:
    """Those that may be taken on; `Wanted.parameters` belong to it, and `forsaken` is as there."""
    over = [and_(Run.id == one.run_id, Run.leased_until == one.until) for one in forsaken or ()]
    if forsaken is None:
        over = [col(Run.leased_until) < bindparam("now")]
    known = col(Run.kind).in_(bindparam("kinds", expanding=True))
    not_ours = col(Run.id).not_in(bindparam("busy", expanding=True))
    return due(runs).where(known, not_ours, or_(col(Run.leased_until).is_(None), *over)).order_by(col(Run.id))


def first_of(runs: SelectOfScalar[Found]) -> SelectOfScalar[Found]:
    """So many as `most` says, left to others that have them locked."""
    return runs.limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True)


# Putting these together takes longer than asking the database, and they are asked all the time.


@cache
def troubled() -> SelectOfScalar[Run]:
    incident_id: BindParameter[int] = bindparam("of_incident")
    waits = and_(Run.state == RunState.WAITING, Run.trouble != "")
    trouble = or_(Run.state == RunState.FAILED, waits, col(Run.id).in_(refused_in(incident_id)))
    return select(Run).where(col(Run.incident_id) == incident_id, trouble).order_by(col(Run.id))


@cache
def looking(at_once: bool) -> SelectOfScalar[int]:
    return takeable(IDS, None if at_once else ()).limit(1)


@cache
def claiming(at_once: bool) -> SelectOfScalar[Run]:
    return first_of(takeable(select(Run), None if at_once else ()))


@cache
def waiting_count(*, only_due: bool) -> SelectOfScalar[int]:
    count = select(func.count()).select_from(Run)
    return due(count) if only_due else count.where(Run.state == RunState.WAITING)


def times(now: datetime) -> dict[str, Any]:
    return {"now": now, "farthest": now + FARTHEST}


def due(runs: SelectOfScalar[Found]) -> SelectOfScalar[Found]:
    """Those whose time has come, and that no earlier one of their lane holds up."""
    earlier = aliased(Run)
    held_up = (
        select(earlier.id)
        .where(earlier.lane == Run.lane, earlier.state == RunState.WAITING, col(earlier.id) < col(Run.id))
        .exists()
    )
    in_time = or_(col(Run.due_at) <= bindparam("now"), col(Run.due_at) > bindparam("farthest"))
    return runs.where(Run.state == RunState.WAITING, in_time, ~held_up)


async def extend(session: AsyncSession, *, owner: str, run_ids: Collection[int], until: datetime) -> None:
    """Keep the lease of runs that take long.

    One that somebody is just owing again is left to the next time: whoever owes several would wait for us, and we for
    them.
    """
    mine = select(Run.id).where(col(Run.leased_by) == owner, col(Run.id).in_(list(run_ids)))
    free = mine.with_for_update(skip_locked=True)
    await session.exec(update(Run).where(col(Run.id).in_(free)).values(leased_until=until))


async def release(session: AsyncSession) -> None:
    """End all leases: whoever held them is dead."""
    await session.exec(update(Run).where(col(Run.leased_by).is_not(None)).values(leased_by=None, leased_until=None))


async def finish(session: AsyncSession, run: Run, *, owner: str, now: datetime) -> None:
    """End a run, unless somebody asked for it again meanwhile: then it is due at once.

    If another replica has taken it over, it is entered once more: what ended late may have hidden what was newer.
    """
    which = {"of_run": run.id, "of_owner": owner, "was_asked": run.asked, "at": now}
    ended = await session.exec(ending(), params=which)
    if ended.rowcount:
        return
    taken = (await session.exec(select(Run).where(Run.id == run.id).with_for_update())).one()
    if taken.state != RunState.FAILED:
        session.add(ask_again(taken, None, now))


@cache
def ending() -> Update:
    """Only while the lease is still ours; another replica may have taken over."""
    again, at = RUNS.c.asked != bindparam("was_asked"), bindparam("at", type_=RUNS.c.due_at.type)
    return (
        update(RUNS)
        .where(RUNS.c.id == bindparam("of_run"), RUNS.c.leased_by == bindparam("of_owner"))
        .values(
            state=case((again, RunState.WAITING.value), else_=RunState.DONE.value),
            owed_at=case((again, at), else_=RUNS.c.owed_at),
            due_at=case((again, at), else_=RUNS.c.due_at),
            leased_by=None,
            leased_until=None,
            trouble="",
            failures=0,
            attempts=0,
        )
    )


async def postpone(session: AsyncSession, run: Run, *, owner: str, due_at: datetime, trouble: str) -> None:
    """Let go of a run until `due_at`."""
    held = await still_held(session, run, owner)
    if held is None:
        return
    held.leased_by = held.leased_until = None
    held.due_at, held.trouble, held.failures = due_at, trouble, held.failures + 1
    session.add(held)


async def fail(session: AsyncSession, run: Run, *, owner: str, trouble: str, error: str = "") -> bool:
    """End a run that cannot succeed until a person changes something; `error` is Slack's word for what.

    Says whether it ended: not if somebody asked for it again meanwhile, who may have changed that very thing, nor if
    another replica has taken it over.
    """
    held = await still_held(session, run, owner)
    if held is None:
        return False
    held.leased_by = held.leased_until = None
    session.add(held)
    if held.asked != run.asked:
        held.trouble, held.failures = "", 0
        return False
    held.state, held.trouble, held.error = RunState.FAILED, trouble, error
    return True


async def still_held(session: AsyncSession, run: Run, owner: str) -> Run | None:
    """The stored run, if the lease is still ours; another replica may have taken over."""
    statement = select(Run).where(Run.id == run.id, Run.leased_by == owner).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def results(session: AsyncSession, run_id: int) -> dict[str, str]:
    """What the steps of a run gave, by name."""
    return (await results_of(session, [run_id])).get(run_id, {})


async def results_of(session: AsyncSession, run_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What the steps of these runs gave, by run and name. Runs without results are absent."""
    found: dict[int, dict[str, str]] = {}
    for run_id, name, result in (await session.exec(steps_of(), params={"wanted": list(run_ids)})).all():
        found.setdefault(run_id, {})[name] = result
    return found


@cache
def steps_of() -> Select[int, str, str]:
    return select(Step.run_id, Step.name, Step.result).where(col(Step.run_id).in_(bindparam("wanted", expanding=True)))


async def add_result(session: AsyncSession, *, run_id: int, name: str, result: str, now: datetime) -> str:
    """Keep a step's result and return it; of two processes that did the same step, both get the first one's."""
    insert = NEW_STEP[dialect(session)]
    added = await session.exec(insert, params={"run_id": run_id, "name": name, "result": result, "at": now})
    if added.first() is not None:
        return result
    return (await session.exec(select(Step.result).where(Step.run_id == run_id, Step.name == name))).one()


async def unfinished(session: AsyncSession, now: datetime | None = None) -> int:
    """How many runs wait or are being worked on; with `now`, only those whose turn it is."""
    statement = waiting_count(only_due=now is not None)
    return (await session.exec(statement, params=times(now) if now else {})).one()
