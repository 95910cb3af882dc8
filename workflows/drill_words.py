"""What a drill says in Slack. Pure."""

from collections.abc import Sequence

from storage.models import Drill, DrillState, Incident, Inject
from workflows import blocks
from workflows.drill_score import SIGNS, Mark, Verdict
from workflows.overview import Overview
from workflows.ports import Post
from workflows.words import clipped, clock_time, duration, escape, in_line, person


def intro(view: Overview, drill: Drill, injects: Sequence[Inject]) -> Post:
    """What is practised, within which bounds, and how everybody stops."""
    incident = view.incident
    text = "\n".join(line for line in intro_lines(view, drill, injects) if line)
    about = str(incident.id)
    buttons = [
        blocks.button("Abort drill", "drill_abort", about, style="danger"),
        *([blocks.button("Pause", "drill_pause", about)] if injects else []),
    ]
    title = f"{incident.ref} is a drill: {escape(incident.title)}"
    return Post(text=title, blocks=(blocks.section(text), blocks.actions(buttons, block_id="drill")))


def intro_lines(view: Overview, drill: Drill, injects: Sequence[Inject]) -> list[str]:
    incident = view.incident
    return [
        f"*This is a drill: {drill.title or escape(incident.title)}*",
        clipped(incident.summary, 800),
        f"*Should hold:* {clipped(drill.hypothesis, 400)}" if drill.hypothesis else "",
        f"*May be touched:* {clipped(drill.blast_radius, 400)}" if drill.blast_radius else "",
        f"*Everybody stops when:* {clipped(drill.abort_rule, 400)}" if drill.abort_rule else "",
        reach_line(incident),
        inject_line(incident, injects),
        f"*Command:* {person(view.ic)}"
        if view.ic
        else "*Command:* nobody yet. *I'll take incident commander* on the card takes it.",
        "Work as you would for real. Anybody may stop it: `/incident drill abort why`.",
    ]


def reach_line(incident: Incident) -> str:
    if incident.drill_reaches_out:
        return "*Reaches out:* yes, somebody asked for it: people are paged and called as in an incident."
    return "*Reaches out:* no. Nobody is paged, called or written to, and no hook is pressed."


def inject_line(incident: Incident, injects: Sequence[Inject]) -> str:
    if not injects:
        return ""
    length = duration(injects[-1].due_at - incident.declared_at)
    return f"*What happens:* {len(injects)} injects in about {length}. `drill next` hurries, `drill pause` waits."


def leading(incident: Incident, drill: Drill, waiting: Sequence[Inject]) -> Post:
    """For who leads the drill: when something happens next, without giving away what, and how to steer it."""
    about = str(incident.id)
    paused = drill.state == DrillState.PAUSED
    buttons = [
        *([blocks.button("Next inject", "drill_next", about, style="primary")] if waiting and not paused else []),
        *([blocks.button("Go on", "drill_resume", about, style="primary")] if paused else []),
        *([blocks.button("Pause", "drill_pause", about)] if not paused else []),
        blocks.button("Abort drill", "drill_abort", about, style="danger"),
    ]
    text = f"*{incident.ref} is a drill: {drill.title or escape(incident.title)}*\n{standing(drill, waiting)}"
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="drill")))


def standing(drill: Drill, waiting: Sequence[Inject]) -> str:
    left = f"{len(waiting)} more inject{'' if len(waiting) == 1 else 's'}"
    score = "`/incident drill score` shows how it goes so far."
    if drill.state == DrillState.PAUSED:
        why = f": {drill.reason}" if drill.reason else ""
        return f"It is paused{why}. {left} to come when it goes on. {score}"
    if not waiting:
        return f"Nothing more happens in it by itself. `/incident resolved`, then `close`, ends it. {score}"
    return f"{left} to come, the next one {clock_time(waiting[0].due_at)}. {score}"


def injected(inject: Inject, count: int) -> Post:
    """One thing that happens."""
    source = f" · {escape(inject.source)}" if inject.source else ""
    head = f"📣 *Inject {inject.place + 1} of {count}{source}*"
    quoted = "\n".join(f"> {line}" for line in clipped(inject.text, 2500).splitlines())
    return Post(text=in_line(f"{inject.source}: {inject.text}", 300), blocks=(blocks.section(f"{head}\n{quoted}"),))


def scored(incident: Incident, marks: Sequence[Mark]) -> Post:
    """How it went: each with what was expected, what happened, and a word about it."""
    title = f"How the drill {incident.ref} went: {summed(marks)}"
    rows = [blocks.section(f"*{title}*"), *(blocks.section(row(mark)) for mark in marks)]
    rows.append(blocks.context("It is in the export too. What would you change first? `/incident action @who …`"))
    return Post(text=title, blocks=tuple(rows))


def row(mark: Mark) -> str:
    line = f"{SIGNS[mark.verdict]} *{mark.name}* · expected {mark.expected} · {mark.happened}"
    return f"{line}\n{mark.word}" if mark.word else line


def summed(marks: Sequence[Mark]) -> str:
    asked = [mark for mark in marks if mark.verdict != Verdict.NOT_ASKED]
    met = sum(1 for mark in asked if mark.verdict == Verdict.MET)
    return f"{met} of {len(asked)} as hoped" if asked else "it ended before anything could be said"
