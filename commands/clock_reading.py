"""What people type after `/incident clocks`, read from the left: a kind, one of its reports, a time, a reason."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from commands import clock_forms
from commands.request import SlashRequest
from storage.models import ClockState, Incident
from workflows import spoken
from workflows.clocks_kinds import Kind, bare, called
from workflows.clocks_view import ClockView, Report, of_merged, views
from workflows.errors import UserError
from workflows.services import Services
from workflows.words import escape, safe

FILLERS: Final = ("and", "for", "at", "aware", "since", "from", "as", "of")
BECAUSE: Final = re.compile(r"(?is)^\s*(?:(?:because|as|since|reason)\b)?[\s:,–-]*(?:of\s+)?")


class Asked:
    """A line being read: what follows the verb, from the left."""

    def __init__(
        self, incident: Incident, rest: str, request: SlashRequest, services: Services, zone: ZoneInfo
    ) -> None:
        self.incident = incident
        self.rest = rest
        self.press, self.by = request.press, request.user_id
        self.services = services
        self.zone = zone

    def kind(self, among: Sequence[Kind]) -> Kind | None:
        """Take a kind from the left: its name in full, of up to three words, or its key, nearly so."""
        words = [word for word in re.split(r"[\s,]+", self.rest) if word]
        names = {bare(name): kind for kind in among for name in (kind.key, kind.name)}
        for count in (3, 2):
            found = names.get(bare("".join(words[:count]))) if len(words) >= count else None
            if found is not None:
                self.skip(count)
                return found
        found = called(among, words[0]) if words else None
        if found is not None:
            self.skip()
        return found

    def skip(self, count: int = 1) -> str:
        """Take words from the left."""
        match = re.match(rf"[\s,]*(?:[^\s,]+[\s,]*){{{count}}}", self.rest)
        taken = match[0] if match is not None else self.rest
        self.rest = self.rest[len(taken) :].strip()
        return taken.strip(" ,")

    def next_word(self) -> str:
        return re.split(r"[\s,]+", self.rest, maxsplit=1)[0].lower().strip(":;.")

    def drop_fillers(self) -> None:
        while self.rest and self.next_word() in FILLERS:
            self.skip()

    def moment(self) -> datetime | None:
        """Take a time from the left, if one stands there. Raises `UserError` for one that has not passed."""
        before = self.rest
        self.drop_fillers()
        if self.next_word() == "now":
            self.skip()
            return self.services.clock.now()
        found = moment_in(self.rest, self.services.clock.now(), self.zone)
        self.rest = before if found.at is None else found.rest
        return found.at

    def reason(self) -> str:
        """What is left, as a reason."""
        return safe(BECAUSE.sub("", self.rest, count=1).strip())

    async def report(self) -> Report:
        """Take a kind that is counted and one of its reports; a report that goes without saying may be left out."""
        view = await self.view()
        word = bare(self.next_word())
        for step in view.steps:
            if word and (word == bare(step.step) or (len(word) > 2 and bare(step.step).startswith(word))):
                self.skip()
                return Report(view=view, step=step)
        running = [step for step in view.steps if step.state == ClockState.RUNNING]
        if len(running) == 1 and len(view.steps) == 1:
            return Report(view=view, step=running[0])
        there = ", ".join(f"`{step.step}`" for step in view.steps)
        raise UserError(f"Which report of {escape(view.kind.name)}? There is {there}. Nothing was changed.")

    async def view(self) -> ClockView:
        async with self.services.database.read() as session:
            running = [*await views(session, self.incident.key), *await of_merged(session, self.incident)]
        kind = self.kind([view.kind for view in running])
        if kind is None:
            named = ", ".join(f"`{view.kind.key}`" for view in running)
            there = f"Counted are {named}" if running else "Nothing is counted yet: `/incident clocks start gdpr 13:40`"
            raise UserError(f"For which duty to report? {there}. Nothing was changed.")
        return next(view for view in running if view.kind.key == kind.key)


def moment_in(text: str, now: datetime, zone: tzinfo) -> spoken.Moment:
    try:
        return spoken.find_moment(text, now, zone)
    except spoken.Impossible as impossible:
        raise UserError(
            f"“{escape(str(impossible))}” is not a time that has passed. Times are in {zone}: {clock_forms.TIMES} "
            "work. Nothing was changed."
        ) from impossible
