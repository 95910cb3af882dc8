"""What is being worked on right now, so that every log line can say it without being handed it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

# Each task has its own; what a step starts inherits it.
WORK: Final[ContextVar[Mapping[str, str]]] = ContextVar("work", default=MappingProxyType({}))


@contextmanager
def doing(**about: str) -> Iterator[None]:
    """Log lines within the block carry these fields, for example `run`, `incident` and `step`."""
    before = WORK.set({**WORK.get(), **about})
    try:
        yield
    finally:
        WORK.reset(before)
