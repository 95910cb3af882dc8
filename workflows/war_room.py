"""The video call of an incident: one, on the card and in the bookmarks, made when the severity asks for it or by hand.

A link that the team gave is there at once. One that a vendor makes is owed as a run, see `workflows.war_room_opening`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from storage import runs, war_rooms
from storage.models import Incident, Run, Status, WarRoom
from workflows.drills import label, may_reach_out
from workflows.ids import new_id
from workflows.links import labelled
from workflows.masking import mask
from workflows.policy import Policy
from workflows.services import Services
from workflows.words import topic_slug

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "war_room"  # of the run that has a vendor make the call
CREATE: Final = "create"  # its step in which the vendor is asked
MADE: Final = "{"  # how the result of that step begins when there is a call: it is the call, as JSON
NAMES: Final[Mapping[str, str]] = MappingProxyType({"zoom": "Zoom", "meet": "Google Meet"})
PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
PLACEHOLDERS: Final = ("ref", "number", "topic", "severity", "channel", "random")


def unknown_placeholders(link: str) -> Sequence[str]:
    """The words in braces that cannot be filled in."""
    return [word for word in PLACEHOLDER.findall(link) if word not in PLACEHOLDERS]


def link_of(template: str, incident: Incident) -> str:
    """The link for this incident; what is filled in is made fit for an address. `{random}` cannot be guessed."""
    # The title of a private incident must not travel to a vendor in an address.
    topic = "incident" if incident.private else topic_slug(mask(incident.title).text)
    values = {
        "ref": incident.ref.lower(),
        "number": str(incident.key),
        "topic": topic,
        "severity": incident.severity.lower(),
        "channel": incident.ref.lower() if incident.private else incident.channel_name,
        "random": new_id("call").removeprefix("call-"),
    }
    return PLACEHOLDER.sub(lambda match: quote(values.get(match[1], match[0]), safe=""), template)


def topic_of(incident: Incident) -> str:
    """What a vendor shows as the name of the call. Of a private incident it learns the number alone."""
    return label(incident) + (incident.ref if incident.private else f"{incident.ref} {mask(incident.title).text}")


def marker_of(incident: Incident) -> str:
    """What a call of ours is recognised by at the vendor: the same for this incident, and for no other bot's."""
    return f"Sitrep {incident.ref} {hashlib.sha256(incident.press.encode()).hexdigest()[:12]}"


def asked_for(incident: Incident, policy: Policy) -> bool:
    """Whether a call is made without anybody asking: at the severities that say so, once it is an incident."""
    wanted = [policy.severity(level) for level in policy.war_room.severities]
    found = policy.severity(incident.severity)
    began = incident.is_open and incident.status != Status.TRIAGE and vendor_may_be_asked(incident, policy)
    return bool(policy.war_room.via) and began and found is not None and found in wanted


def vendor_may_be_asked(incident: Incident, policy: Policy) -> bool:
    """A drill has no vendor make a call for it; the team's own link needs nobody."""
    return policy.war_room.via == "link" or may_reach_out(incident)


async def follow(made: "Change", services: Services) -> None:
    """Have the call made that the severity asks for, unless there is one, or one was tried or taken away before."""
    if not asked_for(made.incident, services.policy):
        return
    if await war_rooms.of_incident(made.session, made.incident.key) is None and not await tried(made):
        await begin(made, services, by="sitrep")


async def tried(made: "Change") -> bool:
    return bool(await runs.with_keys(made.session, [f"{KIND}:{made.incident.key}"]))


async def begin(made: "Change", services: Services, *, by: str) -> WarRoom | None:
    """Put the team's link up, or owe the run that has the vendor make one; `None` while that is under way."""
    policy = services.policy.war_room
    if policy.via == "link":
        return await put(made, link_of(policy.link, made.incident), via="link", by=by)
    # Owed beside the others: the person who asked need not be told that Slack is slow when the vendor is.
    key = f"{KIND}:{made.incident.key}"
    run = await runs.owe(
        made.session, kind=KIND, key=key, lane=key, now=made.now, incident_id=made.incident.key, args={"by": by}
    )
    await forget_failure(made, run)
    return None


async def forget_failure(made: "Change", run: Run) -> None:
    """Somebody asks again: what went wrong before is tried anew. A call that was made is used again."""
    results = await runs.results(made.session, run.id or 0)
    if not results.get(CREATE, MADE).startswith(MADE):
        await runs.forget_results(made.session, run_id=run.id or 0, names=[CREATE])


async def put(made: "Change", url: str, *, via: str, by: str, passcode: str = "") -> WarRoom:
    """This is the call from now on: on record, on the timeline, on everything that shows it."""
    known = await war_rooms.of_incident(made.session, made.incident.key)
    room = known or WarRoom(incident_id=made.incident.key, url=url, via=via, by=by, at=made.now)
    before, room.url, room.via, room.by, room.at, room.passcode = room.url, url, via, by, made.now, passcode
    made.session.add(room)
    await made.session.flush()
    if url:
        made.tell("call", f"The call is {shown(url)}", by)
    else:
        made.tell("call", f"The link of the call was taken away; it was {shown(before)}", by)
    await made.refresh()
    return room


def shown(url: str, label: str = "") -> str:
    """A link to the call, Slack-encoded."""
    return labelled(addressed(url), label or addressed(url))


def addressed(url: str) -> str:
    """An address that cannot end its own link early."""
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
