"""Every workflow of the product as a short story that can be told again: what leads to it, and the deed itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from _pytest.mark.structures import ParameterSet

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace
from tests.bot_process import Town
from tests.front_door.test_close import GIVEN
from tests.stage import Stage

NAME = "incident-2026-11-21-checkout-is-failing"
LINE = "/incident declare sev1 Checkout is failing with @bilal"
Place = Town | Stage
Deed = Callable[[Place], Awaitable[object]]


async def nothing(place: Place) -> None:
    """Nothing leads to it."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """`deed` is repeated by the person when Slack says that it got no answer; `begin` comes to rest before it.

    `waits` is what people see when something has begun that only time, or an event sent again, brings about.
    """

    deed: Deed
    begin: Deed = nothing
    waits: Callable[[Workspace], object] | None = None
    time_goes_by: bool = False  # what a restarted bot owes is due a little later, and the clock stands still


def incident(place: Place) -> Channel:
    """The one incident's channel, whatever it is called by now."""
    return next(one for one in place.workspace.channels if one.name.startswith("incident-"))


def types(words: str, *, by: str = "anna") -> Deed:
    async def deed(place: Place) -> None:
        who: Person = getattr(place, by)
        await who.types(f"/incident {words}", in_=incident(place))

    return deed


def presses(label: str, *, by: str = "anna", saying: str = "") -> Deed:
    """Press the newest button of that name in the incident's channel."""

    async def deed(place: Place) -> None:
        who: Person = getattr(place, by)
        lines = [one for one in incident(place).messages if label in one.buttons and saying in one.shown]
        if lines:  # what has been answered has no button any more
            await who.presses(label, on=lines[-1])

    return deed


async def declare(place: Place) -> None:
    await place.anna.types(LINE, in_="general")


async def maybe(place: Place) -> None:
    """Something that may be an incident."""
    await place.anna.types(f"{LINE} --triage", in_="general")
    await place.settle()


async def practises(place: Place) -> None:
    """The same as a drill."""
    await place.anna.types(f"{LINE} --drill", in_="general")


async def drill(place: Place) -> None:
    """A drill of a scenario whose first inject comes at once, and is waited for."""
    await place.anna.types("/incident drill bad-deploy @bilal", in_="general")
    await place.workspace.until(lambda: time_shows("Inject 1 of")(place.workspace))
    await place.settle()


async def twice(place: Place) -> None:
    """The same incident, declared by two people."""
    await declare(place)
    await place.settle()
    await place.chen.types("/incident declare sev0 Payments are down", in_="general")
    await place.settle()


async def twice_with_work(place: Place) -> None:
    """… and something is left to do and promised in the one that ends."""
    await twice(place)
    for line in ("action @bilal raise the pool limit by 2026-12-01", "promise ETA in 40 min to customers"):
        await types(line)(place)
        await place.settle()


async def merged(place: Place) -> None:
    await twice_with_work(place)
    await types("merge INC-2")(place)
    await place.settle()


async def opens_home(place: Place) -> None:
    await place.anna.opens_home()


async def marks(place: Place) -> None:
    await place.anna.reacts("wrench", to=next(one for one in incident(place).messages if "pool" in one.shown))


async def talk(place: Place) -> None:
    await place.bilal.says("Raise the pool limit by 2026-12-01", in_=incident(place))


async def says_it(place: Place) -> None:
    """Somebody says, where the bot reads along, what an incident is declared from."""
    await place.dora.invites(place.workspace.bot_user_id, "general")
    await place.chen.says("Search is slow since noon", in_="general")


async def opens_declare_form(place: Place) -> None:
    await says_it(place)
    await place.dora.uses("Declare from message", on=place.workspace.channel("general").messages[-1])


async def submit_declare(place: Place) -> None:
    if place.dora.modal is not None and place.dora.modal.submit:
        await place.dora.submits({})


async def mentions_number(place: Place) -> None:
    await place.dora.says("Is that INC-1?", in_="general")


def says(words: str) -> Deed:
    async def deed(place: Place) -> None:
        await place.anna.says(words, in_=incident(place))

    return deed


async def submit_close(place: Place) -> None:
    if place.anna.modal is not None:
        await place.anna.submits(GIVEN)


async def submit_snooze(place: Place) -> None:
    if place.anna.modal is not None:
        await place.anna.submits({"Why can the update wait?": "The rollback takes ten minutes"})


async def submit_comms(place: Place) -> None:
    if place.anna.modal is not None:
        await place.anna.submits({"Update": "Rolled back, watching it", "Where": "#incidents"})


async def submit_copy(place: Place) -> None:
    """A text that is longer than comfortable."""
    if place.anna.modal is not None:
        await place.anna.submits({"Customer email, in full": "We are sorry. " * 60, "Where": "Copy it"})


