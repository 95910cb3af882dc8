"""Slack's payloads, spoilt: things missing, extra, of another type, or full of odd text."""

import copy
import random
from collections.abc import Sequence
from typing import Any, Final

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from bot.practice.workspace import Workspace

Json = dict[str, Any]
KEPT: Final = frozenset({"type", "command", "api_app_id", "token"})  # without these it reaches no listener
ODD: Final[Sequence[Any]] = (
    *(None, True, 0, -1, 10**30, 1.5, "", " ", [], {}, [None], {"id": None}, [[]], {"a": {"b": []}}),
    *("\x00", "\ud83d", "🔥" * 50, "<!channel>", "x" * 5000, "1", "1.2", "999999999999999.1", "١٢٣.٤٥", "INC-1"),
    *("'; DROP TABLE incident; --", "\u202eabc", "<@U1>", "{}", "[]", "null", "{not json", "sev1", "-5"),
)


def spoilt(genuine: Json, dice: random.Random) -> Json:
    """A copy in which one to three places are other than Slack would have them."""
    changed = copy.deepcopy(genuine)
    for _ in range(dice.randint(1, 3)):
        spots = list(places(changed))
        if not spots:
            break
        holder, key = dice.choice(spots)
        if dice.random() < 0.25:
            del holder[key]
        elif dice.random() < 0.15 and isinstance(holder, dict):
            holder[dice.choice(("extra", "subtype", "bot_id", "hidden"))] = copy.deepcopy(dice.choice(ODD))
        else:
            holder[key] = copy.deepcopy(dice.choice(ODD))
    return changed


def places(value: Any) -> Any:
    """Every (holder, key) below a value, except what decides which listener it reaches."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if key not in KEPT:
            yield value, key
        yield from places(inner)


async def genuine_ones(workspace: Workspace, anna: Person, channel: Channel) -> dict[str, list[Json]]:
    """What Slack sends in the course of an incident, by kind of envelope."""
    before = len(workspace.delivery.sent)
    said = await anna.says("The *queue* is full <https://example.com>", in_=channel)
    await anna.says("since when?", in_=channel, thread=said)
    await anna.reacts("pushpin", to=said)
    await anna.unreacts("pushpin", to=said)
    await anna.edits(said, "The queue is very full")
    await anna.deletes(said)
    for line in ("update Rolled back", "note 03:00 looked", "status", "severity sev2 less", "action @bilal restart"):
        await anna.types(f"/incident {line}", in_=channel)
    await anna.presses("Post update", in_=channel)
    await anna.submits({"What changed": "Rolled back"})
    await anna.uses("Add to timeline", on=channel.messages[-1])
    await workspace.settled()
    found: dict[str, list[Json]] = {}
    for envelope in workspace.delivery.sent[before:]:
        found.setdefault(envelope.name, []).append(dict(envelope.payload))
    return found
