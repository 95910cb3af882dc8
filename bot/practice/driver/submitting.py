"""What a modal does with the app's answer to its submission.

Source: docs.slack.dev "Modals" (response actions).
"""

from typing import Any

from bot.practice.driver.modal import fields_of
from bot.practice.limits.views import view_problems
from bot.practice.state import opening
from bot.practice.state.store import State
from bot.practice.state.views import View

Json = dict[str, Any]
TROUBLE = "We had some trouble connecting. Try again?"


def take_answer(state: State, view: View, payload: Json) -> dict[str, str]:
    """Close, change or add a view as the answer says; answers the complaints by label."""
    action = payload.get("response_action")
    if action == "errors":
        return _show_errors(state, view, payload)
    if action in ("update", "push"):
        return _show_view(state, view, str(action), payload.get("view"))
    stack = state.stacks.get(view.user) or []
    if action == "clear":
        opening.close_all(state, view.user)
    elif not payload and view in stack:
        del stack[stack.index(view) :]
        state.changes.notify()
    elif payload:
        return _trouble(state, f"answered a submission with {payload}")
    return {}


def _show_errors(state: State, view: View, payload: Json) -> dict[str, str]:
    labels = {field.block["block_id"]: field.label for field in fields_of(view, state)}
    errors = payload.get("errors")
    if not isinstance(errors, dict) or not errors or not errors.keys() <= labels.keys():
        return _trouble(state, f"complained about fields that are not there: {errors}")
    view.errors = {block_id: str(text) for block_id, text in errors.items()}
    state.changes.notify()
    return {labels[block_id]: text for block_id, text in view.errors.items()}


def _show_view(state: State, view: View, action: str, definition: Any) -> dict[str, str]:
    problems = view_problems(definition, surface="modal")
    if problems:
        return _trouble(state, f"answered with a view that cannot be shown: {problems}")
    if action == "update":
        opening.redefine(state, view, definition)
    elif len(state.stacks.get(view.user) or []) < opening.MOST_STACKED:
        opening.push_modal(state, view.user, definition)
    else:
        return _trouble(state, "pushed a fourth view")
    return {}


def _trouble(state: State, what: str) -> dict[str, str]:
    state.complaints.append(f"The app {what}")
    return {"": TROUBLE}
