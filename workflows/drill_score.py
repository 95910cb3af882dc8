"""How a drill went: what was expected, what happened, and a kind word about each. Pure.

It is about the way of working, not about people; whatever fell short is something to make easier.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from storage.models import DrillState, Handoff, HandoffState, Status, Update
from workflows.numbers import longest_silence, start_of
from workflows.overview import severity_of
from workflows.policy import Policy
from workflows.record import Record
from workflows.words import duration

USUAL: Final = timedelta(minutes=5)  # until a role is held, where the policy does not say


class Verdict(StrEnum):
    MET = "met"
    PARTLY = "partly"
    MISSED = "missed"
    NOT_ASKED = "not asked"


SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {Verdict.MET: "✅", Verdict.PARTLY: "🟡", Verdict.MISSED: "🔸", Verdict.NOT_ASKED: "▫️"}
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One thing looked at. `word` is a sentence for the people who were there; empty where nothing was asked."""

    name: str
    verdict: Verdict
    expected: str
    happened: str
    word: str

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": str(self.verdict)}


def score(record: Record, policy: Policy) -> list[Mark]:
    """Everything that is looked at, in the order in which it comes up."""
    looks: Sequence[Callable[[Record, Policy], Mark]] = (
        declared,
        command,
        first_update,
        cadence,
        roles,
        handoff,
        postmortem,
    )
    return [look(record, policy) for look in looks]


def declared(record: Record, policy: Policy) -> Mark:
    """How soon somebody said that it is one. What a scenario declares is declared at once."""
    incident = record.incident
    within = severity_of(incident, policy).respond_within
    took = max(incident.declared_at - start_of(incident), timedelta(0))
    if within is None or took <= within:
        verdict, word = Verdict.MET, "Better one declaration too many than one too late."
    else:
        verdict, word = Verdict.PARTLY, "Declaring feels big; it is not. What would make it easier to do it sooner?"
    expected = f"within {duration(within)} of its beginning" if within else "as soon as somebody suspects it"
    happened = f"after {duration(took)}" if took else "at once"
    return Mark(
        name="Declared", verdict=verdict, expected=expected, happened=f"{happened}, as {level(record)}", word=word
    )


def level(record: Record) -> str:
    return record.severities[0][1] if record.severities else record.incident.severity


def command(record: Record, policy: Policy) -> Mark:
    """How soon somebody commanded."""
    limit = soon(policy)
    taken = first_held(record, "ic")
    if taken is None and over_within(record, limit):
        return not_asked("Command", "over before somebody had to take it", expected=f"within {duration(limit)}")
    if taken is None:
        verdict, happened = Verdict.MISSED, "nobody took command"
        word = "Without one voice everybody decides a little. Next time the first to notice may just take it."
    else:
        took = since_begin(record, taken)
        happened = f"after {duration(took)}" if took else "from the first moment"
        verdict = Verdict.MET if took <= limit else Verdict.PARTLY
        word = (
            "Everybody knew whom to turn to."
            if verdict == Verdict.MET
            else "It came, a little late. Who is it by default when nobody is sure?"
        )
    return Mark(name="Command", verdict=verdict, expected=f"within {duration(limit)}", happened=happened, word=word)


def first_update(record: Record, policy: Policy) -> Mark:
    """How soon people heard how it stands."""
    every = severity_of(record.incident, policy).update_every
    first = next((update.at for update in record.updates), None)
    if every is None:
        return not_asked("First update", f"none at {record.incident.severity}")
    expected = f"within {duration(every)}"
    if first is not None:
        took = since_begin(record, first)
        if took <= every:
            word = "Those outside could stop asking."
            return Mark(
                name="First update",
                verdict=Verdict.MET,
                expected=expected,
                happened=f"after {duration(took)}",
                word=word,
            )
        word = "The first one is the hardest: “we are looking at it” is enough."
        return Mark(
            name="First update",
            verdict=Verdict.PARTLY,
            expected=expected,
            happened=f"after {duration(took)}",
            word=word,
        )
    if over_within(record, every):
        return not_asked("First update", "over before one was due", expected=expected)
    word = "“We are looking at it” is an update. Who could have said it while the others worked?"
    return Mark(name="First update", verdict=Verdict.MISSED, expected=expected, happened="there was none", word=word)


def cadence(record: Record, policy: Policy) -> Mark:
    """Whether updates kept coming."""
    every = severity_of(record.incident, policy).update_every
    if every is None:
        return not_asked("Cadence", f"none at {record.incident.severity}")
    expected = f"every {duration(every)}"
    due = [update for update in record.updates if update.due_at is not None]
    late = missed_at_the_end(record)
    if not due and not late:
        return not_asked("Cadence", "over before an update was due", expected=expected)
    on_time, count = sum(1 for update in due if in_time(update)), len(due) + late
    silence = longest_silence(record)
    quiet = f", longest silence {duration(silence.length)}" if silence is not None and silence.length else ""
    happened = f"{on_time} of {count} on time{quiet}"
    if on_time == count:
        verdict, word = Verdict.MET, "Nobody had to ask how it stands. Keep that."
    elif on_time * 2 >= count:
        verdict, word = Verdict.PARTLY, "Mostly there. A person whose only job is to tell makes the rest easy."
    else:
        verdict, word = Verdict.MISSED, "Solving ate the telling, as it does. Somebody for `comms` early on would help."
    return Mark(name="Cadence", verdict=verdict, expected=expected, happened=happened, word=word)


