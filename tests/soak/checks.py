"""The comparison at the end of a soak: what people see, what they did, and what is exported must tell one story."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from bot.config import Settings
from bot.export_cli import find
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Message
from tests.faults.picture import picture
from tests.soak.fleet import Fleet
from tests.soak.life import Deed, Life
from workflows.export import as_json

REFERENCE: Final = re.compile(r"INC-(\d+)")
NEWS: Final = re.compile(r"\[UPDATE[^\]]*\] (\S+)")


async def problems(fleet: Fleet, life: Life) -> list[str]:
    """A sentence for everything that is missing, twice, or contradicts something else."""
    channels = life.channels
    seen = picture(fleet.workspace)
    found = [] if len(set(channels)) == len(channels) else ["two declares ended in one channel"]
    expected = {channel.name for channel in channels}
    found += [
        f"#{name} was declared by nobody" for name in seen if name.startswith("incident-") and name not in expected
    ]
    announced = seen["incidents"]["lines"]
    for channel in channels:
        wrong = [*wrong_in(channel), *wrong_announced(channel, announced)]
        if not wrong:
            record = await exported(fleet, channel)
            deeds = [deed for deed in life.deeds if deed.channel is channel]
            wrong = [*wrong_on_record(record, deeds), *contradictions(channel, record)]
        found += [f"#{channel.name}: {one}" for one in wrong]
    return found


def wrong_in(channel: Channel) -> Iterator[str]:
    """What people see to be missing or doubled, whatever the record says."""
    if len(channel.pinned) != 1:
        yield f"{len(channel.pinned)} pinned messages"
        return
    lines = [message.shown for message in channel.messages if not message.subtype]
    cards = sum(line.startswith(channel.pinned[0].shown.splitlines()[0]) for line in lines)
    if cards != 1:
        yield f"{cards} cards"
    asked = sum(line.startswith("No update for") for line in lines)
    if asked > 1:
        yield f"{asked} reminders at once"
    keys = Counter(key for message in everything_in(channel) if (key := step_of(message)))
    yield from (f"{key} was posted {times} times" for key, times in keys.items() if times > 1)


def everything_in(channel: Channel) -> Iterator[Message]:
    for message in channel.messages:
        yield message
        yield from message.replies


def step_of(message: Message) -> str:
    """The step that posted it, if a step did."""
    return str(((message.metadata or {}).get("event_payload") or {}).get("key") or "")


def wrong_announced(channel: Channel, lines: Sequence[str]) -> Iterator[str]:
    if not any(f"#{channel.name}\n" in f"{line}\n" or f"#{channel.name} " in line for line in lines):
        yield "it was not announced"


async def exported(fleet: Fleet, channel: Channel) -> dict[str, Any]:
    """What `sitrep export` gives for the incident of a channel."""
    number = REFERENCE.search(channel.pinned[0].shown)
    assert number is not None
    settings = Settings.from_env(fleet.env, fleet.folder)
    record: dict[str, Any] = json.loads(as_json(await find(settings, int(number[1]), taken_as="json")))
    return record


def wrong_on_record(record: dict[str, Any], deeds: Iterable[Deed]) -> Iterator[str]:
    """Everything that was answered is there once; what got no answer is not there twice."""
    places = {name: json.dumps(record[name]) for name in ("updates", "actions", "handoffs")}
    places["messages"] = json.dumps([said["text"] for said in record["messages"]])
    places["timeline"] = json.dumps([line["text"] for line in record["timeline"] if line["kind"] != "update"])
    for deed in deeds:
        if deed.where == "closings":  # closing again takes the place of the reason before
            continue
        times = places[deed.where].count(deed.mark)
        if times > 1 or (deed.answered and times < 1):
            yield f"{deed.mark} is {times} times among the {deed.where}"


def contradictions(channel: Channel, record: dict[str, Any]) -> Iterator[str]:
    """Card, topic and posted updates, against the export."""
    incident, card = record["incident"], channel.pinned[0].shown
    commander = record["names"][incident["ic"]]
    if f"Status: {incident['status']}" not in card:
        yield f"it is {incident['status']}, and the card says otherwise: {card}"
    if f"Incident commander @{commander}" not in card:
        yield f"{commander} commands it, and the card says otherwise: {card}"
    if not channel.topic.startswith(f"{incident['severity']} · {incident['status']} · IC {commander}"):
        yield f"it is {incident['severity']}, {incident['status']}, and the topic says otherwise: {channel.topic}"
    posted = [found[1] for message in channel.messages if (found := NEWS.search(message.shown))]
    given = [update["changed"] for update in record["updates"] if update["changed"].startswith("m")]
    if [one for one in posted if one.startswith("m")] != given:
        yield f"the updates are posted as {posted}, and were given as {given}"
