"""What is measured inside the bot's own process: ticks, exports, reading back, odd input. Times are of this machine."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import col, func, select

from bot import door
from bot.listeners import Listeners
from bot.practice.state import posting
from bot.practice.state.channels import Channel
from bot.shapes import Malformed, reading, well_formed
from bot.slack_messages import heard_event
from storage.models import Incident, Message, Reminder
from tests.soak.payloads import genuine_ones, spoilt
from tests.stage import Stage, open_stage
from workflows import record, reminders
from workflows.export import FORMATS

OPEN_INCIDENTS = 10_000
DUE = 1_000
SAID = 10_000
PAYLOADS = 100_000
WHOLE_WAY = 50  # one of so many goes through the database


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: `kept` is whether the budget was, `None` where there is none."""

    what: str
    figure: str
    budget: str = ""
    kept: bool | None = None


@asynccontextmanager
async def fresh_stage() -> AsyncIterator[Stage]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_stage(Path(folder)) as stage:
            yield stage


async def everything() -> list[Row]:
    """One stage after the other, so that they do not disturb each other."""
    rows: list[Row] = []
    for part in (burst_of_declares, burst_within_tiers, ticks, export_and_reading_back, odd_input):
        async with fresh_stage() as stage:
            rows += await part(stage)
    return rows


async def burst_of_declares(stage: Stage) -> list[Row]:
    """Twenty people declare at once, as many as Slack lets create channels in a minute."""
    return await burst(stage, "20 declares at once")


async def burst_within_tiers(stage: Stage) -> list[Row]:
    """The same while Slack refuses what is beyond its tiers."""
    stage.workspace.faults.enforce_tiers()
    return await burst(stage, "20 declares at once, Slack's tiers on")


async def burst(stage: Stage, what: str) -> list[Row]:
    began = time.perf_counter()
    lines = [f"/incident declare sev1 {word * 3} is down" for word in words(20)]
    waits = await asyncio.gather(*(timed(stage.anna.types(line)) for line in lines))
    await stage.workspace.until(lambda: sum(bool(one.pinned) for one in stage.workspace.channels) == 20, timeout=60)
    took = time.perf_counter() - began
    return [
        Row(what=f"{what}: the slowest answer", figure=ms(max(waits)), budget="≤ 3 s", kept=max(waits) < 3),
        Row(what=f"{what}: all 20 cards pinned", figure=f"{took:.1f} s"),
    ]


def words(count: int) -> list[str]:
    return [f"{first}{second}" for first in ("ba", "ce", "di", "fo") for second in ("lan", "mer", "nip", "rok", "sul")][
        :count
    ]


