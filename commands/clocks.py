"""`/incident clocks`: duties to report – which may apply, how much time is left, what was sent."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from commands import clock_forms
from commands.clock_reading import BECAUSE, Asked
from commands.request import NOTHING, ButtonPress, FormSubmission, Reply, SlashRequest, Subcommand, shown, told
from commands.which import by_id, incident_meant
from storage import clocks as stored
from storage.models import ClockState, Incident
from workflows import blocks, clocks, clocks_words, people, spoken
from workflows.blocks import Block
from workflows.clocks_kinds import Kind, called
from workflows.clocks_view import ClockView, Report, of_merged, views
from workflows.errors import FormErrors, UserError
from workflows.services import Services
from workflows.words import escape, in_line, plain, quoted, safe

VERBS: Final = {
    **dict.fromkeys(("start", "begin", "add", "apply", "applies"), "start"),
    **dict.fromkeys(("none", "no"), "none"),
    **dict.fromkeys(("event", "happened", "correct", "time"), "event"),
    **dict.fromkeys(("submitted", "submit", "sent", "filed", "reported", "notified", "done"), "submitted"),
    **dict.fromkeys(("not-required", "notrequired", "waive", "waived", "n/a", "skip"), "not-required"),
    **dict.fromkeys(("resume", "undo", "owed", "required"), "resume"),
    **dict.fromkeys(("kinds", "kind", "regimes", "laws"), "kinds"),
    **dict.fromkeys(("list", "show", "all"), "list"),
}
REFERENCE: Final = re.compile(r"(?i)^\s*(?:(?:with\s+)?(?:reference|ref|number|no)\b)?[\s.:#,–-]*")
USAGE: Final = (
    "`/incident clocks start gdpr, nis2 13:40` (when you became aware), `none because …`, "
    "`submitted gdpr authority 14:05 ref ABC-1`, `not-required gdpr people because …`, "
    "`event sec-8k material 14:00`, `kinds gdpr`"
)


async def command(request: SlashRequest, services: Services) -> Reply:
    """How things stand, or one of `VERBS`."""
    word, _, rest = request.text.strip().partition(" ")
    if VERBS.get(word.lower()) == "kinds":
        return kinds_on_view(plain(rest), services)
    incident, request = await incident_meant(request, services)
    word, _, rest = request.text.strip().partition(" ")
    if word.lower() == "not" and rest.lower().startswith("required"):
        word, rest = "not-required", rest.partition(" ")[2]
    verb = VERBS.get(word.lower().rstrip(",:"), "list" if not word else "")
    if verb == "list":
        return await on_view(incident, services)
    if verb == "kinds":
        return kinds_on_view(plain(rest), services)
    if not verb:
        raise UserError(f"{quoted(plain(word))} does not go with clocks. {USAGE} work. Nothing was changed.")
    zone = await people.zone(services, request.user_id)
    asked = Asked(incident, rest.strip(), request, services, zone)
    return await DO[verb](asked)


async def start(asked: Asked) -> Reply:
    """`start gdpr, nis2 13:40`; without words, the form."""
    policy, kinds = asked.services.policy.clocks, []
    if not asked.rest:
        return shown(await start_form(asked.incident, asked.zone, asked.services))
    asked.drop_fillers()
    while (kind := asked.kind(policy.known)) is not None:
        kinds.append(kind)
        while asked.next_word() == "and":
            asked.skip()
    if not kinds:
        raise UserError(f"{quoted(plain(asked.rest))} is no kind that I know. {names_of(policy.known)}")
    at = asked.moment()
    if at is None and asked.rest:
        raise UserError(
            f"{quoted(plain(asked.rest))} is neither a kind that I know nor a time. {names_of(policy.known)} "
            f"Times: {clock_forms.TIMES}. Nothing was changed."
        )
    refuse_unaware(kinds, at)
    bring = not asked.incident.private
    found = await clocks.start(
        asked.services, asked.incident.key, kinds, at, press=asked.press, by=asked.by, bring=bring
    )
    let_in = f" {NOT_LET_IN}" if asked.incident.private and policy.tell else ""
    names = ", ".join(escape(view.kind.name) for view in found)
    return told(f"Counting for {names}. `/incident clocks` shows what is owed by when.{let_in}")


NOT_LET_IN: Final = "Nobody was let into this private incident for it; `/incident access add @who` does that."


def names_of(kinds: Sequence[Kind]) -> str:
    named = ", ".join(f"`{kind.key}`" for kind in kinds)
    return f"There is {named}; `/incident clocks kinds` tells more."


def refuse_unaware(kinds: Sequence[Kind], at: datetime | None) -> None:
    """Raise `UserError` where time begins with knowing and nobody says since when people know."""
    counted = [kind.name for kind in kinds if any(event.awareness for event in kind.events)]
    if counted and at is None:
        raise UserError(
            f"When did you become aware? The time of {', '.join(map(escape, counted))} begins then, not when it was "
            "declared. For example `/incident clocks start gdpr 13:40`. Nothing was changed."
        )


async def none(asked: Asked) -> Reply:
    reason = BECAUSE.sub("", re.sub(r"(?i)^(?:of\s+them\s+)?appl(?:y|ies)\b", "", asked.rest), count=1).strip()
    if not any(character.isalnum() for character in plain(reason)):
        raise UserError(
            "Why does none apply? For example `/incident clocks none because no personal data was touched`."
        )
    await clocks.none_apply(asked.services, asked.incident.key, safe(reason), press=asked.press, by=asked.by)
    return told(f"Noted for {asked.incident.ref}: no duty to report applies – {in_line(safe(reason), 300)}.")


async def event(asked: Asked) -> Reply:
    view = await asked.view()
    word = asked.skip().strip(":").lower()
    at = asked.moment()
    if at is None:
        named = ", ".join(f"`{one.key}`" for one in view.kind.events)
        raise UserError(
            f"When was it? `/incident clocks event {view.kind.key} {view.kind.events[0].key} 14:00`; "
            f"{escape(view.kind.name)} knows {named}. Nothing was changed."
        )
    changed = await clocks.set_event(
        asked.services,
        view.clock.incident_id,
        view.kind.key,
        word,
        at,
        reason=asked.reason(),
        press=asked.press,
        by=asked.by,
    )
    return told(clocks_words.list_lines(changed, asked.services.clock.now()))


async def submitted(asked: Asked) -> Reply:
    report = await asked.report()
    at = asked.moment() or asked.services.clock.now()
    reference = safe(REFERENCE.sub("", asked.rest, count=1).strip())
    recorded = await clocks.submit(
        asked.services,
        report.view.clock.incident_id,
        report.step.key,
        at,
        reference=reference,
        press=asked.press,
        by=asked.by,
    )
    return told(line(recorded, asked.services))


async def not_required(asked: Asked) -> Reply:
    report, reason = await asked.report(), asked.reason()
    if not any(character.isalnum() for character in plain(reason)):
        raise UserError(
            f"Why is it not required? For example `/incident clocks not-required {report.view.kind.key} "
            f"{report.step.step} because …`. Nothing was changed."
        )
    recorded = await clocks.waive(
        asked.services, report.view.clock.incident_id, report.step.key, reason=reason, press=asked.press, by=asked.by
    )
    return told(line(recorded, asked.services))


async def resume(asked: Asked) -> Reply:
    report = await asked.report()
    recorded = await clocks.resume(
        asked.services,
        report.view.clock.incident_id,
        report.step.key,
        reason=asked.reason(),
        press=asked.press,
        by=asked.by,
    )
    return told(line(recorded, asked.services))


def line(report: Report, services: Services) -> str:
    return f"*{escape(report.view.kind.name)}* {clocks_words.step_line(report.view, report.step, services.clock.now())}"


DO: Final = {
    "start": start,
    "none": none,
    "event": event,
    "submitted": submitted,
    "not-required": not_required,
    "resume": resume,
}


# What is shown


async def on_view(incident: Incident, services: Services) -> Reply:
    """Every clock with its reports, and buttons for what can be recorded."""
    now = services.clock.now()
    async with services.database.read() as session:
        found = [*await views(session, incident.key), *await of_merged(session, incident)]
        question = await stored.question(session, incident.key)
    more = blocks.button("Add" if found else "Answer", "clocks_open", str(incident.key), style="primary")
    if not found:
        said = (
            f"None applies: {in_line(question.reason, 500)}" if question and question.reason else "Nobody has said yet"
        )
        text = f"*Duties to report of {incident.ref}*\n{said}. {clocks_words.ADVICE}"
        return told(text, blocks.section(text), blocks.actions([more], block_id="clocks"))
    texts = [merged_from(view, incident) + clocks_words.list_lines(view, now) for view in found]
    rows: list[Block] = [blocks.section(f"*Duties to report of {incident.ref}*")]
    for view, text in zip(found, texts, strict=True):
        rows.append(blocks.section(text))
        rows.append(blocks.actions(buttons(view), block_id=f"clocks_{view.clock.key}"))
    rows += [blocks.actions([more], block_id="clocks"), blocks.context(clocks_words.ADVICE)]
    return told("\n".join([f"*Duties to report of {incident.ref}*", *texts]), *rows)


def merged_from(view: ClockView, incident: Incident) -> str:
    """Whose duty it is, where that is not this incident's own."""
    return f"INC-{view.clock.incident_id}, merged into this: " if view.clock.incident_id != incident.key else ""


