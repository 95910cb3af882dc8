"""Which function works off which kind of run."""

from collections.abc import Mapping
from types import MappingProxyType

from workflows import (
    actions,
    close,
    course,
    declare,
    dependencies,
    groups,
    handoff,
    handoff_lines,
    home,
    mentions,
    nags,
    onlookers,
    patience,
    people,
    reconcile,
    refresh,
    roles,
    say,
    severity,
    snooze,
    updates,
    watch,
)
from workflows.runner import Workflow

WORKFLOWS: Mapping[str, Workflow] = MappingProxyType(
    {
        "declare": declare.run,
        "decorate": declare.decorate,
        "announce": declare.announce,
        "welcome": declare.welcome,
        "dependencies": dependencies.run,
        "groups": groups.run,
        "handoff": handoff_lines.run,
        "handoff_expiry": handoff.expire,
        "close": close.run,
        "follow_up": actions.run_line,
        "home": home.run,
        "meet": actions.run_meet,
        "mention": mentions.run,
        "nag": nags.run,
        "nag_clear": nags.clear,
        "name": people.run,
        "onlookers": onlookers.run,
        "patience": patience.run,
        "reconcile": reconcile.run,
        "refresh": refresh.run,
        "rename": course.run_rename,
        "role": roles.run,
        "say": say.run,
        "severity": severity.run,
        "snooze": snooze.run,
        "rejoin": watch.run_rejoin,
        "repin": watch.run_repin,
        "restore": watch.run_restore,
        "tell_ic": watch.run_tell,
        "update": updates.run,
        "withdraw": watch.run_withdraw,
    }
)