async def submit_update(place: Place) -> None:
    if place.anna.modal is not None:
        await place.anna.submits({"What changed?": "Rolled back"})


def passes(**units: float) -> Deed:
    """Time goes by."""

    async def deed(place: Place) -> None:
        place.clock.advance(**units)

    return deed


def passes_until(seen: str, **units: float) -> Deed:
    """Time goes by until this is to be read."""

    async def deed(place: Place) -> None:
        place.clock.advance(**units)
        await place.workspace.until(lambda: time_shows(seen)(place.workspace))

    return deed


async def joins_late(place: Place) -> None:
    """Somebody is brought in who was not there from the beginning."""
    if place.chen.id not in incident(place).members:
        await place.anna.invites(place.chen, incident(place))


def direct_shows(seen: str) -> Callable[[Workspace], object]:
    """Whether this is to be read in any direct conversation."""

    def shown(workspace: Workspace) -> bool:
        directs = [channel for channel in workspace.state.channels.values() if channel not in workspace.channels]
        return any(seen in one.shown for channel in directs for one in channel.messages)

    return shown


def after(*deeds: Deed) -> Deed:
    """Declared, then these one after the other, each to its end."""

    async def begin(place: Place) -> None:
        await declare(place)
        await place.settle()
        for deed in deeds:
            await deed(place)
            await place.settle()

    return begin


def asked(workspace: Workspace) -> list[str]:
    """The lines that ask for an update."""
    return [
        one.shown for channel in workspace.channels for one in channel.messages if one.shown.startswith("No update for")
    ]


def time_shows(seen: str) -> Callable[[Workspace], object]:
    """Whether this is to be read anywhere."""

    def shown(workspace: Workspace) -> bool:
        return any(seen in one.shown for channel in workspace.channels for one in channel.messages)

    return shown


def thread_shows(seen: str) -> Callable[[Workspace], object]:
    """Whether this is to be read in any thread."""

    def shown(workspace: Workspace) -> bool:
        lines = [one for channel in workspace.channels for one in channel.messages]
        return any(seen in reply.shown for line in lines for reply in line.replies)

    return shown


async def nagged(place: Place) -> None:
    place.clock.advance(minutes=30)
    await place.workspace.until(lambda: asked(place.workspace))


async def nagged_outside(place: Place) -> None:
    place.clock.advance(minutes=50)
    await place.workspace.until(lambda: time_shows("no update since")(place.workspace))


