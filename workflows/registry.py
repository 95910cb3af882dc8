"""Which function works off which kind of run."""

from collections.abc import Mapping
from types import MappingProxyType

from workflows import actions, course, declare, home, nags, reconcile, refresh, say, snooze, updates
from workflows.runner import Workflow

WORKFLOWS: Mapping[str, Workflow] = MappingProxyType(
    {
        "declare": declare.run,
        "decorate": declare.decorate,
        "announce": declare.announce,
        "welcome": declare.welcome,
        "follow_up": actions.run_line,
        "home": home.run,
        "meet": actions.run_meet,
        "nag": nags.run,
        "nag_clear": nags.clear,
        "reconcile": reconcile.run,
        "refresh": refresh.run,
        "rename": course.run_rename,
        "say": say.run,
        "snooze": snooze.run,
        "update": updates.run,
    }
)
