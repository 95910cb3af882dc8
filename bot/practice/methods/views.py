"""views.open, push, update, publish."""

from collections.abc import Mapping

from bot.practice.limits.blocks import Surface
from bot.practice.limits.views import is_too_large, view_problems
from bot.practice.methods.call import Call, Json, Method, Refused, invalid
from bot.practice.state import opening
from bot.practice.state.views import View


def open_view(call: Call) -> Json:
    definition = _definition(call, "modal")
    user = _spend_trigger(call)
    return _answer(opening.open_modal(call.state, user, definition))


def push(call: Call) -> Json:
    definition = _definition(call, "modal")
    user = _spend_trigger(call)
    stack = call.state.stacks.get(user) or []
    if not stack:
        raise Refused("not_found")
    if len(stack) >= opening.MOST_STACKED:
        raise Refused("push_limit_reached")
    return _answer(opening.push_modal(call.state, user, definition))


def _spend_trigger(call: Call) -> str:
    trigger = call.text("trigger_id") or call.required("interactivity_pointer")
    problem = call.state.tickets.trigger_problem(trigger)
    if problem:
        raise Refused(problem)
    return call.state.tickets.use_trigger(trigger)


def update(call: Call) -> Json:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not (view_id or external_id):
        raise invalid("invalid_arguments", "missing required field: view_id")
    view = opening.find(call.state, view_id=view_id, external_id=external_id)
    if view is None:
        raise Refused("not_found")
    surface: Surface = "home" if view.kind == "home" else "modal"
    definition = _definition(call, surface, holder=view)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    opening.redefine(call.state, view, definition)
    return _answer(view)


def publish(call: Call) -> Json:
    if not call.state.installed.has_home:
        raise Refused("not_enabled")
    user = call.user("user_id")
    view = call.state.homes.get(user.id)
    definition = _definition(call, "home", holder=view)
    if view is not None and call.text("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    return _answer(opening.publish_home(call.state, user.id, definition))


def _definition(call: Call, surface: Surface, *, holder: View | None = None) -> Json:
    view = call.json("view", "invalid_arguments")
    if view is None:
        raise invalid("invalid_arguments", "missing required field: view")
    if is_too_large(view):
        raise Refused("view_too_large")
    problems = view_problems(view, surface=surface)
    if problems:
        raise invalid("invalid_arguments", *problems)
    named = opening.find(call.state, external_id=str(view.get("external_id") or ""))
    if named is not None and named is not holder:
        raise Refused("duplicate_external_id")
    checked: Json = view
    return checked


def _answer(view: View) -> Json:
    return {"view": view.to_json()}


METHODS: Mapping[str, Method] = {
    "views.open": Method(run=open_view, tier=4),
    "views.push": Method(run=push, tier=4),
    "views.update": Method(run=update, tier=4),
    "views.publish": Method(run=publish, tier=4),
}
