"""`sitrep run`: start, say what is on, work until told to stop, stop in order."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from bot.app import App, open_app
from bot.config import Settings
from bot.logs import set_up_logging
from bot.starting import CannotStart
from storage.database import Unavailable
from storage.schema import SchemaTooNew

log = logging.getLogger(__name__)


async def run_until_told(settings: Settings, *, http: bool = False) -> None:
    """Run until SIGTERM or SIGINT. Intake stops first; what runs then ends, or is handed back to be resumed."""
    set_up_logging(settings.log, secrets=settings.secrets)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await work_until(told, settings, http=http)
    log.info("Stopped; what is left is on record and resumed at the next start", extra={"action": "stopped"})


async def work_until(told: asyncio.Event, settings: Settings, *, http: bool = False) -> None:
    """Start, and stop when told, even while starting. Raises `CannotStart`."""
    with in_one_sentence():
        async with AsyncExitStack() as stack:
            async with giving_up_when(told):
                app = await stack.enter_async_context(open_app(settings, http=http or None))
            if told.is_set():
                return
            spare_what_stays()
            log.info(started(app, settings), extra={"action": "started"})
            await told.wait()
            log.info("Stopping: no new work is taken, what runs may end", extra={"action": "stopping"})


@asynccontextmanager
async def giving_up_when(told: asyncio.Event) -> AsyncIterator[None]:
    """Leave the block once told to stop: what a start waits for, such as the end of an outage, may not come."""
    task = asyncio.current_task()
    watch = asyncio.get_running_loop().create_task(told.wait(), name="told while starting")
    watch.add_done_callback(lambda ended: None if ended.cancelled() or task is None else task.cancel())
    try:
        yield
        await asyncio.sleep(0)  # what was told in the last moment is heard here, and not by what follows
    except asyncio.CancelledError:
        if task is None or not told.is_set() or task.uncancel():
            raise
    finally:
        watch.cancel()


def spare_what_stays() -> None:
    """What has been loaded by now stays for good: looking through it for garbage would stop everything for nothing.

    What comes later is looked through less often than by default, where a burst of messages would do little else.
    Python pages: gc.freeze, gc.set_threshold.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """A database that cannot be used is told like everything else that keeps the bot from starting."""
    try:
        yield
    except SchemaTooNew as newer:
        raise CannotStart(str(newer)) from newer
    except Unavailable as away:
        raise CannotStart(
            f"The database cannot be used ({away}). Check DATABASE_URL, that the server runs, and that the disk has "
            "room; `sitrep doctor` says more."
        ) from away


def started(app: App, settings: Settings) -> str:
    """One line that says what is on."""
    policy = settings.policy
    kind = "PostgreSQL" if not app.services.database.is_sqlite else "SQLite"
    levels = ", ".join(severity.level for severity in policy.severities)
    announce = f"#{policy.announce}" if policy.announce else "nowhere"
    return (
        f"Sitrep is on: {' and '.join(app.modes)} · {kind} · severities {levels} · announcements in {announce} · "
        f"health on http://{settings.http_host}:{app.http_port}/healthz"
    )
