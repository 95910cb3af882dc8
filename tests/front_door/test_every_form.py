"""Every form keeps what was typed: one of its fields is wrong, it says which and what would work, and loses nothing."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlmodel import SQLModel

import commands
from bot.practice.driver.modal import ModalSeen
from bot.practice.driver.person import Person
from tests.front_door.filling import Form, Night
from tests.front_door.forms import FORMS, TAKE_EVERYTHING
from tests.stage import Stage, open_stage
from workflows.policy import Escalation, Service, default_policy

ENCODED: Final = re.compile(r"<[@#!][^>]*>|&(?:amp|lt|gt);")
CACHES: Final = ("person",)  # tables that change when somebody is only looked at


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
    filled = open_form(anna)
    assert filled.callback_id == name
    missing = [label for label in filled.labels if label not in form.typed and not has_boxes(filled.values[label])]
    assert missing == [], f"{name}: a field that nobody fills in"
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
    await stage.app.ticker.tick()  # what is due by now happens before, not while we compare
    await stage.settle()
    before, kept = await record(stage), open_form(stage.anna)
    problems = await stage.anna.submits()
    assert list(problems) == [form.wrong], f"{name}: {problems}"
    assert problems[form.wrong].startswith(form.refused), problems
    assert not ENCODED.search(problems[form.wrong]), problems
    after = open_form(stage.anna)
    assert (after.view_id, after.values, after.errors) == (kept.view_id, kept.values, problems), name
    await stage.settle()
    assert sorted((await record(stage)) - before) == [], f"{name}: that was recorded"


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


async def record(stage: Stage) -> frozenset[str]:
    """All that is stored, row by row."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in CACHES]
    async with stage.app.services.database.read() as session:
        connection = await session.connection()
        rows = [(table.name, row) for table in tables for row in await connection.execute(table.select())]
    return frozenset(f"{name} {row}" for name, row in rows)


def seen(who: Person, night: Night) -> str:
    """What somebody reads in the incident's channel, in private answers and in an open form."""
    said = [*night.channel.messages, *who.dm.messages, *night.stage.bilal.dm.messages]
    alone = [one.shown for one in who.ephemerals()[-1:]] + ([who.modal.shown] if who.modal else [])
    return "\n".join([*(one.shown for one in said), *alone])
