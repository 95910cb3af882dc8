"""`/incident timeline`: what happened, for you alone, in your own time."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from commands.request import Reply, SlashRequest, Subcommand, told
from commands.which import incident_meant
from storage.models import Incident
from workflows import blocks, timeline
from workflows.blocks import Block
from workflows.drills import label
from workflows.services import Services
from workflows.timeline import TimelineLine
from workflows.words import clipped, clock_time, day_and_time, escape, person

NEWEST: Final = 30
MOST: Final = 150  # lines of `timeline all`: more is a file, not a message
LINE: Final = 260  # characters of one line
TOTAL: Final = 30_000  # characters of one message
SIGNS: Mapping[str, str] = {
    "key": "📌",
    "finding": "🔍",
    "action": "⚡",
    "decision": "⚖️",
    "follow-up": "🔧",
    "note": "📝",
    "update": "📣",
    "inject": "🎓",
    "drill": "🎓",
    "problem": "⚠️",
    "promise": "🤝",
    "comms": "✉️",
    "runbook": "📖",
    "remediation": "🛠️",
}


async def command(request: SlashRequest, services: Services) -> Reply:
    """The newest lines; `timeline all` shows as many as fit."""
    incident, request = await incident_meant(request, services)
    async with services.database.read() as session:
        lines = await of_all(session, incident)
    wanted = MOST if request.text.strip().lower() in ("all", "everything", "full") else NEWEST
    newest = lines[-wanted:]
    shown = texts(newest[-len(fitting(texts(newest))) :])
    named = f"{label(incident)}{incident.ref} “{escape(incident.title)}”"
    about = f"{named}: the newest {len(shown)} of {len(lines)} lines"
    if len(shown) == len(lines):
        about = f"{named}: {len(lines)} line{'' if len(lines) == 1 else 's'}"
    rows = [blocks.section(f"*{about}*"), *sections(shown), blocks.context(hint(incident, len(lines), len(shown)))]
    return told(about, *rows)


async def of_all(session: AsyncSession, incident: Incident) -> list[tuple[str, TimelineLine]]:
    """Its own lines, and those of what was merged into it with its name, in the order in which they happened."""
    found = [("", line) for line in await timeline.timeline(session, incident)]
    for one in await timeline.merged_into(session, incident):
        found += [(one.incident.ref, line) for line in one.timeline]
    return sorted(found, key=lambda pair: pair[1].at)


def texts(lines: Sequence[tuple[str, TimelineLine]]) -> list[str]:
    """Each line with its time; the day stands where it changes, in UTC as nobody knows who reads it."""
    days = [line.at.astimezone(UTC).date() for _, line in lines]
    changes = [day != before for before, day in zip([None, *days], days, strict=False)]
    return [line_text(line, ref, with_day=changed) for (ref, line), changed in zip(lines, changes, strict=True)]


def line_text(line: TimelineLine, ref: str, *, with_day: bool) -> str:
    when = day_and_time(line.at) if with_day else clock_time(line.at)
    by = f" – {person(line.by)}" if line.by.startswith(("U", "W")) else ""
    text = clipped(" ".join(line.text.split()), LINE)
    return f"{when} {SIGNS.get(line.kind, '•')} {f'{ref}: ' if ref else ''}{text}{by}"


def fitting(lines: Sequence[str]) -> list[str]:
    """As many of the newest as one message can hold."""
    kept: list[str] = []
    room = TOTAL
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


def sections(lines: Sequence[str]) -> list[Block]:
    """The lines in as few blocks as Slack allows."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < blocks.SECTION_LIMIT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [blocks.section(text) for text in texts]


def hint(incident: Incident, there_are: int, shown: int) -> str:
    more = "`/incident timeline all` shows more; e" if shown < min(there_are, MOST) else "E"
    return (
        f"{more}verything, messages included, is in `sitrep export {incident.ref}` and in the postmortem draft. "
        "📌 on a message puts it here, `/incident note 14:05 …` adds a line."
    )


SUBCOMMAND = Subcommand(
    word="timeline",
    synonyms=("tl", "history"),
    usage="timeline [all]",
    help="What happened so far, for you alone, in your own time.",
    function=command,
)
