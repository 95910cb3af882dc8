"""The forms of `/incident clocks`: which duties may apply, what was sent, when something happened. Pure."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from storage.models import Incident
from workflows import blocks, clocks_words
from workflows.blocks import Block
from workflows.clocks_kinds import AS_SOON, Kind
from workflows.clocks_view import ClockView, Report
from workflows.words import day_and_time, escape

START: Final = "clocks_start"
RECORD: Final = "clocks_record"
EVENT: Final = "clocks_event"
MOST_BOXES: Final = 10  # Slack page: checkboxes element
WHOM: Final = re.compile(r"[;:]| after | once ")  # where it goes on with when
FORMAT: Final = "%Y-%m-%d %H:%M"
TIMES: Final = "now, 13:40, yesterday 22:10, 2026-11-20 22:10, 20 min ago"


def groups_of(kinds: Sequence[Kind]) -> list[tuple[str, Sequence[Kind]]]:
    """By area, as many at a time as Slack takes boxes; the block of each is `kinds_<place>`."""
    ordered = sorted(kinds, key=lambda kind: (kind.area, kind.name.casefold()))
    found: list[tuple[str, Sequence[Kind]]] = []
    for area, within in groupby(ordered, key=lambda kind: kind.area):
        here = list(within)
        cuts = range(0, len(here), MOST_BOXES)
        found += [(area or "Which may apply?", here[cut : cut + MOST_BOXES]) for cut in cuts]
    return found


def start_form(
    incident: Incident, kinds: Sequence[Kind], running: Sequence[ClockView], zone: ZoneInfo, *, bring: bool
) -> Block:
    """Which kinds may apply, and when people came to know. `bring`: there are people to be let in."""
    rows: list[Block] = [blocks.section(f"Which duties to report *may* apply? {clocks_words.ADVICE}")]
    for place, (area, within) in enumerate(groups_of(kinds)):
        boxes = [(kind.key, kind.name, box_words(kind)) for kind in within]
        rows.append(blocks.checkboxes(f"kinds_{place}", area, boxes))
    known = incident.detected_at.astimezone(zone).strftime(FORMAT) if incident.detected_at else ""
    hint = f"Their time begins then, not when this was declared. In your time, {zone.key}. It can be corrected later."
    rows.append(blocks.text_input("aware", "When did you become aware?", initial=known, placeholder=TIMES, hint=hint))
    if not running:
        label = "None applies, because …"
        rows.append(blocks.text_input("none", label, multiline=True, hint="It is kept with the incident.", most=500))
    if bring:
        text = "Let those in who are told of duties to report"
        box = [("bring", text, "They can read everything that is said here")]
        rows.append(blocks.checkboxes("bring", "Legal and privacy", box, initial=["bring"]))
    about = json.dumps({"incident": str(incident.key), "zone": zone.key})
    return blocks.form(f"Duties of {incident.ref}", rows, callback_id=START, submit="Record", about=about)


def box_words(kind: Kind) -> str:
    """How soon, and for whom: the beginning of a sentence that `/incident clocks kinds` shows whole."""
    limits = list(dict.fromkeys(clocks_words.limit(step.within) for step in kind.steps if step.within != AS_SOON))
    soon = f"{limits[0]}{', then more' if len(limits) > 1 else ''}" if limits else "as soon as possible"
    return f"{soon} · {WHOM.split(kind.concerns)[0]}"


def record_form(incident: Incident, report: Report, what: str, zone: ZoneInfo) -> Block:
    """What became of a report: `what` is ticked already."""
    terms = report.terms
    condition = f"\n_{escape(terms.only_if)}_" if terms.only_if else ""
    head = f"*{escape(report.view.kind.name)}*: {escape(terms.what)} ({escape(terms.to)}){condition}"
    choice = [("sent", "It was sent", ""), ("waive", "It is not required", "")]
    rows: list[Block] = [
        blocks.section(head),
        blocks.radio("what", "What became of it?", choice, initial=what or "sent"),
        blocks.text_input("at", "When was it sent?", placeholder=TIMES, hint=f"Empty: now. In {zone.key}."),
        blocks.text_input("reference", "Its reference", placeholder="the authority's number for it", most=200),
        blocks.text_input("reason", "Or: why is it not required?", multiline=True, most=500),
    ]
    about = json.dumps({"incident": str(incident.key), "step": str(report.step.key), "zone": zone.key})
    return blocks.form("Duty to report", rows, callback_id=RECORD, submit="Record", about=about)


def event_form(incident: Incident, view: ClockView, event: str, zone: ZoneInfo) -> Block:
    """When something happened; a correction needs a reason."""
    found, known = view.kind.event(event), view.events.get(event)
    ask = found.ask if found is not None else event
    rows: list[Block] = [blocks.section(f"*{escape(view.kind.name)}*: {escape(ask)}")]
    initial = typed(known.at, zone) if known is not None else ""
    hint = f"In your time, {zone.key}."
    rows.append(blocks.text_input("at", "When?", optional=False, initial=initial, placeholder=TIMES, hint=hint))
    if known is not None:
        rows.append(blocks.text_input("reason", "Why is it corrected?", optional=False, most=500))
        rows.append(blocks.context(f"First given as {day_and_time(known.first_at)}; that stays on record."))
    about = {"incident": str(incident.key), "kind": view.kind.key, "event": event, "zone": zone.key}
    title = "Correct a time" if known is not None else "Record a time"
    return blocks.form(title, rows, callback_id=EVENT, submit="Record", about=json.dumps(about))


def typed(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime(FORMAT)