STORIES: dict[str, Story] = {
    "declare": Story(deed=declare),
    "update": Story(begin=after(), deed=types("update Rolled back")),
    "update-form": Story(begin=after(presses("Post update")), deed=submit_update),
    "severity": Story(begin=after(), deed=types("severity sev0 everything is down")),
    "lower": Story(begin=after(), deed=types("severity sev2 because one region only")),
    "triage-accept": Story(begin=maybe, deed=presses("Accept as incident")),
    "triage-decline": Story(begin=maybe, deed=types("triage decline it was the load test")),
    "cancel": Story(begin=after(), deed=types("cancel it was the load test")),
    "merge": Story(begin=twice_with_work, deed=types("merge INC-2")),
    "unmerge": Story(begin=merged, deed=types("reopen another cause")),
    "times": Story(begin=after(), deed=types("times began 02:50")),
    "identified": Story(begin=after(), deed=types("identified a bad deploy")),
    "mitigated": Story(begin=after(), deed=types("mitigated rolled back")),
    "resolved": Story(begin=after(), deed=types("resolved rolled back")),
    "reopen": Story(begin=after(types("resolved rolled back")), deed=types("reopen it is back")),
    "rename": Story(begin=after(), deed=types("rename Checkout is down")),
    "note": Story(begin=after(), deed=types("note 02:55 the alarm came")),
    "action": Story(begin=after(), deed=types("action @bilal raise the pool limit by 2026-12-01")),
    "follow-up": Story(begin=after(talk), deed=marks, waits=thread_shows("Follow-up 1")),
    "overdue": Story(
        begin=after(types("action @bilal restart the workers in 20 min")),
        deed=passes(minutes=21),
        waits=thread_shows("was due"),
    ),
    "convert": Story(begin=after(talk, marks), deed=types("action 1 now")),
    "runbook": Story(begin=after(), deed=types("runbook start ddos")),
    "tick": Story(begin=after(types("runbook start ddos")), deed=presses("Done", saying="steps done")),
    "hint": Story(begin=after(), deed=passes(minutes=11), waits=direct_shows("nobody has noted a mitigation yet")),
    "role": Story(begin=after(), deed=types("role comms @chen")),
    "hide": Story(begin=after(), deed=types("access private")),
    "security": Story(begin=after(), deed=types("security mails were read")),
    "asked-again": Story(
        begin=after(types("security mails were read")),
        deed=passes(minutes=61),
        waits=direct_shows("Nobody has answered yet"),
    ),
    "let-in": Story(begin=after(types("access private")), deed=types("access add @chen")),
    "shut-out": Story(
        begin=after(types("access private"), types("access add @chen")), deed=types("access remove @chen")
    ),
    "offer": Story(begin=after(), deed=types("handoff @chen the pool is still too small")),
    "accept": Story(begin=after(types("handoff @bilal")), deed=presses("Accept", by="bilal")),
    "decline": Story(begin=after(types("handoff @bilal")), deed=presses("Decline", by="bilal")),
    "withdraw": Story(begin=after(types("handoff @bilal")), deed=presses("Withdraw")),
    "escalate": Story(begin=after(), deed=types("escalate @chen the pool is too small")),
    "coming": Story(begin=after(types("escalate @chen")), deed=presses("On my way", by="bilal")),
    "no-progress": Story(begin=after(), deed=passes(minutes=30), waits=time_shows("No progress for")),
    "nobody-comes": Story(
        begin=after(types("escalate @chen")), deed=passes(minutes=6), waits=time_shows("nobody is left to call")
    ),
    "expire": Story(
        begin=after(types("handoff @bilal")), deed=passes(minutes=6), waits=time_shows("did not answer by")
    ),
    "nag": Story(begin=after(), deed=passes(minutes=30), waits=asked),
    "climb": Story(begin=after(nagged), deed=passes(minutes=15), waits=time_shows("no update since")),
    "answer": Story(begin=after(nagged_outside), deed=types("update Rolled back")),
    "nothing-new": Story(begin=after(nagged), deed=presses("Nothing new", saying="No update")),
    "snooze": Story(begin=after(nagged, presses("Snooze")), deed=submit_snooze),
    "close": Story(
        begin=after(talk, types("resolved rolled back"), passes(minutes=31), presses("Close")), deed=submit_close
    ),
    "comms": Story(begin=after(types("comms update")), deed=submit_comms),
    "copy": Story(begin=after(types("comms details")), deed=submit_copy),
    "email": Story(begin=after(), deed=passes(minutes=40), waits=time_shows("A first email to customers")),
    "no-email": Story(begin=after(passes_until("A first email", minutes=40)), deed=presses("No customer is affected")),
    "promise": Story(begin=after(), deed=types("promise ETA in 40 min to customers")),
    "promise-asked": Story(
        begin=after(types("promise ETA in 28 min to customers")),
        deed=passes(minutes=14),
        waits=time_shows("Will it hold?"),
    ),
    "promise-kept": Story(
        begin=after(types("promise ETA in 28 min to customers"), passes_until("Will it hold?", minutes=14)),
        deed=presses("Kept"),
    ),
    "clocks": Story(begin=after(), deed=types("clocks start gdpr, in-certin 23:10")),
    "clock-due": Story(
        begin=after(types("clocks start in-certin 23:10")), deed=passes(minutes=11), waits=time_shows("INC-1, CERT-In")
    ),
    "clock-sent": Story(
        begin=after(types("clocks start in-certin 23:10"), passes_until("INC-1, CERT-In", minutes=11)),
        deed=types("clocks submitted in-certin 3:50 ref 4711"),
    ),
    "call": Story(begin=after(), deed=types("call https://meet.example.com/x")),
    "vacancy": Story(begin=after(), deed=passes(minutes=10), waits=time_shows("asks for it")),
    "vacancy-taken": Story(
        begin=after(passes_until("asks for it", minutes=10)),
        deed=presses("I'll take subject-matter expert", saying="asks for it"),
    ),
    "two-hats": Story(begin=after(), deed=types("role take ops"), waits=direct_shows("whole person")),
    "catchup": Story(begin=after(passes(minutes=10)), deed=joins_late, waits=direct_shows("You alone see this")),
    "home": Story(begin=after(), deed=opens_home, time_goes_by=True),
    "mention": Story(begin=after(), deed=says("@sitrep"), waits=thread_shows("Say it as you would type it")),
    "say": Story(begin=after(), deed=says("@sitrep update Rolled back"), waits=time_shows("[UPDATE")),
    "unfurl": Story(begin=after(says_it), deed=mentions_number, waits=thread_shows("Checkout is failing")),
    "drill": Story(deed=practises),
    "inject": Story(begin=drill, deed=passes(minutes=3), waits=time_shows("Inject 2 of")),
    "drill-abort": Story(begin=drill, deed=types("drill abort anything unusual")),
    "declare-from-message": Story(
        begin=opens_declare_form, deed=submit_declare, waits=thread_shows("was declared from this")
    ),
}


def every_story(*, ordinary: Sequence[str]) -> list[ParameterSet]:
    """The names of all stories as parameters; those that are not `ordinary` belong to the exhaustive suites."""
    return [pytest.param(name, marks=() if name in ordinary else pytest.mark.exhaustive) for name in STORIES]
