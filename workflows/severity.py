"""Raising and lowering the severity: the clock starts anew, and who is needed now is named."""

from collections.abc import Sequence

from storage.models import Incident, Status
from workflows import blocks, classifying, escalating, parties, updates
from workflows.announcing import announce_line
from workflows.change import Change, change
from workflows.classifier import Walk
from workflows.errors import UserError
from workflows.masking import mask
from workflows.overview import Overview, overview
from workflows.policy import Policy
from workflows.ports import Post
from workflows.role_words import ROLE_NAMES, take_buttons
from workflows.services import Services
from workflows.severities import Severity
from workflows.steps import Run
from workflows.surfaces import load
from workflows.words import duration, escape, in_line, person


class ReasonNeeded(UserError):
    """Lowering a severity takes a reason: fewer people will look from then on."""

    def __init__(self, incident: Incident, level: str) -> None:
        self.incident = incident
        self.level = level
        super().__init__(
            f"From {incident.severity} to {level} fewer people will look, so it takes a reason: "
            f"`/incident severity {level.lower()} because only one region is affected`. Nothing was changed."
        )


async def set_severity(
    services: Services,
    incident_id: int,
    level: str,
    *,
    press: str,
    by: str,
    reason: str = "",
    classified: Walk | None = None,
) -> Incident:
    """Raise or lower the severity. `reason` is Slack-encoded; `classified` are the answers that led to it, if any.

    Raises `ReasonNeeded`, `UserError` when it is that already or the incident has ended, `AlreadyDone`.
    """
    async with change(services, incident_id, press=press) as made:
        incident, before = made.incident, made.incident.severity
        updates.refuse_ended(incident)
        if before == level:
            raise UserError(f"{incident.ref} is {level} already. Nothing was changed.")
        raised = services.policy.more_severe(level, before)
        if not raised and not reason:
            raise ReasonNeeded(incident, level)
        if classified is not None:
            classifying.keep(made, classified, by)
        incident.severity = level
        because = f": {reason}" if reason else ""
        verb = "raised" if raised else "lowered"
        made.tell("severity", f"Severity {verb} from {before} to {level}{because}", by, state=level)
        await made.reset_clock(services)
        await made.refresh()
        if raised:
            await bring_in(made, before, services.policy)
        args = {"before": before, "level": level, "by": by, "reason": reason, "raised": raised}
        await made.owe("severity", f"{incident.id}:{incident.version}", args)
    return made.incident


async def bring_in(made: Change, before: str, policy: Policy) -> None:
    """Whoever belongs into an incident of this severity, and whoever is to be called for it."""
    await parties.owe(made, f"severity-{made.incident.version}", parties.wanted(made.incident, policy))
    await escalating.raised(made, policy, before)


def meaning(severity: Severity | None) -> str:
    """What a severity means and asks for, in one line."""
    if severity is None:
        return ""
    asks = [
        f" Somebody reacts within {duration(severity.respond_within)}." if severity.respond_within else "",
        f" Updates every {duration(severity.update_every)}." if severity.update_every else "",
    ]
    means = f": {escape(severity.definition)}" if severity.definition else ""
    return f"*{escape(severity.level)}* {escape(severity.name)}{means}.{''.join(asks)}"


def in_full(severity: Severity) -> str:
    """Everything that the scheme says about a level, for where somebody chooses it."""
    facts = [
        ("Example", severity.example),
        ("Response", response(severity)),
        ("Updates", f"every {duration(severity.update_every)}" if severity.update_every else "when something changes"),
        ("Escalation", severity.escalation),
        ("Roles", named(severity.roles)),
        ("Postmortem", "owed" if severity.postmortem else ""),
    ]
    lines = [f"*{escape(severity.level)}* {escape(severity.name)}: {escape(severity.definition)}"]
    return "\n".join([*lines, *(f"{name}: {escape(text)}" for name, text in facts if text)])


def response(severity: Severity) -> str:
    """Within how long, and how."""
    within = f"within {duration(severity.respond_within)}" if severity.respond_within else ""
    return " – ".join(part for part in (within, severity.response) if part)


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Say in the channel what holds now and who is needed; a raised severity is announced, too."""
    incident = await load(services, run.incident_id)
    if incident.channel_id is None:
        return
    async with services.database.read() as session:
        view = await overview(session, incident, services.policy)
    needed = newly_needed(view, str(run.args["before"]), services.policy) if run.args["raised"] else ()
    await run.post("line", incident.channel_id, said(run, view, needed, services.policy))
    if run.args["raised"] and incident.status != Status.TRIAGE:
        await announce_line(run, services, announced(run, view, needed, services.policy))


def newly_needed(view: Overview, before: str, policy: Policy) -> Sequence[str]:
    """Roles that the new severity asks for, the old one did not, and nobody holds."""
    old = policy.severity(before)
    return [role for role in view.free_roles if old is None or role not in old.roles]


def said(run: Run, view: Overview, needed: Sequence[str], policy: Policy) -> Post:
    """The line in the channel, with a button for each role that is needed now."""
    because = f": {run.args['reason']}" if run.args["reason"] else ""
    verb = "raised" if run.args["raised"] else "lowered"
    level = str(run.args["level"])
    lines = [
        f"{person(str(run.args['by']))} {verb} the severity from {run.args['before']} to {level}{because}",
        meaning(policy.severity(level)),
    ]
    if not needed:
        return Post(text="\n".join(lines))
    lines.append(f"Needed now: {named(needed)}.")
    buttons = take_buttons(needed, str(view.incident.id))
    text = "\n".join(lines)
    return Post(text=text, blocks=(blocks.section(text), blocks.actions(buttons, block_id="needed")))


def announced(run: Run, view: Overview, needed: Sequence[str], policy: Policy) -> str:
    """For those who are not in the channel: what it is now, and where to help. Pings nobody."""
    incident, level = view.incident, str(run.args["level"])
    title = f"⬆️ *{incident.ref}* is {escape(level)} now, it was {run.args['before']}: {escape(incident.title)}"
    because = f" Why: {in_line(mask(str(run.args['reason'])).text, 300)}." if run.args["reason"] else ""
    roles = f" Needed: {named(needed)}." if needed else ""
    where = f" Go to <#{incident.channel_id}>." if incident.channel_id else ""
    return f"{title}\n{meaning(policy.severity(level))}{because}{roles}{where}"


def named(roles: Sequence[str]) -> str:
    return ", ".join(ROLE_NAMES.get(role, role).lower() for role in roles)
