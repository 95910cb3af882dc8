"""Log lines: a fixed sentence with fields. Text for people, JSON for machines; never tokens, never message bodies.

Whatever is logged while a run is worked on carries its incident, run and step.
"""

import json
import logging
import re
import sys
from collections.abc import Collection
from typing import Final, Literal

from bot.repeats import Repeats
from workflows.doing import WORK

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Ours are never logged on purpose, but libraries quote addresses and answers in their errors.
SECRET_SHAPES: Final = re.compile(
    r"(?P<token>\b(?:xox[a-z]|xapp)-)[\w.-]+"
    r"|(?P<ticket>\bticket=)[^&\s\"'\\]+"
    r"|(?P<login>://[^\s/:@\"']*:)[^\s/@\"']+(?=@)"
    r"|(?P<hook>hooks\.slack\.com/)[^\s\"'\\]+"
)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where, what, and the fields given with `extra`."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, default=str), self._secrets)


class TextLines(logging.Formatter):
    """`14:05:01 INFO run done  run=declare:7`."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        extra = "  ".join(f"{name}={value}" for name, value in fields(record).items() if name != "action")
        line = super().format(record) + (f"  {extra}" if extra else "")
        return without_secrets(line, self._secrets)


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def without_secrets(line: str, secrets: Collection[str]) -> str:
    """The line without the process's own secrets, and without anything shaped like one of Slack's."""
    for secret in filter(None, secrets):  # an empty one is everywhere
        line = line.replace(secret, "…")
    return SECRET_SHAPES.sub(lambda found: f"{found[found.lastgroup or 0]}…", line)


def add_work(record: logging.LogRecord) -> bool:
    """Give the line what is being worked on, where it does not say so itself."""
    for name, value in WORK.get().items():
        if not hasattr(record, name):
            setattr(record, name, value)
    return True


def set_up_logging(style: Literal["text", "json"], level: int = logging.INFO, *, secrets: Collection[str] = ()) -> None:
    """Send everything to stderr. Libraries' chatter is kept to warnings; httpx would name the addresses it calls."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(secrets) if style == "json" else TextLines(secrets))
    handler.addFilter(add_work)
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("slack_bolt", "slack_sdk", "apscheduler", "aiosqlite", "alembic", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
