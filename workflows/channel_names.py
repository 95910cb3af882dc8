"""The name of an incident's channel: prefix, day, topic; reserved in the record before Slack is asked for it."""

import re
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents
from workflows.ids import new_id
from workflows.masking import mask
from workflows.services import Services
from workflows.words import topic_slug

LONGEST: Final = 80  # Slack page: conversations.create
RANDOM: Final = 9  # of it, for the random word of a hidden name and the hyphen before it


async def free(session: AsyncSession, services: Services, title: str, *, hidden: bool = False) -> str:
    """The name for a title, with `-2`, `-3` … when it is reserved already."""
    base = wanted(services, title, services.clock.now(), hidden=hidden)
    return next_free(distinct(base, hidden=hidden), await incidents.names_like(session, base[: LONGEST - 4]))


async def another(session: AsyncSession, name: str) -> str:
    """A name instead of this one, which is a channel's that the record does not know."""
    return next_free(name, await incidents.names_like(session, name[: LONGEST - 4]) | {name})


def wanted(services: Services, title: str, declared_at: datetime, *, hidden: bool = False) -> str:
    """The name that a title asks for: prefix, the day of declaration in the team's time zone, topic.

    Secrets are no part of it, as more people see it than are in the channel.
    Of a `hidden` channel it is the beginning alone, see `distinct`.
    """
    policy = services.policy
    day = declared_at.astimezone(policy.time_zone).date()
    longest = LONGEST - RANDOM if hidden else LONGEST
    return f"{policy.channel_prefix}-{day:%Y-%m-%d}-{topic_slug(mask(title).text)}"[:longest].rstrip("-")


def distinct(base: str, *, hidden: bool) -> str:
    """A `hidden` name ends in a random word: that a name is taken would tell others that there is such an incident."""
    return new_id(base) if hidden else base


def fits(name: str, base: str, *, hidden: bool) -> bool:
    """Whether a channel of this name has what the title asks for, whatever number follows."""
    return re.fullmatch(re.escape(base) + ("-[0-9a-f]{8}" if hidden else "") + r"(-\d+)?", name) is not None


def next_free(base: str, taken: frozenset[str]) -> str:
    """`base`, or the first of `base-2`, `base-3` … that is free; never longer than Slack allows."""
    name, number = base, 1
    while name in taken:
        number += 1
        suffix = f"-{number}"
        name = base[: LONGEST - len(suffix)].rstrip("-") + suffix
    return name
