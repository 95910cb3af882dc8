"""Every form keeps what was typed: one of its fields is wrong, it says which and what would work, and loses nothing."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sqlmodel import SQLModel

import commands
from bot.practice.driver.modal import ModalSeen
from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.stage import Stage, open_stage
from workflows.policy import Escalation, Service, default_policy

ENCODED: Final = re.compile(r"<[@#!][^>]*>|&(?:amp|lt|gt);")
CACHES: Final = ("person",)  # tables that change when somebody is only looked at


@dataclass(frozen=True, kw_only=True)
class Night:
    """One incident after another in one workspace; `channel` is that of the newest."""

    stage: Stage
    channels: list[Channel] = field(default_factory=list)

    @property
    def channel(self) -> Channel:
        return self.channels[-1]

    async def declare(self, text: str) -> None:
        self.channels.append(await self.stage.declare(text))

    async def types(self, line: str) -> None:
        await self.stage.anna.types(f"/incident {line}", in_=self.channel)
        await self.stage.settle()

    async def presses(self, label: str) -> None:
        await self.stage.anna.presses(label, in_=self.channel)


Opens = Callable[[Night], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Form:
    """`typed` fills every field, one of them such that `refused` is said below the field `wrong`; `right` puts it
    right, and then people read `then`. A form that takes whatever is typed has no `wrong`."""

    opens: Opens
    typed: Mapping[str, Any]
    then: str
    wrong: str = ""
    refused: str = ""
    right: Mapping[str, Any] = field(default_factory=dict)
    look: str = ""


def typing(line: str) -> Opens:
    return lambda night: night.types(line)


def pressing(label: str, *, after: str = "", minutes: int = 0) -> Opens:
    """A button of the newest incident's channel, after a command and some time."""

    async def opens(night: Night) -> None:
        if after:
            await night.types(after)
        if minutes:
            await night.stage.pass_time(minutes=minutes)
        await night.presses(label)

    return opens


async def triage(night: Night) -> None:
    await night.declare("--triage sev2 Odd graphs")
    await night.presses("Decline")


async def none_left(night: Night) -> None:
    """The questions of the classifier, answered with No."""
    anna = night.stage.anna
    await night.types("classify")
    for _ in range(9):
        assert anna.modal is not None
        if anna.modal.labels == ["Why?"]:
            return
        await anna.submits({anna.modal.labels[0]: "No"})
    raise AssertionError("the questions do not come to an end")


async def drill(night: Night) -> None:
    """Begun by the form before."""
    await night.stage.settle()
    night.channels.append(next(one for one in night.stage.workspace.channels if "drill" in one.name))
    await night.types("drill abort")


async def another(night: Night) -> None:
    await night.declare("sev3 Something & nothing")
    await night.types("cancel")


async def closing(night: Night) -> None:
    night.channels.append(night.channels[0])
    await night.types("resolved R&D replaced it")
    await night.presses("Close")


FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "declare": (
        Form(
            opens=typing("declare"),
            typed={
                "What is failing?": "R&D <b> is failing",
                "Severity": "SEV1",
                "Summary": "since <the> deploy & before",
                "Customer impact": "1 & 2 fail",
                "Affected service": "Checkout",
                "Incident commander": "anna",
                "What kind?": ["Maybe an incident (triage)"],
                "When did it begin?": "3:50",
                "When did it end?": "3:40",
            },
            wrong="When did it end?",
            refused="It ends after it began: say both times, the earlier one first.",
            right={"When did it end?": "", "What kind?": []},
            then="INC-1 · R&D <b> is failing",
        ),
    ),
    "update": (
        Form(
            opens=pressing("Post update"),
            typed={
                "What changed?": "Rolled R&D <back>",
                "Customer impact now": "less & less",
                "Next step": "watch <it>",
                "Next update in": "30 minutes",
                "Promised outside": "a fix & a report",
                "… until when?": "yesterday",
                "… to whom?": "R&D",
            },
            wrong="… until when?",
            refused="“yesterday” is not a time to come (yours are in Europe/Berlin).",
            right={"… until when?": "5:20"},
            then="Promised outside: a fix & a report by 04:20 UTC to R&D",
        ),
    ),
    "severity": (
        Form(
            opens=pressing("Severity"),
            typed={"Severity": "SEV2", "Why?": ""},
            wrong="Why?",
            refused="A few words, please: at SEV2 fewer people will look.",
            right={"Why?": "only R&D <b>"},
            then="only R&D <b>",
            look="timeline",
        ),
    ),
    "classify": (
        Form(
            opens=none_left,
            typed={"Why?": ""},
            wrong="Why?",
            refused="A few words, please: at SEV3 fewer people will look.",
            right={"Why?": "no & no"},
            then="no & no",
            look="timeline",
        ),
    ),
    "times": (
        Form(
            opens=pressing("Put right", after="times"),
            typed={"Impact began": "3:20", "Detected": "3:10", "Acknowledged": "4:00"},
            wrong="Detected",
            refused="“Detected” (2026-11-21 02:10 UTC) cannot be before “Impact began” (2026-11-21 02:20 UTC).",
            right={"Detected": "3:30"},
            then="Detected: 2026-11-21 at 02:30 UTC",
            look="times",
        ),
    ),
    "escalate": (
        Form(
            opens=typing("escalate"),
            typed={"Person": "", "Or a group or service": "", "What do you need?": "somebody who knows R&D"},
            wrong="Person",
            refused="Choose a person, or somebody from the list.",
            right={"Person": "chen"},
            then="somebody who knows R&D",
        ),
    ),
    "handoff": (
        Form(
            opens=pressing("Hand over"),
            typed={"Who takes over?": "anna", "A note for them": "R&D <b> knows"},
            wrong="Who takes over?",
            refused="You are incident commander already. Name the person who takes over.",
            right={"Who takes over?": "bilal"},
            then="R&D <b> knows",
        ),
    ),
    "comms": (
        Form(
            opens=pressing("First notice", after="comms"),
            typed={
                "First notice": "R&D <b> is [what it is]",
                "Where": "Another channel",
                "Another channel": "general",
                "For whom": "R&D & all",
                "This keeps a promise": "1. a fix & a report",
                "If something is still in [brackets]": "Stop and show me",
            },
            wrong="First notice",
            refused="Still to fill in: [what it is]. Write it, take it out, or choose “Send it as it is” below.",
            right={"First notice": "R&D <b> is slow", "Where": "This incident's channel"},
            then="R&D <b> is slow",
        ),
    ),
    "clocks_start": (
        Form(
            opens=pressing("Answer", after="clocks"),
            typed={
                "Europe": ["DORA"],
                "When did you become aware?": "25:99",
                "None applies, because …": "",
            },
            wrong="When did you become aware?",
            refused="“25:99” is not a time that has passed. Times are in Europe/Berlin.",
            right={"When did you become aware?": "3:30"},
            then="started counting for DORA",
        ),
    ),
    "clocks_event": (
        Form(
            opens=pressing("Correct aware", after="clocks"),
            typed={"When?": "soon", "Why is it corrected?": "R&D saw <it>"},
            wrong="When?",
            refused="As now, 13:40, yesterday 22:10, 2026-11-20 22:10, 20 min ago, please, in Europe/Berlin.",
            right={"When?": "3:20"},
            then="R&D saw <it>",
            look="timeline",
        ),
    ),
    "clocks_record": (
        Form(
            opens=pressing("Record initial", after="clocks"),
            typed={
                "What became of it?": "It is not required",
                "When was it sent?": "now",
                "Its reference": "R&D <7>",
                "Or: why is it not required?": "",
            },
            wrong="Or: why is it not required?",
            refused="Why is it not required? It is kept with the incident.",
            right={"Or: why is it not required?": "not major & not <ours>"},
            then="not major & not <ours>",
            look="clocks",
        ),
    ),
    "make_action": (
        Form(
            opens=pressing("New action", after="action"),
            typed={
                "What shall be done?": "ask R&D <b>",
                "Who?": "bilal",
                "Is it needed now?": "After it, as a follow-up",
                "Until when?": "some day",
            },
            wrong="Until when?",
            refused="“some day” is no day that I know. For example 15:30,",
            right={"Until when?": "2026-12-01"},
            then="ask R&D <b>",
            look="action",
        ),
    ),
    "near_miss": (
        Form(
            opens=typing("near-miss"),
            typed={"What almost happened?": "…", "What prevented it?": "R&D <looked>", "Service": "Checkout"},
            wrong="What almost happened?",
            refused="A few words about what almost happened, please.",
            right={"What almost happened?": "The disk of R&D was full"},
            then="NM-1 is on record: The disk of R&D was full – R&D <looked>",
        ),
    ),
    "near_miss_review": (
        Form(
            opens=typing("near-miss review NM-1"),
            typed={"What came of it?": "…"},
            wrong="What came of it?",
            refused="A few words about what came of it, please. “Nothing to change” is an answer.",
            right={"What came of it?": "An alert for R&D <b>"},
            then="An alert for R&D <b>",
            look="near-miss list",
        ),
    ),
    "promise": (
        Form(
            opens=pressing("New time", after="promise call R&D back in 20 min", minutes=5),
            typed={"Until when now?": "<never> & ever"},
            wrong="Until when now?",
            refused="“<never> & ever” is not a time to come (yours are in Europe/Berlin).",
            right={"Until when now?": "in 10 min"},
            then="moved",
            look="timeline",
        ),
        Form(opens=pressing("Missed", minutes=20), typed={"Why, in a few words?": "R&D <b>"}, then="R&D <b>"),
    ),
    "nag_snooze": (
        Form(
            opens=pressing("Snooze", after="severity sev0", minutes=35),
            typed={"Why can the update wait?": "…", "Remind us again in": "10 min"},
            wrong="Why can the update wait?",
            refused="A few words, please: everybody in the channel will read why it is quiet.",
            right={"Why can the update wait?": "R&D <b> rolls back"},
            then="R&D <b> rolls back",
        ),
    ),
    "escalate_no": (
        Form(
            opens=pressing("Not needed"),
            typed={"Why is nobody else needed?": "…"},
            wrong="Why is nobody else needed?",
            refused="A few words, for those who read this later.",
            right={"Why is nobody else needed?": "R&D <b> fixes it"},
            then="Not escalated: R&D <b> fixes it",
        ),
    ),
    "course": (
        Form(
            opens=pressing("Mitigated"),
            typed={"What stopped the impact?": "R&D <b> & more"},
            then="R&D <b> & more",
        ),
    ),
    "close": (
        Form(
            opens=closing,
            typed={"Why can it be closed now?": "…"},
            wrong="Why can it be closed now?",
            refused="A few words about why it can be closed now, please.",
            right={"Why can it be closed now?": "R&D <b> says so"},
            then="R&D <b> says so",
        ),
    ),
    "triage_decline": (
        Form(
            opens=triage,
            typed={"Why is it no incident?": "…"},
            wrong="Why is it no incident?",
            refused="A few words about why it is none, please. They stay on record.",
            right={"Why is it no incident?": "R&D <b> tested"},
            then="R&D <b> tested",
        ),
    ),
    "cancel": (
        Form(
            opens=another,
            typed={"Why is it no incident?": "…"},
            wrong="Why is it no incident?",
            refused="A few words about why it is none, please. They stay on record.",
            right={"Why is it no incident?": "R&D <b> tested again"},
            then="R&D <b> tested again",
        ),
    ),
    "drill": (
        Form(
            opens=typing("drill"),
            typed={"What do you practise?": "A release", "Incident commander": "anna", "How?": ["Private"]},
            then="INC-4",
        ),
    ),
    "drill_abort": (
        Form(
            opens=drill,
            typed={"Why does everybody stop?": "…"},
            wrong="Why does everybody stop?",
            refused="A few words about why everybody stops, please. They stay on record.",
            right={"Why does everybody stop?": "R&D <b> is down"},
            then="R&D <b> is down",
        ),
    ),
}
TAKE_EVERYTHING: Final = ("promise", "course", "drill")  # one of their shapes has nothing that it could refuse


