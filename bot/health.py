"""Whether the bot can do its work, in words that help and hold no secrets. Nothing here needs resetting."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.slack_watch import SlackLink
from storage import backlog, schema
from storage.backlog import Lag
from storage.database import Database
from workflows.clock import Clock
from workflows.words import duration

log = logging.getLogger(__name__)

DATABASE_LIMIT: Final = timedelta(seconds=2)
REMINDER_LIMIT: Final = timedelta(minutes=1)  # the tick looks once a second
RUN_LIMIT: Final = timedelta(minutes=5)  # reading back a long outage takes minutes and is no fault


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is wrong with each part, as a sentence; an empty one is well. Without a database no `lag` is known."""

    database: str
    slack: str
    reminders: str
    runs: str
    lag: Lag | None

    @property
    def problems(self) -> dict[str, str]:
        parts = {"database": self.database, "slack": self.slack, "reminders": self.reminders, "runs": self.runs}
        return {part: sentence for part, sentence in parts.items() if sentence}

    @property
    def ready(self) -> bool:
        return not self.problems


class Health:
    """Looks at the parts when asked. `limit` is how long the database may take."""

    def __init__(self, database: Database, clock: Clock, link: SlackLink, *, limit: timedelta = DATABASE_LIMIT) -> None:
        self._database = database
        self._clock = clock
        self._link = link
        self._limit = limit
        self._schema = ""

    async def examine(self) -> Report:
        """Never raises, and answers within a few seconds."""
        (database, lag), slack = await asyncio.gather(self._record(), self._link.trouble())
        return Report(
            database=database,
            slack=slack,
            reminders=late_reminders(lag) if lag else "",
            runs=late_runs(lag) if lag else "",
            lag=lag,
        )

    async def _record(self) -> tuple[str, Lag | None]:
        try:
            async with asyncio.timeout(self._limit.total_seconds()):
                return await self._look()
        except TimeoutError:
            return slow(self._limit), None
        except Exception as trouble:  # whatever it is, the one who asks is told
            log.warning("the database failed a look", extra={"action": "database_unwell", "why": kind_of(trouble)})
            return unusable(trouble), None

    async def _look(self) -> tuple[str, Lag]:
        """A write only when the newest one failed: a full disk lets one read as if nothing were wrong."""
        async with self._database.read() as session:
            lag = await backlog.lag(session, self._clock.now())
            found = await schema.version(session)
        self._schema = self._schema or found
        if self._database.trouble is not None:
            await self._database.try_write()
        return ("" if found == self._schema else moved_on(found)), lag


def slow(limit: timedelta) -> str:
    return (
        f"The database does not answer within {duration(limit)}. "
        "Check that its server runs, that this machine reaches it, and that its disk is not overloaded."
    )


def unusable(trouble: Exception) -> str:
    return (
        f"The database cannot be used ({kind_of(trouble)}). Check that it runs, that its disk has room, "
        "and DATABASE_URL; `sitrep doctor` says more. What Slack sends meanwhile is not acknowledged, and sent again."
    )


def kind_of(trouble: Exception) -> str:
    """Only the kind of error is told: its text may hold an address with a password."""
    return type(getattr(trouble.__cause__ or trouble, "orig", None) or trouble).__name__


def moved_on(found: str) -> str:
    return (
        f"The database is now at schema {found}: a newer version of Sitrep has upgraded it. "
        "Start this process again with that version."
    )


def late_reminders(lag: Lag) -> str:
    if lag.reminder <= REMINDER_LIMIT:
        return ""
    return (
        f"A reminder that was due {duration(lag.reminder)} ago has not been dealt with. "
        "Look for `tick failed` in the log; a restart loses nothing."
    )


def late_runs(lag: Lag) -> str:
    if lag.run <= RUN_LIMIT:
        return ""
    return (
        f"Work owed to Slack has waited for {duration(lag.run)}. "
        "Look for `run postponed` in the log, which says why; it goes on by itself when the reason is gone."
    )
