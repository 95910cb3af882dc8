"""What somebody reads privately in a drill says that it is one, whatever word, button or form they used."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from commands.request import Reply
from storage.database import Unavailable
from workflows import blocks, drills, scribe
from workflows.services import Services

MOST_BLOCKS: Final = 100  # Slack page: Views
NOTHING_KNOWN: Final[Mapping[str, str]] = MappingProxyType({})


async def said(
    reply: Reply, services: Services, *, channel_id: str = "", about: Mapping[str, str] = NOTHING_KNOWN
) -> Reply:
    """The reply to what was typed or pressed in a channel, or to a form about an incident, with a drill's banner.

    An answer that says so itself stays as it is. One that cannot be looked up is given as it is, too: it must come.
    """
    if reply.post is None and reply.form is None:
        return reply
    try:
        if not await in_drill(services, channel_id, about.get("incident", "")):
            return reply
    except Unavailable:
        return reply
    post, form = reply.post, reply.form
    if post is not None and drills.WORD not in str(post):
        post = drills.marked(post)
    return replace(reply, post=post, form=marked_form(form) if form is not None else None)


async def in_drill(services: Services, channel_id: str, number: str) -> bool:
    incident_id = int(number) if number.isdecimal() and len(number) < 10 else None
    if incident_id is None and channel_id:
        incident_id = await scribe.incident_of(services, channel_id)
    return incident_id is not None and await drills.is_drill(incident_id, services)


def marked_form(form: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = [blocks.context(drills.BANNER), *form.get("blocks", ())]
    return {**form, "blocks": rows} if len(rows) <= MOST_BLOCKS else form
