"""A text that somebody copies and sends by hand: short ones in a frame, long ones as a file, where copying is easy."""

from functools import partial
from typing import Final

from storage import sent as stored
from storage.models import Sent
from workflows import blocks
from workflows.blocks import Block
from workflows.change import Change
from workflows.comms_templates import name_of
from workflows.ports import Post
from workflows.reaching import tell_directly
from workflows.services import Services
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import escape

COMFORTABLE: Final = 600  # characters; what is longer is hard to mark on a phone, and breaks into several frames
PIECE: Final = 2600  # characters of one block: escaping makes text longer, and a block holds 3000


def is_long(said: Sent) -> bool:
    """Whether it comes as a file."""
    return said.channel_id is None and len(said.text) > COMFORTABLE


async def owe(made: Change, said: Sent) -> None:
    """Owe the file, in a direct message to whoever asked for the copy."""
    if is_long(said):
        await made.owe("comms_copy", str(said.id), {"sent_id": said.id})


def as_code(text: str) -> list[Block]:
    """Plain text in a frame that Slack lets people copy whole."""
    return [blocks.section(f"```\n{escape(piece.replace('```', '’’’'))}\n```") for piece in pieces(text)]


def pieces(text: str) -> list[str]:
    """A text in parts that fit into blocks, cut between lines where possible."""
    found = [""]
    for line in text.split("\n"):
        for start in range(0, max(len(line), 1), PIECE):
            part = line[start : start + PIECE]
            if len(escape(found[-1])) + len(escape(part)) + 1 > PIECE and found[-1]:
                found.append(part)
            else:
                found[-1] += ("\n" if found[-1] or len(found) > 1 else "") + part
    return [one for one in found if one.strip()]


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Upload the text; where Slack takes no files, it comes in frames."""
    async with services.database.read() as session:
        said = await stored.get(session, int(run.args["sent_id"]))
    if said is None:
        return
    incident = await load(services, run.incident_id)
    title, name = name_of(said.template), f"{said.template}-{incident.ref}-{said.id}.txt"
    whom = f" to {escape(said.to_whom)}" if said.to_whom else ""
    head = f"*{escape(title)}* for {incident.ref}: copy it and send it{whom}."
    files = services.slack.files
    direct = await run.step("open", lambda: services.slack.posts.open_direct(said.by))
    upload = partial(files.upload, direct, name, said.text.encode(), title=f"{title}, {incident.ref}", comment=head)
    file_id = await run.attempt("upload", upload, partial(files.find, direct, name), loss="")
    if file_id is None:
        post = Post(text=head, blocks=(blocks.section(head), *as_code(said.text)))
        await tell_directly(run, services, "frames", said.by, post)
