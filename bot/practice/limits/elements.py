"""Limits of what people press, choose and fill in.

Source: docs.slack.dev Block Kit reference, "Block elements".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.practice.limits.findings import Findings

Json = dict[str, Any]
CHOOSERS = frozenset({"static_select", "multi_static_select", "overflow", "checkboxes", "radio_buttons"})
PICKERS = frozenset(
    f"{many}{kind}_select" for many in ("", "multi_") for kind in ("external", "users", "conversations", "channels")
) | {"datepicker", "timepicker", "datetimepicker"}
INPUTS = frozenset(
    {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input"}
)
MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
IN_SECTION = CHOOSERS | PICKERS | {"button", "image", "workflow_button"}
IN_ACTIONS = CHOOSERS | PICKERS | {"button", "workflow_button", "icon_button", "feedback_buttons"}
IN_INPUT = (CHOOSERS | PICKERS | INPUTS) - {"overflow"}


def check_element(element: Any, pointer: str, findings: Findings, allowed: frozenset[str]) -> None:
    """Look at one element and at everything in it."""
    if not isinstance(element, dict):
        findings.add(pointer, "must provide an object")
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        findings.add(f"{pointer}/type", f"unsupported type: {kind}")
        return
    findings.length(element.get("action_id"), f"{pointer}/action_id", most=255)
    findings.text(element.get("placeholder"), f"{pointer}/placeholder", most=150, plain=True, required=False)
    if element.get("confirm") is not None:
        _check_confirm(element["confirm"], f"{pointer}/confirm", findings)
    special = SPECIAL.get(kind)
    if special is not None:
        special(element, pointer, findings)


def _check_confirm(confirm: Json, pointer: str, findings: Findings) -> None:
    findings.text(confirm.get("title"), f"{pointer}/title", most=100, plain=True)
    findings.text(confirm.get("text"), f"{pointer}/text", most=300)
    findings.text(confirm.get("confirm"), f"{pointer}/confirm", most=30, plain=True)
    findings.text(confirm.get("deny"), f"{pointer}/deny", most=30, plain=True)


def _check_button(element: Json, pointer: str, findings: Findings) -> None:
    findings.only(
        element,
        ("type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"),
        pointer,
    )
    findings.text(element.get("text"), f"{pointer}/text", most=75, plain=True)
    findings.length(element.get("value"), f"{pointer}/value", most=2000)
    findings.length(element.get("url"), f"{pointer}/url", most=3000)
    findings.length(element.get("accessibility_label"), f"{pointer}/accessibility_label", most=75)
    if element.get("style") not in (None, "primary", "danger"):
        findings.add(f"{pointer}/style", "must be one of: primary, danger")


def _check_image(element: Json, pointer: str, findings: Findings) -> None:
    findings.has(element, ("alt_text",), pointer)
    findings.length(element.get("image_url"), f"{pointer}/image_url", most=3000)


def _check_chooser(element: Json, pointer: str, findings: Findings) -> None:
    most = MOST_OPTIONS.get(str(element["type"]), 100)
    options = element.get("options")
    if "option_groups" in element and options is not None:
        findings.add(pointer, "only one of options and option_groups may be given")
    if "option_groups" not in element:
        offered = _check_options(options, f"{pointer}/options", findings, most=most)
    else:
        offered = _check_groups(element["option_groups"], f"{pointer}/option_groups", findings)
    _check_initial(element, pointer, findings, offered)


def _check_groups(groups: Any, pointer: str, findings: Findings) -> list[Json]:
    offered: list[Json] = []
    for index, group in enumerate(findings.items(groups, pointer, most=100)):
        findings.text(group.get("label"), f"{pointer}/{index}/label", most=75, plain=True)
        offered += _check_options(group.get("options"), f"{pointer}/{index}/options", findings, most=100)
    return offered


def _check_options(options: Any, pointer: str, findings: Findings, *, most: int) -> list[Json]:
    found = findings.items(options, pointer, most=most)
    for index, option in enumerate(found):
        findings.text(option.get("text"), f"{pointer}/{index}/text", most=75)
        findings.text(option.get("description"), f"{pointer}/{index}/description", most=75, required=False)
        findings.length(option.get("value", ""), f"{pointer}/{index}/value", most=75, least=1)
    return found


def _check_initial(element: Json, pointer: str, findings: Findings, offered: list[Json]) -> None:
    """What is chosen at first must be one of the options, word for word."""
    chosen = [element["initial_option"]] if element.get("initial_option") else []
    for option in [*chosen, *(element.get("initial_options") or [])]:
        if option not in offered:
            findings.add(f"{pointer}/initial_option", "initial_option must be one of the options")


def _check_moment(element: Json, pointer: str, findings: Findings) -> None:
    """A picker starts with a date, a time, or whole seconds since 1970."""
    name, form, example = MOMENTS[str(element["type"])]
    value = element.get(name)
    if value is not None and not re.fullmatch(form, str(value)):
        findings.add(f"{pointer}/{name}", f"must be like {example}")


def _check_text_input(element: Json, pointer: str, findings: Findings) -> None:
    least, most = element.get("min_length"), element.get("max_length")
    if least is not None and not 0 <= int(least) <= 3000:
        findings.add(f"{pointer}/min_length", "must be between 0 and 3000")
    if most is not None and not 1 <= int(most) <= 3000:
        findings.add(f"{pointer}/max_length", "must be between 1 and 3000")
    initial = element.get("initial_value")
    if most is not None and isinstance(initial, str) and len(initial) > int(most):
        findings.add(f"{pointer}/initial_value", f"must be less than {int(most) + 1} characters")


MOMENTS: Mapping[str, tuple[str, str, str]] = {
    "datepicker": ("initial_date", r"\d{4}-\d{2}-\d{2}", "2026-11-21"),
    "timepicker": ("initial_time", r"([01]\d|2[0-3]):[0-5]\d", "14:05"),
    "datetimepicker": ("initial_date_time", r"\d{10}", "1795230000"),
}
SPECIAL: Mapping[str, Callable[[Json, str, Findings], None]] = {
    "button": _check_button,
    "image": _check_image,
    "plain_text_input": _check_text_input,
    **dict.fromkeys(sorted(CHOOSERS), _check_chooser),
    **dict.fromkeys(MOMENTS, _check_moment),
}