def buttons(view: ClockView) -> list[Block]:
    """What can be recorded for one clock."""
    open_steps = [step for step in view.steps if step.state in (ClockState.RUNNING, ClockState.WAITING)]
    about = f"{view.clock.incident_id}:{view.kind.key}"
    return [
        *(
            blocks.button(f"Record {step.step}", f"clocks_record_{step.key}", f"{view.clock.incident_id}:{step.key}")
            for step in open_steps
        ),
        *(
            blocks.button(
                f"{'Correct' if one.key in view.events else 'Set'} {one.key}",
                f"clocks_event_{one.key}",
                f"{about}:{one.key}",
            )
            for one in view.kind.events
        ),
    ]


def kinds_on_view(typed: str, services: Services) -> Reply:
    """All kinds that there are, or everything about one. In any channel."""
    policy = services.policy.clocks
    kind = called(policy.known, typed) if typed.strip() else None
    if kind is not None:
        return told(clocks_words.kind_details(kind))
    if typed.strip():
        raise UserError(f"{quoted(typed.strip())} is no kind that I know. {names_of(policy.known)}")
    areas = clock_forms.groups_of(policy.known)
    texts = ["\n".join([f"*{escape(area)}*", *map(clocks_words.kind_line, within)]) for area, within in areas]
    hint = f"`/incident clocks kinds gdpr` tells all about one. {clocks_words.ADVICE}"
    return told("\n".join([*texts, hint]), *map(blocks.section, texts), blocks.context(hint))


