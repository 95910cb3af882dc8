"""The scribe in any order: what Slack tells of a message late, twice or backwards gives the same record."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import col, select

from bot.events import EVENTS
from bot.slack import connect
from bot.slack_calls import Calls
from storage import actions, messages
from storage.database import Database
from storage.models import Incident, Message, Person, Reaction, Revision
from storage.writer import Writer
from tests.clock import ManualClock
from tests.record import lay_out
from workflows.policy import default_policy
from workflows.services import Services

Json = dict[str, Any]
CHANNEL = "C1"
BEGAN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECONDS = count(1_780_000_000, 1000)  # each story has a message of its own


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Services]:
    """The record with one incident in it, and nobody to call."""
    url = f"sqlite+aiosqlite:///{folder / 'sitrep.db'}"
    lay_out(folder / "sitrep.db")
    database = Database(url)
    writer = Writer(database)
    async with aiohttp.ClientSession() as session:
        slack = connect(Calls(AsyncWebClient(token="none")), session, {"user_id": "UBOT"})
        services = Services(
            database=database,
            writer=writer,
            slack=slack,
            clock=ManualClock(),
            policy=default_policy(),
            data_folder=folder,
        )
        async with database.write() as rows:
            rows.add(
                Incident(
                    press="p",
                    title="Checkout is failing",
                    severity="SEV1",
                    declared_by="U1",
                    declared_at=BEGAN,
                    channel_name="incident-1",
                    channel_id=CHANNEL,
                )
            )
            for user in ("U1", "U2"):
                rows.add(Person(user_id=user, name=user, seen_at=BEGAN))
        yield services
    await writer.close()
    await database.close()


def story(seconds: int, deeds: Sequence[tuple[str, str]], *, by_app: bool) -> list[Json]:
    """What Slack sends when somebody (or an app) posts a message, and then these things are done to it."""
    now = seconds
    ts = f"{seconds}.900017"
    state: Json = {"type": "message", "ts": ts, "text": "one", "user": "U1", "team": "T1"}
    if by_app:
        state["bot_id"] = "B9"
    events: list[Json] = [{**state, "channel": CHANNEL, "event_ts": ts}]
    for deed, text in deeds:
        now += 2
        at = f"{now}.000200"
        if deed in ("pushpin", "wrench", "un-pushpin", "un-wrench"):
            kind = "reaction_removed" if deed.startswith("un-") else "reaction_added"
            item = {"type": "message", "channel": CHANNEL, "ts": ts}
            name = deed.removeprefix("un-")
            events.append({"type": kind, "user": "U2", "reaction": name, "item": item, "event_ts": at})
            continue
        outer = {"type": "message", "channel": CHANNEL, "ts": at, "event_ts": at, "hidden": True}
        if deed.startswith("delete"):
            gone = {"subtype": "message_deleted", "deleted_ts": ts}
            events.append({**outer, **gone, **({"previous_message": state} if deed == "delete" else {})})
            break
        before, state = state, changed(state, deed, text, now, by_app=by_app)
        events.append({**outer, "subtype": "message_changed", "message": state, "previous_message": before})
    return events


def changed(state: Json, deed: str, text: str, now: int, *, by_app: bool) -> Json:
    if deed == "unfurl":
        return {**state, "attachments": [{"title": text}]}
    if deed == "file":
        return {**state, "files": [{"id": f"F{now}", "name": text}]}
    mark = {} if by_app else {"edited": {"user": "U1", "ts": f"{now}.000000"}}
    return {**state, "text": text, **mark}


async def record_of(services: Services, ts: str) -> Json:
    """All that is on record about a message, without row ids."""
    async with services.database.read() as session:
        message = await messages.get(session, CHANNEL, ts)
        found = (await session.exec(select(Revision).where(Revision.ts == ts).order_by(col(Revision.revised_ts)))).all()
        given_ = (await session.exec(select(Reaction).where(Reaction.ts == ts).order_by(col(Reaction.name)))).all()
        action = await actions.by_source(session, 1, ts)
    standing = action is not None and action.withdrawn_at is None
    return {
        "message": message.model_dump(exclude={"id"}) if message else None,
        "revisions": [(one.revised_ts, one.text) for one in found],
        "reactions": [one.model_dump(exclude={"id"}) for one in given_],
        "follow-up": (action.text, action.owner, action.due) if action is not None and standing else None,
    }


async def tell(services: Services, events: Sequence[Json]) -> None:
    for event in events:
        await EVENTS[event["type"]](event, services)


def moved(events: Sequence[Json], by: int) -> list[Json]:
    """The same events about a message that was written `by` seconds later."""

    def later(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: later(one) for key, one in value.items()}
        if isinstance(value, list):
            return [later(one) for one in value]
        if isinstance(value, str) and value[:2] == "17" and "." in value:
            whole, _, rest = value.partition(".")
            return f"{int(whole) + by}.{rest}"
        return value

    return [later(event) for event in events]


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["edit", "edit", "unfurl", "file", "pushpin", "un-pushpin", "wrench", "un-wrench", "delete", "delete-bare"]
        ),
        st.sampled_from(["one", "two", "<@U2> raise the limit by 2026-12-01", "<@U1> two by friday"]),
    ),
    max_size=6,
)


def test_any_order_and_any_repetition_of_the_events_gives_the_same_record(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opened = desk(tmp_path)
        services = runner.run(opened.__aenter__())

        @settings(max_examples=100, deadline=None)
        @given(deeds=DEEDS, by_app=st.booleans(), data=st.data())
        def check(deeds: list[tuple[str, str]], by_app: bool, data: st.DataObject) -> None:
            seconds = next(SECONDS)
            events = story(seconds, sensible(deeds), by_app=by_app)
            shuffled = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]))
            runner.run(tell(services, events))
            runner.run(tell(services, moved(shuffled, 500)))
            straight = runner.run(record_of(services, f"{seconds}.900017"))
            jumbled = runner.run(record_of(services, f"{seconds + 500}.900017"))
            assert comparable(jumbled, 0) == comparable(straight, 500)

        try:
            check()
        finally:
            runner.run(opened.__aexit__(None, None, None))


def sensible(deeds: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Nobody takes back what they have not given, or gives it twice."""
    standing: set[str] = set()
    kept = []
    for deed, text in deeds:
        name = deed.removeprefix("un-")
        if name in ("pushpin", "wrench"):
            if (name in standing) != deed.startswith("un-"):
                continue
            standing ^= {name}
        kept.append((deed, text))
    return kept


def comparable(record: Json, by: int) -> Json:
    """The record with its times moved on by `by` seconds."""

    def later(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: later(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [later(one) for one in value]
        if isinstance(value, datetime):
            return value.timestamp() + by
        if isinstance(value, str) and value[:2] == "17" and "." in value:
            whole, _, rest = value.partition(".")
            return f"{int(whole) + by}.{rest}"
        return value

    return {key: later(value) for key, value in record.items()}


def test_an_edit_that_arrives_before_its_message_is_one_revision(tmp_path: Path) -> None:
    async def play() -> tuple[Message, list[tuple[str, str]]]:
        async with desk(tmp_path) as services:
            post, edit = story(1_779_000_000, [("edit", "two")], by_app=False)
            await tell(services, [edit, post, edit])
            record = await record_of(services, post["ts"])
            return Message(**record["message"]), record["revisions"]

    message, revisions = asyncio.run(play())
    assert (message.text, message.revisions) == ("two", 1)
    assert revisions == [("1779000000.900017", "one")]
