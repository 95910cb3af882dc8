"""What a person can do, as data: words, buttons, forms and shortcuts, each with its function."""

from collections.abc import Mapping
from types import MappingProxyType

from commands import (
    access,
    action,
    add_to_timeline,
    call,
    cancel,
    catchup,
    classify,
    clock_forms,
    clocks,
    close,
    comms,
    course,
    declare,
    declare_from_message,
    drill,
    escalate,
    handoff,
    home,
    identified,
    list,
    make_action,
    merge,
    mitigated,
    nag,
    near_miss,
    note,
    promise,
    remediate,
    rename,
    reopen,
    resolved,
    role,
    runbook,
    security,
    service,
    severity,
    status,
    timeline,
    times,
    triage,
    update,
)
from commands.request import ButtonFunction, FormFunction, ShortcutFunction, Subcommand

# In the order in which help lists them.
SUBCOMMANDS: Mapping[str, Subcommand] = MappingProxyType(
    {
        module.SUBCOMMAND.word: module.SUBCOMMAND
        for module in (
            declare,
            update,
            comms,
            promise,
            clocks,
            severity,
            classify,
            role,
            call,
            handoff,
            escalate,
            service,
            identified,
            mitigated,
            resolved,
            close,
            reopen,
            triage,
            cancel,
            merge,
            note,
            timeline,
            times,
            action,
            runbook,
            remediate,
            rename,
            access,
            security,
            near_miss,
            drill,
            catchup,
            status,
            list,
        )
    }
)

# Every word that people type, synonyms included, to the word it stands for.
WORDS: Mapping[str, str] = MappingProxyType(
    {name: one.word for one in SUBCOMMANDS.values() for name in (one.word, *one.synonyms)}
)


def is_word(word: str) -> bool:
    """Whether this can be typed after `/incident`."""
    return word in WORDS or word == "help"


# The action id of a button or menu, or its beginning up to the last underscore.
BUTTONS: Mapping[str, ButtonFunction] = MappingProxyType(
    {
        "declare_open": declare.from_home,
        "update_open": update.opened,
        "severity_open": severity.opened,
        "classify_help": classify.helped,
        "classify_again": classify.again,
        "triage_accept": triage.accepted,
        "triage_decline": triage.declining,
        "merge_into": merge.pressed,
        "times_open": times.opened,
        "near_miss_review": near_miss.opened,
        "escalate_open": escalate.opened,
        "escalate": escalate.pressed,
        "handoff_open": handoff.opened,
        "handoff": handoff.pressed,
        "role_take": role.taken,
        "nag_nothing_new": nag.nothing_new,
        "nag_snooze": nag.opened,
        "close_open": close.opened,
        "status": course.opened,
        "home_done": home.done,
        "clocks_open": clocks.opened,
        "clocks_record": clocks.recording,
        "clocks_sent": clocks.recording,
        "clocks_waive": clocks.recording,
        "clocks_event": clocks.timing,
        "comms_open": comms.opened,
        "comms_no_email": comms.no_email,
        "drill": drill.pressed,
        "promise_kept": promise.kept,
        "promise_move": promise.opened,
        "promise_missed": promise.opened,
        "timeline_off": add_to_timeline.taken_off,
        "action_done": action.done,
        "action_after": action.after,
        "action_now": action.now,
        "action_more": action.more,
        "action_new": make_action.from_button,
        "remediate_open": remediate.opened,
        "remediate_press": remediate.pressed,
        "runbook_start": runbook.pressed_start,
        "runbook_tick": runbook.ticked,
        "runbook_undo": runbook.unticked,
        "mitigation_open": runbook.opened_mitigations,
        "mitigation_try": runbook.tried,
    }
)

# The callback id of a form.
FORMS: Mapping[str, FormFunction] = MappingProxyType(
    {
        declare.CALLBACK: declare.submitted,
        update.CALLBACK: update.submitted,
        severity.CALLBACK: severity.submitted,
        classify.CALLBACK: classify.submitted,
        cancel.CALLBACK: cancel.submitted,
        security.CALLBACK: security.submitted,
        triage.CALLBACK: triage.declined,
        times.CALLBACK: times.submitted,
        near_miss.REPORT: near_miss.submitted,
        near_miss.REVIEW: near_miss.reviewed,
        nag.CALLBACK: nag.submitted,
        escalate.CALLBACK: escalate.submitted,
        escalate.CALLBACK_NO: escalate.refused,
        handoff.CALLBACK: handoff.submitted,
        course.CALLBACK: course.submitted,
        clock_forms.START: clocks.started,
        clock_forms.RECORD: clocks.recorded,
        clock_forms.EVENT: clocks.timed,
        close.CALLBACK: close.submitted,
        comms.CALLBACK: comms.submitted,
        promise.CALLBACK: promise.submitted,
        drill.CALLBACK: drill.submitted,
        drill.ABORT: drill.aborted,
        make_action.CALLBACK: make_action.submitted,
    }
)

# The callback id of a shortcut, as the manifest has it.
SHORTCUTS: Mapping[str, ShortcutFunction] = MappingProxyType(
    {
        "declare_incident": declare.from_shortcut,
        declare_from_message.CALLBACK: declare_from_message.from_shortcut,
        make_action.CALLBACK: make_action.from_shortcut,
        add_to_timeline.CALLBACK: add_to_timeline.from_shortcut,
    }
)


def button_function(action_id: str) -> ButtonFunction | None:
    """By the whole action id, or by its beginning: `role_take_comms` is dealt with by `role_take`."""
    return BUTTONS.get(action_id) or BUTTONS.get(action_id.rpartition("_")[0])


__all__ = ["BUTTONS", "FORMS", "SHORTCUTS", "SUBCOMMANDS", "WORDS", "ButtonFunction"]
