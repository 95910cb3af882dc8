"""The end of the demo: where the postmortem is, what it says in short, and a few figures."""

import re
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bot.demo_stage import DemoStopped, Stage
from storage import incidents
from workflows import record
from workflows.numbers import numbers

# What is read first; the rest is named.
SHOWN: Final = ("Facts", "Summary", "Customer impact", "Timeline", "Action items")
MOST_LINES: Final = 16


async def finish(stage: Stage, place: Path, incident_id: int) -> None:
    """Print path, rendering, figures and next step. Raises AssertionError when no draft comes to the channel."""
    draft = place / f"postmortem-INC-{incident_id}.md"
    await stage.workspace.until(lambda: any(file.name == draft.name for file in stage.workspace.files))
    screen, shown = stage.screen, path_of(draft)
    screen.scene("The postmortem draft")
    screen.line(Text(shown, "bold"))
    screen.line(Text())
    render(screen.console, shortened(draft.read_text(encoding="utf-8")), screen.width)
    screen.scene("In figures")
    for line in await figures(stage, incident_id):
        screen.aside(line)
    screen.line(Text())
    screen.line(Text.assemble("All of the draft: ", (shown, "bold")))
    screen.line(Text.assemble("Play with it yourself: ", (".venv/bin/sitrep demo --serve", "bold")))
    screen.line(Text("To run it in your Slack: README, “Install it in your Slack”"))


async def figures(stage: Stage, incident_id: int) -> list[str]:
    """What the record and the channel say, in sentences."""
    async with stage.bot.app.services.database.read() as session:
        incident = await incidents.get(session, incident_id)
        if incident is None:
            raise DemoStopped(f"INC-{incident_id} is not on record.")
        known = await record.read(session, incident)
    count = numbers(known)
    people = {said.message.user_id for said in known.messages} - {stage.workspace.bot_user_id}
    asked = sum("Nothing new" in seen.buttons for seen in stage.seen if seen.kind == "said")
    return [
        f"{len(known.messages)} messages recorded, by {len(people)} people and Sitrep; "
        f"{len(known.timeline)} lines on the timeline.",
        f"{count.updates} updates, {count.updates_on_time} of {count.updates_due} on time; "
        f"Sitrep had to ask {asked} time{'' if asked == 1 else 's'}.",
        f"{len(known.actions)} follow-ups, {sum(one.done_at is not None for one in known.actions)} done.",
    ]


def path_of(file: Path) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def shortened(markdown: str) -> str:
    """The heading and the sections in `SHOWN`, each cut to `MOST_LINES`; the names of the others at the end."""
    heading, *sections = re.split(r"(?m)^## ", markdown)
    kept, left = [heading], []
    for section in sections:
        title = section.partition("\n")[0].strip()
        if title in SHOWN:
            kept.append(f"## {cut(section)}")
        else:
            left.append(title)
    also = f"---\n\n*Also in it: {', '.join(left)}.*\n" if left else ""
    return "\n".join([*kept, also])


def cut(section: str) -> str:
    lines = section.rstrip().splitlines()
    if len(lines) <= MOST_LINES + 2:
        return section
    return "\n".join([*lines[:MOST_LINES], "", f"*… and {len(lines) - MOST_LINES} more lines*", ""])


def render(console: Console, markdown: str, width: int) -> None:
    """Markdown as rich draws it; in a pipe without the blanks that fill its lines."""
    with console.capture() as drawn:
        console.print(Padding(Markdown(markdown), (0, 0, 0, 2)), width=width)
    for line in drawn.get().splitlines():
        console.out(line if console.is_terminal else line.rstrip(), highlight=False)
