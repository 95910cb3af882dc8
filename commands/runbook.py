"""`/incident runbook`: find a runbook, read it, start it, tick its steps; and what usually helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commands import speech
from commands.request import NOTHING, ButtonPress, Reply, SlashRequest, Subcommand, told
from commands.which import by_id, incident_meant, number_behind
from storage import checklists as stored
from storage.models import Checklist, Incident
from workflows import access, approved, blocks, checklists, library, mitigations, mrkdwn, remediation
from workflows.blocks import Block
from workflows.errors import UserError
from workflows.library import Shelf
from workflows.policy import Hook
from workflows.runbooks import Runbook
from workflows.services import Services
from workflows.words import escape, in_line, plain, quoted

LISTED: Final = 12  # a list in Slack that one can take in; words find the others
TICKS: Final = re.compile(r"(?i)^(?P<verb>done|tick|undo|untick|undone)\b[\s#]*(?P<numbers>[\d\s,#&+]*(?:and\s+\d+)?)$")
MITIGATE: Final = frozenset({"mitigations", "mitigation", "mitigate"})
VERBS: Final = frozenset({"start", "show", "open", "list", "find"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`verb` is list, show, start, mitigations, done or undo; `words` name a runbook, `numbers` steps."""

    verb: str
    words: str = ""
    numbers: tuple[int, ...] = ()


def parse(text: str) -> Asked:
    """What follows `/incident runbook`. Raises `UserError` when steps are ticked without saying which."""
    text = speech.unquoted(plain(" ".join(text.split())))
    ticks = TICKS.match(text)
    if ticks is not None:
        numbers = tuple(dict.fromkeys(int(number) for number in re.findall(r"\d{1,6}", ticks["numbers"])))
        if not numbers:
            raise UserError("Which step? For example `/incident runbook done 3`, or `done 3, 4`.")
        return Asked(verb="done" if ticks["verb"].lower() in ("done", "tick") else "undo", numbers=numbers)
    first, _, rest = text.partition(" ")
    word = first.lower()
    if word in MITIGATE and not rest:
        return Asked(verb="mitigations")
    if word not in VERBS:
        return Asked(verb="show" if text else "list", words=text)
    if word in ("list", "find") or not rest:
        return Asked(verb="show" if rest else "list", words=rest)
    return Asked(verb="start" if word == "start" else "show", words=rest)


async def command(request: SlashRequest, services: Services) -> Reply:
    """Outside an incident's channel runbooks can be read; inside they can be started, too."""
    incident, request = await meant_if_any(request, services)
    asked = parse(request.text)
    if incident is None and (asked.verb not in ("list", "show") or await access.asks_as_guest(services)):
        await incident_meant(request, services)  # says what to type
    if incident is not None and asked.verb == "mitigations":
        return await mitigation_page(incident, services)
    if incident is not None and asked.verb in ("done", "undo"):
        return await ticked_in_words(incident, asked, request, services)
    shelf = await services.library.shelf(services.policy)
    if asked.verb == "list":
        return listed(shelf, incident, services)
    found = library.called(shelf.runbooks, asked.words)
    if len(found) != 1:
        return ambiguous(found, asked.words, shelf, incident, services)
    if incident is not None and asked.verb == "start":
        return await started(incident, found[0].slug, press=request.press, by=request.user_id, services=services)
    return details(found[0], incident, services)


async def mitigation_page(incident: Incident, services: Services) -> Reply:
    """What usually helps, and what has been approved in advance for an incident like this one."""
    post = mitigations.offered(incident)
    hooks = await remediation.buttons(services, incident, await remediation.pressable(services, incident))
    rows = [blocks.context("Approved in advance, each sent once:"), blocks.actions(hooks)] if hooks else []
    return told(post.text, *post.blocks, *rows)


async def meant_if_any(request: SlashRequest, services: Services) -> tuple[Incident | None, SlashRequest]:
    """The incident that is named, or whose channel this is. A name that is wrong is still an error."""
    number, channel_id, _ = speech.find_reference(request.text)
    try:
        return await incident_meant(request, services)
    except UserError:
        if number is not None or channel_id is not None:
            raise
        return None, request


def listed(shelf: Shelf, incident: Incident | None, services: Services) -> Reply:
    """What fits first, then the others by title."""
    if not shelf.runbooks:
        return told(f"{shelf.trouble} There are no runbooks yet: docs/runbooks.md says how to write one.".strip())
    fits = library.fitting(shelf.runbooks, title=incident.title, service=incident.service) if incident else []
    ordered = [*fits, *(one for one in shelf.runbooks if one not in fits)]
    head = f"*Runbooks* ({len(fits)} fit {incident.ref})" if incident and fits else "*Runbooks*"
    rows = [blocks.section(head), *(row(one, incident, services, fits=one in fits) for one in ordered[:LISTED])]
    more = len(ordered) - LISTED
    tail = f"{more} more: `/incident runbook <words>` finds them. " if more > 0 else ""
    if incident is not None:
        tail += "`/incident runbook mitigations` lists what usually helps. "
        hooks = approved.available(incident, services.policy)
        tail += f"Approved in advance: {names(hooks)}, `/incident remediate`. " if hooks else ""
    if shelf.trouble:
        tail += f"⚠️ {escape(shelf.trouble)}"
    if tail:
        rows.append(blocks.context(tail.strip()))
    text = "\n".join([head, *(line(one, services) for one in ordered[:LISTED]), tail.strip()])
    return told(text.strip(), *rows)


