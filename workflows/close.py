"""Closing: the gates, one transaction, and then the postmortem draft in the channel and on disk."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import incidents, private_files
from storage.models import Incident, Status, Surface
from workflows import actions, audit, bookmarks, lifecycle, permissions, postmortem, reconcile, surfaces
from workflows.change import Change, change
from workflows.closing_words import closed_line, closing_post
from workflows.errors import UserError
from workflows.policy import PERMISSIONS, Policy
from workflows.record import read_with_names, without_secrets
from workflows.services import Asker, Services
from workflows.steps import Run, done
from workflows.surfaces import load
from workflows.words import clock_time, escape, person

SURFACE: Final = "postmortem"  # its `ts` is the id of the file that was uploaded last


@dataclass(frozen=True, kw_only=True)
class CloseRequest:
    """What somebody gives to close with. Texts are Slack-encoded; an empty one leaves what is known as it is."""

    press: str
    user_id: str
    incident_id: int
    summary: str = ""
    impact: str = ""
    reason: str = ""


class Incomplete(UserError):
    """Something must be said before this incident can be closed: `missing` are `summary`, `impact`, `reason`.

    `stable_at` is from when on no reason is needed.
    """

    def __init__(self, incident: Incident, missing: tuple[str, ...], stable_at: datetime) -> None:
        self.incident = incident
        self.missing = missing
        self.stable_at = stable_at
        super().__init__(f"To close {incident.ref}, still needed: {', '.join(missing)}. Nothing was changed.")


async def accept(request: CloseRequest, services: Services) -> Incident:
    """Close the incident, and owe the draft.

    Raises `Incomplete` when something must be said first, `UserError` when it cannot be closed or not by this person;
    the latter is noted on the timeline. `AlreadyDone` for the same press.
    """
    refusal = ""
    async with change(services, request.incident_id, press=request.press) as made:
        status = lifecycle.move(made.incident.status, "close")
        refusal = await who_may(made.session, made.incident, request.user_id, services)
        if refusal:
            await audit.refused_now(made.session, services.asker, request.incident_id, made.now)
            made.tell("refused", "Closing was asked for by somebody who may not. Nothing was changed.", request.user_id)
        else:
            await refuse_open_handoff(made)
            fill(made.incident, request)
            refuse_incomplete(made.incident, request.reason, made.now, services.policy)
            await close(made, status, request, services)
    if refusal:
        raise UserError(refusal)
    return made.incident


async def who_may(session: AsyncSession, incident: Incident, user_id: str, services: Services) -> str:
    """Why this person may not close the incident, and what would work; empty when they may."""
    asker, who = services.asker or Asker(user_id=user_id), permissions.who_may(services.policy, "close")
    if await permissions.is_one_of(session, incident, asker, who, services.policy):
        return ""
    if who != PERMISSIONS["close"]:
        return await permissions.refusal(session, incident, who)
    commander = await incidents.holder(session, incident.key, "ic")
    if commander is None:
        return (
            f"{incident.ref} has no incident commander, and closing it is for that person. "
            "`/incident role take ic` makes it you; then close it."
        )
    return (
        f"{person(commander)} is incident commander of {incident.ref}, so closing it is for them and for admins. "
        "Ask them, or offer to take over: they can use `/incident handoff`. Nothing was changed."
    )


async def refuse_open_handoff(made: Change) -> None:
    offer = await incidents.open_handoff(made.session, made.incident.key)
    if offer is not None and offer.expires_at > made.now:
        raise UserError(
            f"{person(offer.to_user)} has been asked to take over {made.incident.ref} and can answer until "
            f"{clock_time(offer.expires_at)}. Close it after the answer, or `/incident handoff withdraw` first."
        )


def fill(incident: Incident, request: CloseRequest) -> None:
    """Keep what was given; what was not given stays."""
    incident.summary = request.summary or incident.summary
    incident.impact = request.impact or incident.impact


def refuse_incomplete(incident: Incident, reason: str, now: datetime, policy: Policy) -> None:
    """A closed incident says what happened and to whom, and has been quiet for a while or says why that is enough.

    A drill need not be watched.
    """
    stable_at = (incident.resolved_at or now) + policy.stable_for
    quiet = now >= stable_at or incident.drill
    given = {"summary": incident.summary, "impact": incident.impact, "reason": reason or quiet}
    missing = tuple(name for name, value in given.items() if not value)
    if missing:
        raise Incomplete(incident, missing, stable_at)


async def close(made: Change, status: Status, request: CloseRequest, services: Services) -> None:
    """The rows of a close: state, line, the clock of the postmortem, the work owed."""
    incident = made.incident
    incident.status = status
    incident.closed_at = made.now
    incident.close_reason = request.reason
    incident.postmortem_due_at = made.now + services.policy.postmortem_due
    await made.reset_clock(services)
    await actions.carry_over(made, services)
    made.tell("status", closed_line(incident), request.user_id, state=status)
    await made.refresh()
    # An incident may be reopened and closed again: each closing has a run, and a draft, of its own.
    about = {"by": request.user_id, "closed_at": made.now.isoformat()}
    await made.owe("close", f"{incident.id}:{incident.version}", about)


# What follows happens in Slack, and may be entered again at any point.


async def run(run: Run, services: Services) -> None:
    """Read the channel back, write the draft to disk, share it, tell what was closed and what comes next."""
    incident = await load(services, run.incident_id)
    if not still_closed(incident, run):
        return
    await run.attempt(
        "reconcile",
        lambda: done(reconcile.reconcile(services, incident.key)),
        loss="The channel could not be read back before the draft was written",
    )
    record = without_secrets(await read_with_names(services, incident.key))
    # Long incidents take a moment to write down, in which others must be answered.
    text = await asyncio.to_thread(postmortem.draft, record, services.policy)
    if incident.channel_id is None:
        await write_draft(services, incident, text)
        return
    file_id = await share(run, services, record.incident, text)
    canvas_id = await run.attempt(
        "canvas",
        lambda: services.slack.files.canvas(incident.channel_id or "", text),
        loss="The draft could not be shown as a canvas, too; the file has all of it",
    )
    post = closing_post(record, services.policy, str(run.args["by"]), shared=bool(file_id), canvas=bool(canvas_id))
    await run.post("closed", incident.channel_id, post)
    await bookmarks.keep_current(services, incident.key)


def still_closed(incident: Incident, run: Run) -> bool:
    """Whether this closing still stands: it may have been reopened, and even closed again, since."""
    closed_at = incident.closed_at.isoformat() if incident.closed_at else ""
    return incident.status == Status.CLOSED and closed_at == run.args["closed_at"]


async def share(run: Run, services: Services, incident: Incident, text: str) -> str | None:
    """Write the draft and upload what was written. The id of the file, or nothing when Slack refuses it."""
    channel_id, name = incident.channel_id or "", postmortem.file_name(incident.ref)
    known = await surfaces.find(services, incident.key, SURFACE)

    async def upload() -> str:
        content = await write_draft(services, incident, text)
        return await services.slack.files.upload(
            channel_id,
            name,
            content,
            title=f"Postmortem {incident.ref}",
            comment=f"The postmortem draft of {incident.ref} “{escape(incident.title)}”.",
        )

    async def look() -> str | None:
        """The file that an earlier entry uploaded, and not the one of an earlier closing."""
        found = await services.slack.files.find(channel_id, name)
        return None if known is not None and known.ts == found else found

    loss = f"The draft could not be uploaded; `sitrep export {incident.ref}` prints it"
    file_id = await run.attempt("upload", upload, look, loss=loss)
    if file_id is not None:
        surface = known or Surface(incident_id=incident.key, kind=SURFACE, channel_id=channel_id)
        surface.ts = file_id
        await surfaces.keep(services, surface)
    return file_id


async def write_draft(services: Services, incident: Incident, text: str) -> bytes:
    """Write `postmortem-INC-7.md` into the data folder, anew at each closing; returns what was written."""
    content = text.encode()
    path = services.data_folder / postmortem.file_name(incident.ref)
    await asyncio.to_thread(replace_file, path, content)
    return content


def replace_file(path: Path, content: bytes) -> None:
    """Nobody ever finds half a file there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with open(new, "wb", opener=private_files.opener) as file:
        file.write(content)
    os.replace(new, path)