def in_time(update: Update) -> bool:
    return update.due_at is not None and update.at <= update.due_at


def missed_at_the_end(record: Record) -> int:
    """1 when an update was due, and the drill ended without it."""
    ended = record.incident.resolved_at or record.incident.closed_at
    next_due = record.updates[-1].next_due_at if record.updates else None
    return int(ended is not None and next_due is not None and ended > next_due)


def roles(record: Record, policy: Policy) -> Mark:
    """Whether everybody whom the severity asks for was there, and how soon."""
    limit, severity = soon(policy), severity_of(record.incident, policy)
    taken = {role: first_held(record, role) for role in severity.roles}
    if not taken:
        return not_asked("Roles", f"none at {severity.level}")
    free = [role for role, at in taken.items() if at is None]
    times = [since_begin(record, at) for at in taken.values() if at is not None]
    expected = f"{', '.join(severity.roles)} within {duration(limit)}"
    if free and over_within(record, limit):
        return not_asked("Roles", "over before they had to be held", expected=expected)
    if not free:
        last = max(times)
        happened = f"all held after {duration(last)}" if last else "all held from the first moment"
        verdict = Verdict.MET if last <= limit else Verdict.PARTLY
    else:
        happened = f"free to the end: {', '.join(free)}"
        verdict = Verdict.PARTLY if times else Verdict.MISSED
    word = {
        Verdict.MET: "Work that has a name gets done.",
        Verdict.PARTLY: "Some hats lay around for a while. Asking one person by name works better than asking all.",
        Verdict.MISSED: "Nobody picked up a hat. The buttons on the card are the quickest way to take one.",
    }[verdict]
    return Mark(name="Roles", verdict=verdict, expected=expected, happened=happened, word=word)


def handoff(record: Record, policy: Policy) -> Mark:
    """Whether command was passed on so that the next could go on."""
    wanted = record.drill is not None and record.drill.expects_handoff
    limit = policy.handoff_answer_within
    expected = f"one, answered within {duration(limit)}" if wanted else f"any to be answered within {duration(limit)}"
    done = next((one for one in record.handoffs if one.state == HandoffState.ACCEPTED), None)
    if done is not None:
        return accepted(done, expected, limit)
    if not wanted and not record.handoffs:
        return not_asked("Handoff", "none was needed", expected=expected)
    happened = "offered, not accepted" if record.handoffs else "there was none"
    verdict = Verdict.PARTLY if record.handoffs else Verdict.MISSED
    word = "Staying too long is how good people make mistakes. `/incident handoff @who` writes the briefing for you."
    return Mark(name="Handoff", verdict=verdict, expected=expected, happened=happened, word=word)


def accepted(done: Handoff, expected: str, limit: timedelta) -> Mark:
    took = (done.answered_at or done.proposed_at) - done.proposed_at
    verdict = Verdict.MET if took <= limit else Verdict.PARTLY
    word = "Nothing was lost between two people." if verdict == Verdict.MET else "It worked; it took its time."
    happened = f"accepted after {duration(took)}" if took else "accepted at once"
    return Mark(name="Handoff", verdict=verdict, expected=expected, happened=happened, word=word)


def postmortem(record: Record, policy: Policy) -> Mark:
    """Whether something is learned from it."""
    expected = "closed, with something to improve noted"
    if record.drill is not None and record.drill.state == DrillState.ABORTED:
        return not_asked("Postmortem", "aborted, with the reason on record", expected=expected)
    if record.incident.status != Status.CLOSED:
        word = "The best half hour of a drill is the one after it. `/incident close` writes the draft."
        return Mark(name="Postmortem", verdict=Verdict.MISSED, expected=expected, happened="not closed", word=word)
    count = len(record.actions)
    if count:
        word = "A drill that changes something was worth its time."
        things = f"{count} thing{'' if count == 1 else 's'}"
        happened = f"closed, {things} noted"
        return Mark(name="Postmortem", verdict=Verdict.MET, expected=expected, happened=happened, word=word)
    word = "Even one small thing to make easier is a result: `/incident action @who … by friday`."
    return Mark(
        name="Postmortem", verdict=Verdict.PARTLY, expected=expected, happened="closed, nothing noted", word=word
    )


def not_asked(name: str, happened: str, *, expected: str = "nothing") -> Mark:
    return Mark(name=name, verdict=Verdict.NOT_ASKED, expected=expected, happened=happened, word="")


def soon(policy: Policy) -> timedelta:
    return policy.empty_role[0] if policy.empty_role else USUAL


def first_held(record: Record, role: str) -> datetime | None:
    return min((held.began_at for held in record.roles if held.role == role), default=None)


def since_begin(record: Record, at: datetime) -> timedelta:
    """Since the declaration; never negative."""
    return max(at - record.incident.declared_at, timedelta(0))


def over_within(record: Record, limit: timedelta) -> bool:
    """Whether it ended before this could be expected."""
    ended = record.incident.resolved_at or record.incident.closed_at
    return ended is not None and since_begin(record, ended) <= limit