def names(hooks: Sequence[Hook]) -> str:
    return ", ".join(f"“{escape(one.name)}”" for one in hooks)


def row(runbook: Runbook, incident: Incident | None, services: Services, *, fits: bool) -> Block:
    button = start_button(runbook.slug, incident, label="Start") if incident is not None else None
    sign = "📖 " if fits else ""
    return blocks.section(sign + line(runbook, services), accessory=button)


def line(runbook: Runbook, services: Services) -> str:
    """`*Database failover* · SEV0 or SEV1 · 7 steps – the primary does not answer`."""
    parts = [f"*{escape(runbook.title)}*", in_line(runbook.said("severity"), 40), counted(runbook)]
    if is_stale(runbook, services):
        parts.append("⚠️ may be out of date")
    trigger = in_line(runbook.said("trigger"), 150)
    return " · ".join(part for part in parts if part) + (f" – {trigger}" if trigger else "")


def counted(runbook: Runbook) -> str:
    return "1 step" if len(runbook.steps) == 1 else f"{len(runbook.steps)} steps"


def is_stale(runbook: Runbook, services: Services) -> bool:
    today = services.clock.now().astimezone(services.policy.time_zone).date()
    return runbook.stale(today, services.policy.runbooks.stale_after)


def start_button(slug: str, incident: Incident, *, label: str) -> Block:
    return blocks.button(label, "runbook_start", f"{incident.id}.{slug}")


def ambiguous(
    found: Sequence[Runbook], words: str, shelf: Shelf, incident: Incident | None, services: Services
) -> Reply:
    """Several may be meant, or none."""
    if not found:
        titles = ", ".join(f"“{escape(one.title)}”" for one in shelf.runbooks[:LISTED]) or "none yet"
        return told(f"No runbook is called {quoted(words)}. There are: {titles}.")
    rows = [row(one, incident, services, fits=False) for one in found]
    head = f"Several runbooks fit {quoted(words)}:"
    return told("\n".join([head, *(line(one, services) for one in found)]), blocks.section(head), *rows)


def details(runbook: Runbook, incident: Incident | None, services: Services) -> Reply:
    """Everything it says, privately; with a button that starts it, where there is an incident to start it for."""
    before = checklists.before_text(runbook, stale=is_stale(runbook, services))
    steps = "\n".join(f"*{number}.* {text}" for number, text in enumerate(runbook.steps, start=1))
    title = f"📖 *{escape(runbook.title)}* · `{escape(runbook.file)}`"
    texts = [title, before, f"*Steps*\n{steps}" if steps else "", checklists.after_text(runbook)]
    rows: list[Block] = [blocks.section(mrkdwn.fitted(text, blocks.SECTION_LIMIT)) for text in texts if text]
    if incident is not None and incident.is_open and runbook.steps:
        rows.append(blocks.actions([start_button(runbook.slug, incident, label="Start runbook")]))
    return told(f"{title}\n{in_line(runbook.said('trigger'), 300)}", *rows)


async def started(incident: Incident, slug: str, *, press: str, by: str, services: Services) -> Reply:
    runbook = await checklists.start(services, incident.key, slug, press=press, by=by)
    return told(f"Started “{escape(runbook.title)}” for {incident.ref}: its checklist is in the channel.")


async def ticked_in_words(incident: Incident, asked: Asked, request: SlashRequest, services: Services) -> Reply:
    """`done 3` means the runbook that was started last."""
    async with services.database.read() as session:
        newest: Checklist | None = await stored.foremost(session, incident.key)
    if newest is None or newest.started_at is None:
        raise UserError(f"No runbook has been started for {incident.ref}. `/incident runbook` lists those there are.")
    said = await checklists.tick(
        services,
        incident.key,
        newest.key,
        asked.numbers,
        done=asked.verb == "done",
        press=request.press,
        by=request.user_id,
    )
    return told(said)


# Buttons. Their values are ids with dots between them; the incident comes first.


async def pressed_start(press: ButtonPress, services: Services) -> Reply:
    """*Start runbook* on the card, in a list, or below what it says."""
    number, _, slug = press.value.partition(".")
    incident = await by_id(number, services)
    await checklists.start(services, incident.key, slug, press=press.press, by=press.user_id)
    return NOTHING


async def ticked(press: ButtonPress, services: Services) -> Reply:
    return await marked(press, services, done=True)


async def unticked(press: ButtonPress, services: Services) -> Reply:
    return await marked(press, services, done=False)


async def marked(press: ButtonPress, services: Services, *, done: bool) -> Reply:
    number, _, rest = press.value.partition(".")
    incident = await by_id(number, services)
    checklist, _, step = rest.partition(".")
    await checklists.tick(
        services,
        incident.key,
        number_behind(checklist),
        [number_behind(step)],
        done=done,
        press=press.press,
        by=press.user_id,
    )
    return NOTHING


async def opened_mitigations(press: ButtonPress, services: Services) -> Reply:
    """*Mitigate* on a reminder."""
    return await mitigation_page(await by_id(press.value, services), services)


async def tried(press: ButtonPress, services: Services) -> Reply:
    """One of the mitigations."""
    incident = await by_id(press.value, services)
    key = press.action_id.rpartition("_")[2]
    await mitigations.attempt(services, incident.key, key, press=press.press, by=press.user_id)
    return NOTHING


SUBCOMMAND = Subcommand(
    word="runbook",
    synonyms=("runbooks", "playbook", "playbooks"),
    usage="runbook [words | start words | done 3 | mitigations]",
    help="Find a runbook, work through it as a checklist, or see what usually helps.",
    function=command,
)