# Buttons and forms


async def opened(press: ButtonPress, services: Services) -> Reply:
    """*Answer*, *Add*: which may apply."""
    incident = await by_id(press.value, services)
    return shown(await start_form(incident, await people.zone(services, press.user_id), services))


async def start_form(incident: Incident, zone: ZoneInfo, services: Services) -> Block:
    policy = services.policy.clocks
    async with services.database.read() as session:
        running = await views(session, incident.key)
    counted = {view.kind.key for view in running}
    left = [kind for kind in policy.offered if kind.key not in counted]
    if not left:
        raise UserError(f"Everything that is asked about is counted for {incident.ref}. `/incident clocks` shows it.")
    return clock_forms.start_form(incident, left, running, zone, bring=bool(policy.tell))


async def started(request: FormSubmission, services: Services) -> Reply:
    """Which may apply, or that none does and why."""
    incident = await by_id(request.about["incident"], services)
    values, policy = request.values, services.policy.clocks
    boxes = [value for name, value in values.items() if name.startswith("kinds_")]
    chosen = [kind for kind in policy.offered if kind.key in ",".join(boxes).split(",")]
    reason = escape(values.get("none", "").strip())
    if bool(chosen) == bool(reason):
        field = "none" if chosen else "kinds_0"
        raise FormErrors({field: "Tick what may apply, or say why nothing does: one of the two, please."})
    if reason:
        await clocks.none_apply(services, incident.key, reason, press=request.press, by=request.user_id)
        return NOTHING
    at = time_of(values.get("aware", ""), "aware", request, services)
    try:
        refuse_unaware(chosen, at)
    except UserError as refusal:
        raise FormErrors({"aware": plain(str(refusal)).partition(" For example")[0]}) from refusal
    bring = "bring" in values.get("bring", "")
    await clocks.start(services, incident.key, chosen, at, press=request.press, by=request.user_id, bring=bring)
    return NOTHING


