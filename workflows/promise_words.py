"""Promises to people outside, in words: how they stand, how they ended, and the line that asks. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from storage.models import Incident, Promise, PromiseState
from workflows import blocks
from workflows.ports import Post
from workflows.words import clock_time, day_and_time, duration, in_line, person

ENDED: Final[Mapping[str, str]] = {
    PromiseState.KEPT: "kept",
    PromiseState.MISSED: "missed",
    PromiseState.WITHDRAWN: "withdrawn",
}


def question(promise: Promise, incident: Incident, user: str, now: datetime) -> Post:
    """The line that asks, with what people can answer."""
    when = moment(promise.due_at, now)
    if promise.due_at > now:
        text = f"⏳ {person(user)}: {to(promise)} expect “{promise.text}” by {when}. Will it hold?"
    else:
        late = duration(now - promise.due_at)
        since = f"{when}, {late} ago" if now - promise.due_at >= timedelta(minutes=1) else f"{when}, that is now"
        text = f"⏰ {person(user)}: {to(promise)} were promised “{promise.text}” by {since}. How did it end?"
    about = f"{incident.key} {promise.number}"
    buttons = [
        blocks.button("Kept", "promise_kept", about, style="primary"),
        blocks.button("New time", "promise_move", about),
        blocks.button("Missed", "promise_missed", about),
    ]
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="promise")))


def to(promise: Promise) -> str:
    return promise.to_whom or "people outside"


def moment(at: datetime, now: datetime) -> str:
    """The time alone within half a day, else with its day; for each reader in their own zone."""
    return clock_time(at) if abs(at - now) < timedelta(hours=12) else day_and_time(at)


def described(promise: Promise, now: datetime) -> str:
    """`ETA by 15:30 to customers`; the end is not told."""
    whom = f" to {promise.to_whom}" if promise.to_whom else ""
    moved = " (moved)" if promise.due_at != promise.first_due_at else ""
    return f"{in_line(promise.text, 200)} by {moment(promise.due_at, now)}{whom}{moved}"


def standing(promise: Promise, now: datetime) -> str:
    """An open promise and how far it is: `ETA by 15:30 to customers (in 20 min)`."""
    left = promise.due_at - now
    how = f"in {duration(left)}" if left > timedelta(0) else f"overdue by {duration(-left)}"
    return f"{described(promise, now)} ({how})"


def ended_line(promise: Promise) -> str:
    """`2 kept, 5 min late: ETA to customers`."""
    ended = promise.ended_at or promise.due_at
    late = ended - promise.due_at
    how = ENDED[promise.state]
    if promise.state == PromiseState.KEPT:
        how += f", {duration(late)} late" if late >= timedelta(minutes=1) else " in time"
    whom = f" to {promise.to_whom}" if promise.to_whom else ""
    because = f" – {promise.reason}" if promise.reason else ""
    return f"{promise.number} {how}: {in_line(promise.text, 200)}{whom}{because}"
