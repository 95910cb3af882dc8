"""*Add to timeline* in a message's menu, and the button that takes it off again."""

from commands.request import ButtonPress, Reply, Shortcut, told
from commands.which import number_behind
from workflows import blocks, marks, scribe
from workflows.errors import UserError
from workflows.ports import Heard
from workflows.services import Services
from workflows.words import clipped

CALLBACK = "add_to_timeline"


async def from_shortcut(request: Shortcut, services: Services) -> Reply:
    """Make the message a key moment of the incident in whose channel it is."""
    incident_id = await scribe.incident_of(services, request.channel_id)
    if incident_id is None:
        raise UserError(
            "This is not an incident's channel, so there is no timeline for this message. In an incident's channel, "
            "`/incident note 14:05 …` puts anything on its timeline; `/incident list` shows what is open."
        )
    marked = await marks.mark(services, incident_id, heard(request), press=request.press, by=request.user_id)
    quoted = f"“{clipped(' '.join(marked.text.split()), 200)}”" if marked.text else "The message"
    if marked.again:
        done = f"{quoted} is a key moment of {marked.ref} already."
    else:
        done = f"{quoted} is on the timeline of {marked.ref} as a key moment. 📌 on a message does the same."
    if marked.entry is None:
        return told(f"{done} It stays one as long as somebody's 📌 is on the message.")
    undo = blocks.button("Take it off again", "timeline_off", str(marked.entry.id))
    return told(done, blocks.section(done), blocks.actions([undo]))


def heard(request: Shortcut) -> Heard:
    """The message as it was shown to who pressed; since when it says this is not told."""
    return Heard(
        channel_id=request.channel_id,
        ts=request.message_ts,
        user_id=request.message_user,
        text=request.text,
        worded_ts="",
        revised_ts=request.message_ts,
        thread_ts=request.thread_ts if request.thread_ts != request.message_ts else None,
    )


async def taken_off(press: ButtonPress, services: Services) -> Reply:
    ref = await marks.unmark(services, number_behind(press.value), press=press.press)
    return told(f"It is off the timeline of {ref}. The message itself stays on record.")
