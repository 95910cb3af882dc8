"""What a merged incident leaves to do goes on in the survivor: open actions and promises, with numbers of its own.

Duties to report stay where their record is: a clock never pauses, and the survivor shows it.
"""

from collections.abc import Sequence

from storage import actions, promises
from storage.models import Action, Promise, PromiseState
from workflows.action_lines import owe_line
from workflows.action_lines import remind as remind_of_action
from workflows.actions import KIND
from workflows.change import Change
from workflows.promises import redraw
from workflows.promises import remind as remind_of_promise
from workflows.services import Services
from workflows.words import in_line


async def move(ended: Change, survivor: Change, services: Services, by: str) -> str:
    """Move what is open, tell both timelines, and return what that was: `2 open actions and 1 promise`, or nothing."""
    done = [await move_action(ended, survivor, services, one) for one in await open_actions(ended)]
    kept = [await move_promise(ended, survivor, services, one) for one in await open_promises(ended)]
    tell(ended, survivor, "open action", KIND, [(one.number, new.number, one.text) for one, new in done], by=by)
    tell(ended, survivor, "promise", "promise", [(one.number, new.number, one.text) for one, new in kept], by=by)
    return " and ".join(
        counted(word, len(found)) for word, found in (("open action", done), ("promise", kept)) if found
    )


async def open_actions(made: Change) -> Sequence[Action]:
    return [one for one in await actions.of_incident(made.session, made.incident.key) if one.done_at is None]


async def open_promises(made: Change) -> Sequence[Promise]:
    return await promises.still_open(made.session, made.incident.key)


async def move_action(ended: Change, survivor: Change, services: Services, old: Action) -> tuple[Action, Action]:
    """A new row in the survivor; the old one is withdrawn at the instant of the merger, and its line says why."""
    goes_on = survivor.incident.is_open  # else what is left to do is for after it
    new = await actions.add(
        survivor.session,
        Action(
            incident_id=survivor.incident.key,
            number=0,
            text=old.text,
            owner=old.owner,
            due=old.due,
            due_at=old.due_at if goes_on else None,
            during=old.during and goes_on,
            created_by=old.created_by,
            created_at=old.created_at,
        ),
    )
    old.withdrawn_at = ended.now
    ended.session.add(old)
    for one in (old, new):
        await remind_of_action(ended.session, one)
        await owe_line(ended.session, services, one)
    return old, new


async def move_promise(ended: Change, survivor: Change, services: Services, old: Promise) -> tuple[Promise, Promise]:
    """People outside wait for it all the same, so it is asked about where people are."""
    new = await promises.add(
        survivor.session,
        Promise(
            incident_id=survivor.incident.key,
            number=0,
            text=old.text,
            to_whom=old.to_whom,
            due_at=old.due_at,
            first_due_at=old.first_due_at,
            made_by=old.made_by,
            made_at=old.made_at,
        ),
    )
    await remind_of_promise(survivor, services, new)
    old.state, old.ended_at, old.ended_by = PromiseState.WITHDRAWN, ended.now, "sitrep"
    old.reason = f"goes on as promise {new.number} of {survivor.incident.ref}"
    await ended.forget("promise", subject=str(old.id))
    await redraw(ended, old)
    return old, new


def tell(
    ended: Change, survivor: Change, word: str, kind: str, moved: Sequence[tuple[int, int, str]], *, by: str
) -> None:
    """Both timelines: what went where, by the number on either side."""
    if not moved:
        return
    head, here, there = counted(word, len(moved)), ended.incident.ref, survivor.incident.ref
    went = "; ".join(f"{old} is {new} there: {in_line(text, 100)}" for old, new, text in moved)
    came = "; ".join(f"{new}: {in_line(text, 100)}" for _, new, text in moved)
    ended.tell(kind, f"{head} moved to {there} – {went}", by)
    survivor.tell(kind, f"{head} moved here from {here} – {came}", by)


def counted(word: str, count: int) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