def time_of(typed: str, field: str, request: FormSubmission, services: Services) -> datetime | None:
    """A field as a time; nothing when it is empty. Raises `FormErrors`."""
    zone, now = ZoneInfo(request.about["zone"]), services.clock.now()
    if typed.strip().lower() in ("", "now"):
        return now if typed.strip() else None
    try:
        found = spoken.find_moment(typed, now, zone)
    except spoken.Impossible as impossible:
        raise FormErrors({field: f"“{impossible}” is not a time that has passed. Times are in {zone}."}) from impossible
    if found.at is None or found.rest:
        raise FormErrors({field: f"As {clock_forms.TIMES}, please, in {zone}."})
    return found.at


async def recording(press: ButtonPress, services: Services) -> Reply:
    """*Record …* in the list; *Sent* and *Not required* below a reminder."""
    number, _, step_id = press.value.partition(":")
    incident = await by_id(number, services)
    async with services.database.read() as session:
        found = [(view, step) for view in await views(session, incident.key) for step in view.steps]
    report = next((Report(view=view, step=step) for view, step in found if str(step.key) == step_id), None)
    if report is None:
        raise UserError(f"{incident.ref} has no such report. `/incident clocks` shows those there are.")
    what = "waive" if press.action_id == "clocks_waive" else "sent"
    return shown(clock_forms.record_form(incident, report, what, await people.zone(services, press.user_id)))


async def recorded(request: FormSubmission, services: Services) -> Reply:
    """What became of a report."""
    incident = await by_id(request.about["incident"], services)
    values, step_id = request.values, int(request.about["step"])
    reason, reference = (escape(values.get(name, "").strip()) for name in ("reason", "reference"))
    who = {"press": request.press, "by": request.user_id}
    if values.get("what") == "waive":
        if not reason:
            raise FormErrors({"reason": "Why is it not required? It is kept with the incident."})
        await clocks.waive(services, incident.key, step_id, reason=reason, **who)
        return NOTHING
    at = time_of(values.get("at", ""), "at", request, services) or services.clock.now()
    await clocks.submit(services, incident.key, step_id, at, reference=reference, **who)
    return NOTHING


async def timing(press: ButtonPress, services: Services) -> Reply:
    """*Set …*, *Correct …*: when something happened."""
    number, _, rest = press.value.partition(":")
    kind, _, word = rest.partition(":")
    incident = await by_id(number, services)
    async with services.database.read() as session:
        view = next((one for one in await views(session, incident.key) if one.kind.key == kind), None)
    if view is None:
        raise UserError(f"Nothing is counted for that in {incident.ref}. `/incident clocks` shows what is.")
    return shown(clock_forms.event_form(incident, view, word, await people.zone(services, press.user_id)))


async def timed(request: FormSubmission, services: Services) -> Reply:
    incident = await by_id(request.about["incident"], services)
    at = time_of(request.values.get("at", ""), "at", request, services)
    if at is None:
        raise FormErrors({"at": f"As {clock_forms.TIMES}, please."})
    await clocks.set_event(
        services,
        incident.key,
        request.about["kind"],
        request.about["event"],
        at,
        reason=escape(request.values.get("reason", "").strip()),
        press=request.press,
        by=request.user_id,
    )
    return NOTHING


SUBCOMMAND = Subcommand(
    word="clocks",
    synonyms=("clock", "regulatory", "duties"),
    usage="clocks [start gdpr 13:40 | none because … | submitted gdpr authority ref … | kinds]",
    help="Duties to report, such as 72 hours for the GDPR: which apply, what is left, what was sent.",
    function=command,
)