async def timed(work: Any) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def ticks(stage: Stage) -> list[Row]:
    """Ten thousand open incidents: a tick with nothing due, then one with a thousand due while somebody types."""
    channel = await stage.declare()
    await incidents_on_record(stage)
    services, before = stage.app.services, time.process_time()
    for _ in range(50):
        await stage.app.runner.tick()
        await reminders.tick(services)
    idle = (time.process_time() - before) / 50
    alone = [await timed(stage.anna.types("/incident note alone", in_=channel)) for _ in range(20)]
    async with services.database.write() as session:
        due = (await session.exec(select(Reminder).order_by(col(Reminder.id).desc()).limit(DUE))).all()
        for reminder in due:
            reminder.due_at = stage.clock.now()
    tick = asyncio.create_task(timed(reminders.tick(services)))
    waits = []
    while not tick.done():
        waits.append(await timed(stage.anna.types("/incident note meanwhile", in_=channel)))
    slowest, usual = max(waits), sorted(alone)[len(alone) // 2]
    return [
        Row(what="idle tick, 10,000 open incidents, CPU", figure=ms(idle), budget="≤ 5 ms", kept=idle <= 0.005),
        Row(what="1,000 nags due at once: the tick", figure=f"{tick.result():.2f} s"),
        Row(what="answer to a stored note, nothing due", figure=ms(usual)),
        Row(what="slowest answer while 1,000 are due", figure=ms(slowest), budget="≤ 500 ms", kept=slowest <= 0.5),
    ]


async def incidents_on_record(stage: Stage) -> None:
    now = stage.clock.now()
    common: dict[str, Any] = {"title": "Load", "severity": "SEV1", "declared_by": "U1", "declared_at": now}
    made = [Incident(press=f"load {n}", channel_name=f"load-{n}", **common) for n in range(OPEN_INCIDENTS)]
    async with stage.app.services.database.write() as session:
        session.add_all(made)
    later = now.replace(year=now.year + 1)
    async with stage.app.services.database.write() as session:
        session.add_all(
            Reminder(incident_id=one.key, kind="update", subject=str(one.id), due_at=later, since=now) for one in made
        )


async def export_and_reading_back(stage: Stage) -> list[Row]:
    """Ten thousand messages said while nobody listened: read back from Slack, then exported."""
    channel = await stage.declare()
    await stage.stop()
    say(stage, channel)
    began = time.perf_counter()
    await stage.start()
    services, incident_id = stage.app.services, 1
    for _ in range(1000):
        if (kept := await stored(stage)) >= SAID:
            break
        await asyncio.sleep(0.1)
    read_back = time.perf_counter() - began
    async with services.database.read() as session:
        began = time.process_time()
        incident = await session.get(Incident, incident_id)
        assert incident is not None
        whole = await record.read(session, incident)
    content = FORMATS["json"](whole, services.policy)
    as_json = time.process_time() - began
    began = time.process_time()
    FORMATS["md"](whole, services.policy)
    as_markdown = time.process_time() - began
    assert kept >= SAID, kept
    assert len(content) > SAID
    return [
        Row(what="10,000 messages read back from Slack", figure=f"{read_back:.1f} s"),
        Row(what="10,000 messages exported as JSON, CPU", figure=f"{as_json:.2f} s", budget="≤ 1 s", kept=as_json <= 1),
        Row(what="10,000 messages, the Markdown draft, CPU", figure=f"{as_markdown:.2f} s"),
    ]


async def stored(stage: Stage) -> int:
    async with stage.app.services.database.read() as session:
        return (await session.exec(select(func.count()).select_from(Message))).one()


def say(stage: Stage, channel: Channel) -> None:
    """Say it all at once. Slack has given up on the events by the time the bot is back."""
    state = stage.workspace.state
    tell, state.audience = state.audience, lambda _event, _channel: None
    for number in range(SAID):
        posting.post(state, channel, user=stage.anna.id, text=f"Message {number} about the queue")
    state.audience = tell


async def odd_input(stage: Stage) -> list[Row]:
    """Spoilt payloads: all are read or refused, and some of them go the whole way through the listeners."""
    channel = await stage.declare()
    genuine = [
        (name, payload.get("event", payload))
        for name, payloads in (await genuine_ones(stage.workspace, stage.anna, channel)).items()
        for payload in payloads
    ]
    listeners, dice = Listeners(stage.app.services, stage.app.background), random.Random(1)
    failed, began = 0, time.perf_counter()
    for number in range(PAYLOADS):
        name, payload = dice.choice(genuine)
        odd = spoilt(payload, dice)
        try:
            if number % WHOLE_WAY:
                read(name, odd)
            else:
                await dealt_with(listeners, name, odd)
        except Exception:
            failed += 1
    took = time.perf_counter() - began
    await stage.settle()
    alive = "INC-1" in (await stage.anna.types("/incident list") or "")
    return [
        Row(what="100,000 spoilt payloads, 2,000 of them stored or answered", figure=f"{took:.0f} s"),
        Row(what="… of which raised an error", figure=f"{failed}", budget="0", kept=failed == 0 and alive),
    ]


def read(name: str, odd: dict[str, Any]) -> None:
    """What the door makes of it; refusing it is fine."""
    readers = {"/incident": door.slash_request, "block_actions": door.button_press}
    readers |= {"view_submission": door.form_submission, "message_action": door.shortcut}
    with suppress(Malformed):
        if name in readers:
            reading(readers[name], odd)
        elif name == "message":
            heard_event(well_formed(odd))
        else:
            well_formed(odd)


async def dealt_with(listeners: Listeners, name: str, odd: dict[str, Any]) -> None:
    acknowledged = []

    async def ack(**answer: Any) -> None:
        acknowledged.append(answer)

    interactions = {"/incident": listeners.slash, "block_actions": listeners.pressed}
    interactions |= {"view_submission": listeners.submitted, "message_action": listeners.shortcut}
    if name not in interactions:
        await listeners.event(odd, {})
        return
    await interactions[name](ack, odd)
    if not acknowledged:
        raise LookupError("nobody was answered")


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
