"""`/incident note`: a line for the timeline, with a time of its own if it happened earlier."""

from commands import speech
from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from workflows import notes, spoken
from workflows.errors import UserError
from workflows.services import Services
from workflows.spoken import Moment
from workflows.words import clipped, day_and_time, safe

LONGEST = 2500  # it is also one message in the channel


async def command(request: SlashRequest, services: Services) -> Reply:
    """`note [14:05] rolled back`."""
    incident, request = await incident_meant(request, services)
    found = when(request.text, services)
    if not speech.has_words(found.rest):
        raise UserError(
            "What shall be noted? For example `/incident note rolled back to 41`, or with the time at which it "
            "happened: `/incident note 14:05 rolled back to 41`."
        )
    whole = safe(found.rest)
    text = clipped(whole, LONGEST)
    entry, ref = await notes.add(services, incident.key, text, at=found.at, press=request.press, by=request.user_id)
    cut = f" It was cut after {len(text)} characters; put the rest into a second note." if text != whole else ""
    return told(f"On the timeline of {ref}, at {day_and_time(entry.at)}.{cut}")


def when(text: str, services: Services) -> Moment:
    """The time that the note begins with. Raises `UserError` for one that cannot be."""
    zone = services.policy.time_zone
    try:
        return spoken.find_moment(text, services.clock.now(), zone)
    except spoken.Impossible as impossible:
        raise UserError(
            f"“{impossible}” is not a time that has passed; nothing was noted. Times are in {zone.key}: "
            "`14:05` is the last time it was 14:05, `2026-11-20 14:05` that day, `14:05 UTC` works too."
        ) from impossible


SUBCOMMAND = Subcommand(
    word="note",
    synonyms=("log", "record"),
    usage="note [14:05] <what happened>",
    help="Put something on the timeline, at its own time if it happened earlier.",
    function=command,
)
