"""The comparison at the end of a soak: what people see, against what an undisturbed bot would have left."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlmodel import select

from bot.config import async_url
from bot.practice.state.channels import Channel
from storage.database import Database
from storage.models import Message
from tests.faults.picture import picture
from tests.soak.fleet import Fleet

Texts = Mapping[str, Sequence[str]]


async def problems(fleet: Fleet, channels: Sequence[Channel], updates: Texts, said: Texts) -> list[str]:
    """A sentence for everything that is missing, twice, or contradicts something else."""
    seen = picture(fleet.workspace)
    found = [] if len(set(channels)) == len(channels) else ["two declares ended in one channel"]
    expected = {channel.name for channel in channels}
    found += [
        f"#{name} was declared by nobody" for name in seen if name.startswith("incident-") and name not in expected
    ]
    for channel in channels:
        found += wrong_in(channel, updates.get(channel.id, ()))
        recorded = await on_record(fleet, channel)
        found += [
            f"#{channel.name}: {text!r} is not on record" for text in said.get(channel.id, ()) if text not in recorded
        ]
    announced = seen["incidents"]["lines"]
    for channel in channels:
        times = sum(f"#{channel.name}\n" in f"{line}\n" or f"#{channel.name} " in line for line in announced)
        if times < 1:
            found.append(f"#{channel.name} was not announced")
    return found


def wrong_in(channel: Channel, updates: Sequence[str]) -> list[str]:
    found = []
    if len(channel.pinned) != 1:
        found.append(f"#{channel.name} has {len(channel.pinned)} pinned messages")
    lines = [message.shown for message in channel.messages if not message.subtype]
    cards = sum(line.startswith(channel.pinned[0].shown.splitlines()[0]) for line in lines) if channel.pinned else 0
    if cards != 1:
        found.append(f"#{channel.name} has {cards} cards")
    posted = Counter(line.splitlines()[0].partition("] ")[2] for line in lines if line.startswith("[UPDATE"))
    found += [
        f"#{channel.name}: the update {text!r} is there {posted[text]} times" for text in updates if posted[text] != 1
    ]
    found += [f"#{channel.name}: the update {text!r} came twice" for text, times in posted.items() if times > 1]
    asked = sum(line.startswith("No update for") for line in lines)
    if asked > 1:
        found.append(f"#{channel.name} has {asked} reminders at once")
    return found


async def on_record(fleet: Fleet, channel: Channel) -> set[str]:
    database = Database(async_url(fleet.database_url))
    async with database.read() as session:
        texts = set((await session.exec(select(Message.text).where(Message.channel_id == channel.id))).all())
    await database.close()
    return texts
