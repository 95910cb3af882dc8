"""Log lines: a fixed sentence with fields. Text for people, JSON for machines; never tokens, never message bodies."""

import json
import logging
import sys
from typing import Final, Literal

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, where, what, and the fields given with `extra`."""

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
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """`14:05:01 INFO run done  run=declare:7`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        extra = "  ".join(f"{name}={value}" for name, value in fields(record).items() if name != "action")
        return super().format(record) + (f"  {extra}" if extra else "")


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def set_up_logging(style: Literal["text", "json"], level: int = logging.INFO) -> None:
    """Send everything to stderr. Bolt's and APScheduler's chatter is kept to warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("slack_bolt", "slack_sdk", "apscheduler", "aiosqlite", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
