"""`/incident merge INC-7`: this incident is the same as that one, which goes on."""

import re
from dataclasses import replace
from typing import Final

from commands.request import NOTHING, ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant, number_behind
from workflows import merge
from workflows.errors import UserError
from workflows.services import Services

REFERENCES: Final = re.compile(r"(?i)(?<![\w-])inc-?\d+|<#[CG][A-Z0-9]+(?:\|[^>]*)?>")
HOW: Final = (
    "Which incident goes on? In the channel of the one that ends: `/incident merge INC-7`. "
    "Anywhere: `/incident merge INC-8 into INC-7`."
)


async def command(request: SlashRequest, services: Services) -> Reply:
    """`merge INC-7` in the channel of the one that ends; `merge INC-8 into INC-7` anywhere."""
    named = REFERENCES.findall(request.text)
    if not named or len(named) > 2:
        raise UserError(HOW)
    survivor, _ = await incident_meant(replace(request, text=named[-1]), services)
    merged, _ = await incident_meant(replace(request, text=named[0] if len(named) == 2 else ""), services)
    ended, goes_on = await merge.merge(services, merged.key, survivor.key, press=request.press, by=request.user_id)
    where = f"<#{goes_on.channel_id}>" if goes_on.channel_id else "its channel"
    return told(f"{ended.ref} is merged into {goes_on.ref}. Go on in {where}; everybody is invited there.")


async def pressed(press: ButtonPress, services: Services) -> Reply:
    """*Merge into INC-7* on the notice that two incidents look alike."""
    merged, _, survivor = press.value.partition(":")
    await merge.merge(services, number_behind(merged), number_behind(survivor), press=press.press, by=press.user_id)
    return NOTHING


SUBCOMMAND = Subcommand(
    word="merge",
    synonyms=("duplicate", "same-as"),
    usage="merge INC-7 | merge INC-8 into INC-7",
    help="This is the same incident as that one: it goes on there, with everybody.",
    function=command,
)
