"""Who follows when an incident's course changes: declared, accepted, updated, moved in status or severity, merged.

`Change.reset_clock` asks each of them, in this order and in the same transaction. Asking again is harmless.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from storage import incidents
from workflows import comms_email, drills, escalating, escalation_watch, role_nags, war_room
from workflows.services import Services

if TYPE_CHECKING:
    from workflows.change import Change

Follower = Callable[["Change", Services], Awaitable[None]]
NAG_LINES: Final = ("nag", "nag-announce")  # the surfaces on which `workflows.nags` asks


async def answered(made: "Change", _: Services) -> None:
    """What a reminder asked for has happened: its lines in Slack go."""
    lines = [await incidents.surface(made.session, made.incident.key, kind) for kind in NAG_LINES]
    if any(lines):
        lane = f"nag:{made.incident.id}"
        await made.owe("nag_clear", f"{made.incident.id}:{made.now.isoformat()}", lane=lane)


async def no_hint(made: "Change", _: Services) -> None:
    """What usually helps need not be offered any more once it is over."""
    if not made.incident.is_open:
        await made.forget("mitigation")


FOLLOWERS: Final[tuple[Follower, ...]] = (
    answered,
    escalating.follow,
    escalation_watch.follow,
    role_nags.watch,
    war_room.follow,
    drills.follow,
    comms_email.follow,
    no_hint,
)
