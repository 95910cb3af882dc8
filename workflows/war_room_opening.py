"""Having the call made by its vendor, and setting or taking away its link by hand.

The vendor is asked once. An entry that is not the first looks for what an earlier one made; where the vendor gives no
way to look, an unused call may remain there, and nobody in Slack sees it.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from storage import war_rooms
from storage.models import Incident, WarRoom
from workflows import course, updates, war_room
from workflows.change import Change, change
from workflows.errors import UserError
from workflows.ports import Busy, Refused, Room, Unclear
from workflows.refusals import who_can_fix
from workflows.services import Services
from workflows.steps import REFUSED, Run, packed
from workflows.surfaces import load
from workflows.words import person

PATIENCE: Final = 3  # entries that the vendor does not answer well before people are told how to go on without it
LONGEST_PAUSE: Final = timedelta(seconds=30)  # people are waiting; what needs longer is told
# Why it did not work, as a sentence; the words are those of `workflows.refusals`.
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "call_login_refused": "{name} does not accept Sitrep's credentials",
        "call_not_allowed": "{name} does not allow Sitrep to create calls",
        "call_no_such_host": "{name} does not know the user whose calls these should be",
        "call_limit_reached": "{name} allows no more calls for now",
        "call_unreachable": "{name} does not answer",
    }
)


async def ask_for(services: Services, incident_id: int, *, press: str, by: str) -> WarRoom | None:
    """The call there is, or have one made; `None` while the vendor makes it.

    Raises `UserError` when the incident is over, or nothing is configured that could make one; `AlreadyDone`.
    """
    async with services.database.read() as session:
        known = await war_rooms.of_incident(session, incident_id)
    if known is not None and known.url:
        return known  # looking is no change, and asks for no permission to make one
    async with change(services, incident_id, press=press) as made:
        known = await war_rooms.of_incident(made.session, incident_id)
        if known is not None and known.url:
            return known
        updates.refuse_ended(made.incident)
        if not services.policy.war_room.via:
            raise UserError(no_way(made.incident))
        if not war_room.vendor_may_be_asked(made.incident, services.policy):
            raise UserError(
                f"{made.incident.ref} is a drill, so no vendor is asked for a call. Open one yourselves and give its "
                "link: `/incident call https://…`."
            )
        room = await war_room.begin(made, services, by=by)
        if room is not None:
            await say(made, f"{person(by)} opened the call: {war_room.shown(room.url)}")
        return room


def no_way(incident: Incident) -> str:
    return (
        f"{incident.ref} has no call yet. Open one wherever you like and give its link, so that everybody finds it: "
        "`/incident call https://…`. A `[war_room]` in sitrep.toml makes one by itself."
    )


async def set_link(services: Services, incident_id: int, url: str, *, press: str, by: str) -> WarRoom:
    """This is the call from now on. `url` is a whole address; an empty one takes the link away.

    Raises `UserError` when it is so already or the incident is over, `AlreadyDone` for the same press.
    """
    async with change(services, incident_id, press=press) as made:
        updates.refuse_ended(made.incident)
        known = await war_rooms.of_incident(made.session, incident_id)
        if (known.url if known else "") == url:
            raise UserError("That is the call already. Nothing was changed." if url else no_way(made.incident))
        room = await war_room.put(made, url, via="hand", by=by)
        if url:
            await say(made, f"{person(by)}: the call is {war_room.shown(url)}")
        else:
            await say(made, f"{person(by)} took the link of the call away.")
    return room


async def say(made: Change, text: str) -> None:
    await course.say(made, text)


# What follows happens at the vendor and in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Have the call made, unless there is a link by now; if that does not work, say how to go on without."""
    incident = await load(services, run.incident_id)
    async with services.database.read() as session:
        known = await war_rooms.of_incident(session, incident.key)
    if (known is not None and known.url) or not incident.is_open:
        return
    try:
        made = await run.step(war_room.CREATE, lambda: create(services, incident), lambda: look(services, incident))
    except Refused as refused:
        await give_up(run, services, refused.error)
        return
    except Busy as busy:
        if run.row.failures + 1 < PATIENCE:
            raise Busy(min(busy.retry_after, LONGEST_PAUSE)) from busy
        await give_up(run, services, "call_limit_reached")
        return
    except Unclear:
        if run.row.failures + 1 < PATIENCE:
            raise
        await give_up(run, services, "call_unreachable")
        return
    if made.startswith(war_room.MADE):
        await record(run, services, json.loads(made))


async def create(services: Services, incident: Incident) -> str:
    room = await services.rooms.create(war_room.topic_of(incident), war_room.marker_of(incident))
    return packed({"url": room.url, "passcode": room.passcode})


async def look(services: Services, incident: Incident) -> str | None:
    """What an earlier entry made without storing it."""
    room: Room | None = await services.rooms.find(war_room.marker_of(incident))
    return None if room is None else packed({"url": room.url, "passcode": room.passcode})


async def record(run: Run, services: Services, given: Mapping[str, str]) -> None:
    """The call is there: on record and in the channel, unless somebody set another one meanwhile."""
    async with change(services, run.incident_id) as made:
        known = await war_rooms.of_incident(made.session, run.incident_id)
        if known is not None and known.url:
            return
        policy = services.policy.war_room
        by = str(run.args["by"])
        await war_room.put(made, given["url"], via=policy.via, by=by, passcode=given["passcode"])
        label = f"Join on {war_room.NAMES[policy.via]}"
        await say(made, f"The call of {made.incident.ref}: {war_room.shown(given['url'], label)}")


async def give_up(run: Run, services: Services, error: str) -> None:
    """One calm sentence with what can be done: the team's own link where there is one, else a link by hand."""
    policy = services.policy.war_room
    name = war_room.NAMES[policy.via]
    reason = REASONS.get(error, "{name} refused to create a call").format(name=name)
    async with change(services, run.incident_id) as made:
        if policy.link:
            room = await instead(made, policy.link, str(run.args["by"]))
            text = f"{reason}, so the call is {war_room.shown(room.url)}. {who_can_fix(error)}"
        else:
            text = (
                f"There is no call yet: {reason}. {who_can_fix(error)} Meanwhile open one anywhere and give its link: "
                f"`/incident call https://…`. When it is put right: `/incident status repair {made.incident.ref}`."
            )
        # By a key of its own: an entry that was cut before it kept the outcome says it again.
        await made.owe("say", f"{run.row.key}:{run.row.asked}", {"text": text})
    outcome = "" if policy.link else REFUSED + error
    await run.keep(war_room.CREATE, outcome, f"The call could not be created: {reason}. {who_can_fix(error)}")


async def instead(made: Change, link: str, by: str) -> WarRoom:
    """The team's own link, where the vendor gave none; a repeat finds it."""
    known = await war_rooms.of_incident(made.session, made.incident.key)
    if known is not None and known.url:
        return known
    return await war_room.put(made, war_room.link_of(link, made.incident), via="link", by=by)
