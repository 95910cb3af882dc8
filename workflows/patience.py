"""Telling the person who asked when Slack takes longer than a few seconds, and once more when it is done.

A reminder stored with the press's effect watches the runs that it owed. Each word is said at most once: where an
answer may have been shown already it is not repeated, and a direct message is looked for before it is sent again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import reminders, runs
from storage.models import Reminder, RunState
from storage.models import Run as RunRow
from workflows.ports import Busy, Post, Refused, Unclear
from workflows.refusals import LOGIN_REFUSED, is_known, who_can_fix
from workflows.services import Services
from workflows.steps import REFUSED, Run
from workflows.surfaces import load
from workflows.words import duration

KIND: Final = "patience"
FEW_SECONDS: Final = timedelta(seconds=5)
LONGEST_LOOK: Final = timedelta(minutes=1)
LATE, DONE, PART = "late", "done", "part"  # still under way; done after all; done but for what Slack refuses


async def watch(
    session: AsyncSession, services: Services, *, press: str, incident_id: int, owed: Sequence[str], ends: bool = True
) -> None:
    """See to it that whoever asked hears when these runs (by key) take long. Without `ends`, others tell of the end."""
    asker, now = services.asker, services.clock.now()
    if asker is None or asker.how == "cli" or not press or not owed:  # a terminal is not reached later
        return
    watching = await reminders.put(session, incident_id=incident_id, kind=KIND, subject=press, due_at=now + FEW_SECONDS)
    watching.since = now
    watching.args = {
        "runs": list(owed),
        "user_id": asker.user_id,
        "response_url": asker.response_url,
        "ends": ends,
    }


async def due(session: AsyncSession, reminder: Reminder, services: Services) -> None:
    """Look whether the work has ended: say that it is late, that it is done at last, or nothing."""
    found = await runs.with_keys(session, reminder.args["runs"])
    now, told_late = services.clock.now(), reminder.rung > 0
    waiting = [one for one in found if one.state == RunState.WAITING]
    if waiting:
        # Work that several presses share may wait for a later press than this one; that alone is not slow.
        is_late = any(now - max(reminder.since, one.owed_at) >= FEW_SECONDS for one in waiting)
        if is_late and not told_late:
            await owe_word(session, reminder, LATE, now)
            reminder.rung = 1
        reminder.due_at = now + min(max(FEW_SECONDS, (now - reminder.since) / 4), LONGEST_LOOK)
        session.add(reminder)
        return
    await session.delete(reminder)
    if not reminder.args["ends"]:
        return
    if await refused_in(session, found):
        await owe_word(session, reminder, PART, now)
    elif told_late:
        await owe_word(session, reminder, DONE, now)


async def refused_in(session: AsyncSession, found: Sequence[RunRow]) -> tuple[str, ...]:
    """Slack's words for what it refused of these runs, of those that somebody can do something about."""
    steps = [
        result.removeprefix(REFUSED)
        for one in found
        for result in (await runs.results(session, one.id or 0)).values()
        if result.startswith(REFUSED) and is_known(result.removeprefix(REFUSED))
    ]
    whole = [one.error for one in found if one.state == RunState.FAILED]
    return tuple(dict.fromkeys([*whole, *steps]))


async def owe_word(session: AsyncSession, reminder: Reminder, word: str, now: datetime) -> None:
    key = f"{KIND}:{reminder.subject}:{word}"
    args = {**reminder.args, "word": word, "since": reminder.since.isoformat()}
    await runs.owe(session, kind=KIND, key=key, lane=key, now=now, incident_id=reminder.incident_id, args=args)


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Say the word, where the person asked if that still works, else directly; unless it is out of date."""
    text = await worded(run, services)
    if not text:
        return
    post = Post(text=text)
    answered = await run.step("answer", lambda: answer(run, services, post), look=perhaps)
    if answered == "no":
        await run.attempt("direct", lambda: tell(run, services, post), loss="")


async def worded(run: Run, services: Services) -> str:
    """What there is to say now; nothing when the work has ended before anybody could be told that it is late."""
    ref, word = (await load(services, run.incident_id)).ref, str(run.args["word"])
    async with services.database.read() as session:
        found = await runs.with_keys(session, run.args["runs"])
        refused = await refused_in(session, found)
    waiting = [one for one in found if one.state == RunState.WAITING]
    if word == LATE:
        return late(ref, waiting) if waiting else ""
    took = duration(services.clock.now() - datetime.fromisoformat(str(run.args["since"])))
    if word == DONE:
        return f"{ref}: now it is done, {took} after you asked. Everything in Slack shows it."
    then = f"Then: `/incident status repair {ref}`."
    return f"{ref}: it is on record, but not all of it is in Slack. {reasons(refused)} {then}"


def reasons(refused: Sequence[str]) -> str:
    """Slack's words, and once each what can be done about them."""
    sentences: dict[str, list[str]] = {}
    for error in refused:
        sentences.setdefault(who_can_fix(error), []).append(f"`{error}`" if error else "an error inside Sitrep")
    return " ".join(f"{', '.join(errors)}: {sentence}" for sentence, errors in sentences.items())


def late(ref: str, waiting: Sequence[RunRow]) -> str:
    """Why it takes long, and that nothing need be done, or by whom."""
    reason = next((one.trouble for one in waiting if one.trouble.startswith(LOGIN_REFUSED)), "")
    if reason:
        return f"{ref}: it is on record, but Slack cannot show it yet. {reason} It follows by itself after that."
    return (
        f"{ref}: it is on record. Slack is slow to answer just now, so the channel follows a little later; "
        "there is no need to repeat it, and you will hear when it is done."
    )


async def answer(run: Run, services: Services, post: Post) -> str:
    """Below what the person typed or pressed: `yes`, `perhaps`, or `no` where it cannot have been shown."""
    url = str(run.args["response_url"])
    if not url:
        return "no"
    try:
        await services.slack.posts.answer(url, post)
    except (Busy, Refused):
        return "no"
    except Unclear:
        return await perhaps()
    return "yes"


async def perhaps() -> str:
    """An answer that was cut off may have been shown; nothing in Slack tells, and once is enough."""
    return "perhaps"


async def tell(run: Run, services: Services, post: Post) -> str:
    direct = await run.step("open", lambda: services.slack.posts.open_direct(str(run.args["user_id"])))
    return await run.post("told", direct, post)
