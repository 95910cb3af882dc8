"""Which function works off which kind of run."""

from collections.abc import Mapping
from types import MappingProxyType

from workflows import course, declare, home, nags, refresh, say, snooze, updates
from workflows.runner import Workflow

WORKFLOWS: Mapping[str, Workflow] = MappingProxyType(
    {
        "declare": declare.run,
        "decorate": declare.decorate,
        "announce": declare.announce,
        "welcome": declare.welcome,
        "home": home.run,
        "nag": nags.run,
        "nag_clear": nags.clear,
        "refresh": refresh.run,
        "rename": course.run_rename,
        "say": say.run,
        "snooze": snooze.run,
        "update": updates.run,
    }
)