def test_every_form_is_filled_in_here() -> None:
    assert sorted(FORMS) == sorted(commands.FORMS)
    taking = [name for name, forms in FORMS.items() if any(not one.wrong for one in forms)]
    assert taking == list(TAKE_EVERYTHING)


async def test_every_form_says_what_is_wrong_and_keeps_what_was_typed(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await stage.stop()
        stuck = Escalation(when="no-progress", who=("owner",), ask_first=True)
        checkout = Service(name="Checkout", owner=(stage.dora.id,))
        policy = replace(default_policy(), services=(checkout,), escalations=(stuck,))
        stage.settings = replace(stage.settings, policy=policy)
        await stage.start()
        night = Night(stage=stage, channels=[stage.workspace.channel("general")])
        for name, forms in FORMS.items():
            for one in forms:
                await filled_in(night, name, one)


async def filled_in(night: Night, name: str, form: Form) -> None:
    stage, anna = night.stage, night.stage.anna
    await form.opens(night)
    for label, value in form.typed.items():
        await anna.chooses(label, someone(stage, value))
    await stage.settle()
    assert open_form(anna).callback_id == name
    if form.wrong:
        await refused(stage, name, form)
    assert await anna.submits({label: someone(stage, value) for label, value in form.right.items()}) == {}, name
    await stage.settle()
    if name == "declare":
        night.channels[:] = [stage.workspace.channels[-1]]
    if form.look:
        await night.types(form.look)
    assert form.then in seen(anna, night), f"{name}\n{stage.workspace.describe()}"
    if anna.modal is not None:
        await anna.closes(everything=True)


async def refused(stage: Stage, name: str, form: Form) -> None:
    """Below the field that is wrong there is a sentence; the form is as it was, and nothing has happened."""
    before, kept = await record(stage), open_form(stage.anna)
    missing = [label for label in kept.labels if label not in form.typed and not has_boxes(kept.values[label])]
    assert missing == [], f"{name}: a field that nobody fills in"
    problems = await stage.anna.submits()
    assert list(problems) == [form.wrong], f"{name}: {problems}"
    assert problems[form.wrong].startswith(form.refused), problems
    assert not ENCODED.search(problems[form.wrong]), problems
    after = open_form(stage.anna)
    assert (after.view_id, after.values, after.errors) == (kept.view_id, kept.values, problems), name
    await stage.settle()
    assert await record(stage) == before, f"{name}: something was recorded"


def has_boxes(value: Any) -> bool:
    return isinstance(value, list)


def open_form(who: Person) -> ModalSeen:
    assert who.modal is not None, f"no form is open, but {who.ephemerals()[-1].shown if who.ephemerals() else ''}"
    return who.modal


def someone(stage: Stage, value: Any) -> Any:
    """People and channels by name."""
    people = {"anna": stage.anna, "bilal": stage.bilal, "chen": stage.chen}
    if value == "general":
        return stage.workspace.channel("general").id
    return people.get(value, value) if isinstance(value, str) else value


async def record(stage: Stage) -> dict[str, list[str]]:
    """All that is stored, table by table."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in CACHES]
    async with stage.app.services.database.read() as session:
        connection = await session.connection()
        return {table.name: [str(row) for row in await connection.execute(table.select())] for table in tables}


def seen(who: Person, night: Night) -> str:
    """What somebody reads in the incident's channel, in private answers and in an open form."""
    said = [*night.channel.messages, *who.dm.messages, *night.stage.bilal.dm.messages]
    alone = [one.shown for one in who.ephemerals()[-1:]] + ([who.modal.shown] if who.modal else [])
    return "\n".join([*(one.shown for one in said), *alone])
